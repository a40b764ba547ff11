/**
 * The calls about jobs: a function for each, and the paths of a kind.
 * @module
 */
import { z } from "zod";
import type {
  ZodOpenApiCallbacksObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import type { PublicKind } from "../../../jobs/kind.ts";
import { exampleJobs } from "../examples.ts";
import { DEFAULT_LIMIT, MAX_LIMIT } from "../pagination.ts";
import { requestBody } from "../request_body.ts";
import {
  callbackNotice,
  EXAMPLE_ID,
  jobAnswer,
  jobPage,
  jobTimeline,
  nameOf,
} from "../../../jobs/job_answer.ts";
import { RATE, type ResponseHeader, sent, sentByCaller } from "./headers.ts";
import { answer, EVERYWHERE, problems } from "./responses.ts";

/** What the calls of one kind share. */
interface DescribedKind {
  kind: PublicKind;
  /** What the kind is called in names of calls: `Itinerary`. */
  name: string;
  /** The last part of its path: `itineraries`. */
  plural: string;
  job: z.ZodType;
  examples: ReturnType<typeof exampleJobs>;
  /** What is the same in each of its calls. */
  common: Pick<ZodOpenApiOperationObject, "tags" | "security">;
}

/** What an answer with a job that goes on may carry. */
const LIVE: ResponseHeader[] = [
  ...RATE,
  "ETag",
  "Cache-Control",
  "Retry-After",
  "Preference-Applied",
];

/** What an answer with a version of a job always carries. */
const VERSIONED: ResponseHeader[] = ["ETag", "Cache-Control"];

/** The path of the calls about one job. */
const jobPath = z.object({
  id: z.string().meta({ description: "The job's id", example: EXAMPLE_ID }),
});

/** The parameters of a call about one job that takes no others. */
const oneJob = { path: jobPath, header: sentByCaller() };

/** The calls of one kind of job, by their paths. */
export function jobPaths(
  kind: PublicKind,
  privateHosts: readonly string[],
): ZodOpenApiPathsObject {
  const { path } = kind.http;
  const described = describeKind(kind);
  return {
    [path]: {
      post: createOperation(described, privateHosts),
      get: listOperation(described),
    },
    [`${path}/{id}`]: {
      get: getOperation(described),
      delete: cancelOperation(described),
    },
    [`${path}/{id}/timeline`]: { get: timelineOperation(described) },
    [`${path}/{id}/events`]: { get: eventsOperation(described) },
  };
}

function describeKind(kind: PublicKind): DescribedKind {
  const plural = kind.http.path.split("/").at(-1)!;
  return {
    kind,
    name: nameOf(kind),
    plural,
    job: jobAnswer(kind),
    examples: exampleJobs(kind),
    // With or without a key: whether it is needed is the operator's choice.
    common: { tags: [plural], security: [{}, { apiKey: [] }] },
  };
}

function createOperation(
  described: DescribedKind,
  privateHosts: readonly string[],
): ZodOpenApiOperationObject {
  const { kind, name, common } = described;
  return {
    operationId: `create${name}`,
    summary: "Make a wish: a job that writes the plan",
    ...common,
    requestParams: {
      header: sentByCaller("Idempotency-Key", "Prefer", "traceparent", "tracestate"),
    },
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: requestBody(kind, { privateHosts }), example: kind.example },
      },
    },
    responses: {
      ...acceptedResponses(described),
      ...problems(
        "invalid_request",
        "malformed_json",
        "incomplete_body",
        "invalid_header",
        "callback_not_allowed",
        "body_too_large",
        "unsupported_media_type",
        "idempotency_key_reused",
        ...EVERYWHERE,
        "daily_budget_spent",
        "accept_failed",
        "queue_full",
        "stopping",
      ),
    },
    callbacks: endedCallback(described),
  };
}

/** The responses to an accepted request: at once, or when the job has ended in time. */
function acceptedResponses({ kind, job, examples }: DescribedKind): ZodOpenApiResponsesObject {
  const { accepted, completed } = examples;
  const headers: ResponseHeader[] = [
    ...LIVE,
    "Location",
    "Content-Location",
    "Idempotency-Replayed",
  ];
  if (kind.http.acceptedStatus === 200) {
    return {
      200: answer("Accepted, or, with `Prefer: wait`, perhaps finished", job, {
        headers,
        examples: { accepted, completed },
      }),
    };
  }
  const always: ResponseHeader[] = ["Location", "Cache-Control"];
  return {
    200: answer("Finished within the time of `Prefer: wait`", job, {
      headers,
      examples: { completed },
    }),
    202: answer("Accepted", job, { headers, always, examples: { accepted } }),
  };
}

/** The request that the service sends to `callbackUrl`. */
function endedCallback({ kind, name }: DescribedKind): ZodOpenApiCallbacksObject {
  return {
    ended: {
      "{$request.body#/callbackUrl}": {
        post: {
          operationId: `tellOf${name}`,
          summary: "The job has ended (Standard Webhooks)",
          security: [],
          requestParams: {
            header: z.object({
              "webhook-id": z.string().describe("The same for each attempt"),
              "webhook-timestamp": z.string().describe("Of this attempt, in Unix seconds"),
              "webhook-signature": z.string(),
            }),
          },
          requestBody: {
            required: true,
            content: { "application/json": { schema: callbackNotice(kind) } },
          },
          responses: {
            "2XX": { description: "Received" },
            410: { description: "Not wanted any more" },
            default: { description: "Tried again later" },
          },
        },
      },
    },
  };
}

function listOperation({ kind, plural, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `list${plural.charAt(0).toUpperCase()}${plural.slice(1)}`,
    summary: "The caller's own jobs, newest first, without their plans",
    ...common,
    requestParams: {
      header: sentByCaller(),
      query: z.object({
        limit: z.int().min(1).max(MAX_LIMIT).optional().describe(`${DEFAULT_LIMIT} unless given`),
        cursor: z.string().optional().describe("`nextCursor` of the page before"),
      }),
    },
    responses: {
      200: answer("A page of jobs", jobPage(kind), {
        headers: [...RATE, "Link"],
        always: ["Cache-Control"],
      }),
      ...problems("invalid_request", "invalid_header", "missing_client_token", ...EVERYWHERE),
    },
  };
}

function getOperation({ name, job, examples, common }: DescribedKind): ZodOpenApiOperationObject {
  const { accepted, completed } = examples;
  return {
    operationId: `get${name}`,
    summary: "The job as it is",
    ...common,
    requestParams: { path: jobPath, header: sentByCaller("If-None-Match", "Prefer") },
    responses: {
      200: answer("The job", job, {
        headers: LIVE,
        always: VERSIONED,
        examples: { accepted, completed },
      }),
      304: answer("The client has this version", null, { headers: LIVE, always: VERSIONED }),
      ...problems("invalid_header", "job_not_found", ...EVERYWHERE),
    },
  };
}

function cancelOperation({ name, job, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `cancel${name}`,
    summary: "Cancel the job",
    ...common,
    requestParams: oneJob,
    responses: {
      202: answer("Canceled, from now on", job, { headers: RATE }),
      ...problems("invalid_header", "not_owner", "job_not_found", "job_finished", ...EVERYWHERE),
    },
  };
}

function timelineOperation({ kind, name, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `get${name}Timeline`,
    summary: "What happened to the job",
    ...common,
    requestParams: oneJob,
    responses: {
      200: answer("Everything so far", jobTimeline(kind), {
        headers: RATE,
        always: ["Cache-Control"],
      }),
      ...problems("invalid_header", "job_not_found", ...EVERYWHERE),
    },
  };
}

function eventsOperation({ name, examples, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `stream${name}Events`,
    summary: "The job, live (server-sent events)",
    description: "`progress`: the job without its parts. `item`: a finished part of the plan, " +
      "`{index, item}`, each once and in order. `reset`: forget the parts so far, the plan is " +
      "begun anew. `end`: the job as `GET` shows it, and the stream is closed. Comments keep " +
      "the connection alive.",
    ...common,
    requestParams: {
      path: jobPath,
      query: z.object({
        after: z.string().optional().describe("As `Last-Event-ID`, for clients that cannot"),
      }),
      header: sentByCaller("Last-Event-ID"),
    },
    responses: {
      200: {
        description: "Events until the job ends",
        headers: sent(RATE, ["Cache-Control"]),
        content: { "text/event-stream": { schema: z.string(), example: examples.events } },
      },
      204: answer("The client has had the last event; it need not come back", null, {
        headers: RATE,
      }),
      ...problems("invalid_request", "invalid_header", "job_not_found", ...EVERYWHERE),
    },
  };
}
