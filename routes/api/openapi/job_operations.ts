/**
 * The OpenAPI operations of jobs: a function for each operation, and the paths of a kind.
 * @module
 */
import { z } from "zod";
import type {
  ZodOpenApiCallbacksObject,
  ZodOpenApiOperationObject,
  ZodOpenApiPathsObject,
  ZodOpenApiResponsesObject,
} from "zod-openapi";
import type { KindRefinement, PublicKind } from "../../../jobs/kind.ts";
import type { ProblemCode } from "../../http/problem.ts";
import { exampleJobs } from "../examples.ts";
import { CursorText, DEFAULT_LIMIT, MAX_LIMIT } from "../pagination.ts";
import { changeBody, requestBody } from "../request_body.ts";
import { ReadToken } from "../schemas.ts";
import {
  callbackNotice,
  EXAMPLE_ID,
  jobAnswer,
  jobPage,
  jobTimeline,
  nameOf,
} from "../../../jobs/job_answer.ts";
import { RATE, requestHeadersOf, type ResponseHeader, responseHeadersOf } from "./headers.ts";
import { answer, COMMON_PROBLEMS, problems } from "./responses.ts";

/** The data that all operations of a kind share. */
interface DescribedKind {
  kind: PublicKind;
  /** The name of the kind in operation ids: `Itinerary`. */
  name: string;
  /** The last part of its path: `itineraries`. */
  plural: string;
  job: z.ZodType;
  /** The body of its callbacks. */
  notice: z.ZodType;
  examples: ReturnType<typeof exampleJobs>;
  /** The part that all its operations share. */
  common: Pick<ZodOpenApiOperationObject, "tags" | "security">;
  /** The shared part of the operations that also accept a read token. */
  readable: Pick<ZodOpenApiOperationObject, "tags" | "security">;
}

/** The headers that an answer with a running job may have. */
const LIVE: ResponseHeader[] = [
  ...RATE,
  "ETag",
  "Cache-Control",
  "Retry-After",
  "Preference-Applied",
];

/** The headers that an answer with a version of a job always has. */
const VERSIONED: ResponseHeader[] = ["ETag", "Cache-Control"];

/** The problems of all calls that create a job. */
const CREATION_PROBLEMS: ProblemCode[] = [
  "invalid_request",
  "malformed_json",
  "incomplete_body",
  "invalid_header",
  "insufficient_scope",
  "callback_not_allowed",
  "body_timeout",
  "body_too_large",
  "unsupported_media_type",
  "unsupported_content_encoding",
  "idempotency_key_reused",
  ...COMMON_PROBLEMS,
  "daily_budget_spent",
  "accept_failed",
  "queue_full",
  "storage_full",
  "daily_limit_reached",
  "intake_paused",
  "stopping",
];

/** The path parameters of a call about one job. */
const jobPath = z.object({
  id: z.uuid().meta({ description: "The id of the job", example: EXAMPLE_ID }),
});

/** The parameters of a call about one job that has no others. */
const oneJob = { path: jobPath, header: requestHeadersOf() };

/** Returns the operations of a kind of job, by path. */
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
    [`${path}/{id}/read-tokens`]: { post: readTokenOperation(described) },
    ...(kind.refinement && {
      [`${path}/{id}/refinements`]: {
        post: refineOperation(described, { refinement: kind.refinement, privateHosts }),
      },
    }),
  };
}

function describeKind(kind: PublicKind): DescribedKind {
  const plural = kind.http.path.split("/").at(-1)!;
  return {
    kind,
    name: nameOf(kind),
    plural,
    job: jobAnswer(kind),
    notice: callbackNotice(kind),
    examples: exampleJobs(kind),
    // With or without a key: the operator chooses whether one is required.
    common: { tags: [plural], security: [{}, { apiKey: [] }] },
    readable: { tags: [plural], security: [{}, { apiKey: [] }, { readToken: [] }] },
  };
}

function createOperation(
  described: DescribedKind,
  privateHosts: readonly string[],
): ZodOpenApiOperationObject {
  const { kind, name, common } = described;
  return {
    operationId: `create${name}`,
    summary: "Create a job",
    description: "Creates a job that writes a plan, and returns the job at once. With " +
      "`Prefer: wait=N`, the response comes when the job has ended, after N seconds at most.",
    ...common,
    requestParams: {
      header: requestHeadersOf("Idempotency-Key", "Prefer", "traceparent", "tracestate"),
    },
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: requestBody(kind, { privateHosts }), example: kind.example },
      },
    },
    responses: {
      ...acceptedResponses(described),
      ...problems(...CREATION_PROBLEMS),
    },
    callbacks: endedCallback(described, `tellOf${name}`),
  };
}

const REFINE_DESCRIPTION =
  `Creates a job that changes the plan of this one, and returns the new job at once. It writes only
what changes. The rest of the plan stays as it is, and so does this job. Any caller that may read
the job can change its plan. \`lineage\` lists the jobs that led to the new plan.`;

function refineOperation(
  described: DescribedKind,
  { refinement, privateHosts }: { refinement: KindRefinement; privateHosts: readonly string[] },
): ZodOpenApiOperationObject {
  const { kind: { http }, name, common } = described;
  const schema = changeBody({ http, refinement }, { privateHosts });
  return {
    operationId: `refine${name}`,
    summary: "Change a plan",
    description: REFINE_DESCRIPTION,
    ...common,
    requestParams: {
      path: jobPath,
      header: requestHeadersOf("Idempotency-Key", "Prefer", "traceparent", "tracestate"),
    },
    requestBody: {
      required: true,
      content: { "application/json": { schema, example: refinement.example } },
    },
    responses: {
      ...acceptedResponses(described),
      ...problems(...CREATION_PROBLEMS, "job_not_found", "no_plan_to_refine"),
    },
    callbacks: endedCallback(described, `tellOfRefined${name}`),
  };
}

/** Describes the responses to an accepted request: at once, or after `Prefer: wait`. */
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
      200: answer("The job was accepted. With `Prefer: wait`, it may have ended already.", job, {
        headers,
        examples: { accepted, completed },
      }),
    };
  }
  const always: ResponseHeader[] = ["Location", "Cache-Control"];
  return {
    200: answer("The job was accepted and ended within the time of `Prefer: wait`", job, {
      headers,
      examples: { completed },
    }),
    202: answer("The job was accepted", job, { headers, always, examples: { accepted } }),
  };
}

/**
 * Describes the request that the service sends to `callbackUrl`.
 *
 * @param operationId unique in the document
 */
function endedCallback(
  { notice }: DescribedKind,
  operationId: string,
): ZodOpenApiCallbacksObject {
  return {
    ended: {
      "{$request.body#/callbackUrl}": {
        post: {
          operationId,
          summary: "A job has ended",
          description: "The service sends this request to `callbackUrl` when the job has ended. " +
            "It follows the Standard Webhooks specification.",
          security: [],
          requestParams: {
            header: z.object({
              "webhook-id": z.string().describe("The id of the callback, the same in each attempt"),
              "webhook-timestamp": z.string().describe("The time of this attempt, in Unix seconds"),
              "webhook-signature": z.string().describe("The signature of this attempt"),
            }),
          },
          requestBody: {
            required: true,
            content: { "application/json": { schema: notice } },
          },
          responses: {
            "2XX": { description: "The receiver has accepted the callback" },
            410: { description: "The receiver rejects the callback; the service stops trying" },
            default: { description: "The callback failed; the service tries again later" },
          },
        },
      },
    },
  };
}

function listOperation({ kind, plural, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `list${plural.charAt(0).toUpperCase()}${plural.slice(1)}`,
    summary: "List jobs",
    description: "Returns the jobs that belong to the caller, newest first, without their plans. " +
      "An API key with the scope `read_all` can list the jobs of all callers. Such a page may have " +
      "fewer jobs than `limit`, although there is a next page.",
    ...common,
    requestParams: {
      header: requestHeadersOf(),
      query: z.object({
        limit: z.int().min(1).max(MAX_LIMIT).optional().describe(
          `The maximum number of jobs on the page, ${DEFAULT_LIMIT} by default`,
        ),
        cursor: CursorText.optional().describe("The `nextCursor` of the previous page"),
        all: z.enum(["0", "1"]).optional().describe(
          "`1`: the jobs of all callers. This needs an API key with the scope `read_all`",
        ),
        refines: z.uuid().optional().describe("Only the jobs that change the plan of this job"),
      }),
    },
    responses: {
      200: answer("A page of jobs", jobPage(kind), {
        headers: [...RATE, "Link"],
        always: ["Cache-Control"],
      }),
      ...problems(
        "invalid_request",
        "invalid_header",
        "missing_client_token",
        "insufficient_scope",
        ...COMMON_PROBLEMS,
      ),
    },
  };
}

function getOperation({ name, job, examples, readable }: DescribedKind): ZodOpenApiOperationObject {
  const { accepted, completed } = examples;
  return {
    operationId: `get${name}`,
    summary: "Retrieve a job",
    description: "Returns the job with its progress and, when it has ended, with its plan or its " +
      "failure.",
    ...readable,
    requestParams: { path: jobPath, header: requestHeadersOf("If-None-Match", "Prefer") },
    responses: {
      200: answer("The job", job, {
        headers: LIVE,
        always: VERSIONED,
        examples: { accepted, completed },
      }),
      304: answer("The client already has this version of the job", null, {
        headers: LIVE,
        always: VERSIONED,
      }),
      ...problems(
        "invalid_request",
        "invalid_header",
        "insufficient_scope",
        "job_not_found",
        ...COMMON_PROBLEMS,
      ),
    },
  };
}

function cancelOperation({ name, job, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `cancel${name}`,
    summary: "Cancel a job",
    description:
      "Cancels a job that has not ended yet. Only the caller that created it can cancel it: the " +
      "same API key or, if the service requires no keys, the same `Client-Token`. Any caller can " +
      "cancel a job that was created without either.",
    ...common,
    requestParams: oneJob,
    responses: {
      202: answer("The job is canceled", job, { headers: RATE }),
      ...problems(
        "invalid_header",
        "insufficient_scope",
        "not_owner",
        "job_not_found",
        "job_finished",
        "storage_full",
        ...COMMON_PROBLEMS,
      ),
    },
  };
}

function timelineOperation({ kind, name, readable }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `get${name}Timeline`,
    summary: "Retrieve the timeline of a job",
    description: "Returns what has happened to the job so far, in order.",
    ...readable,
    requestParams: oneJob,
    responses: {
      200: answer("The timeline", jobTimeline(kind), {
        headers: RATE,
        always: ["Cache-Control"],
      }),
      ...problems(
        "invalid_request",
        "invalid_header",
        "insufficient_scope",
        "job_not_found",
        ...COMMON_PROBLEMS,
      ),
    },
  };
}

const EVENTS_DESCRIPTION = `Returns server-sent events until the job ends. \`data\` is JSON.

- \`progress\`: the job, without the parts of its plan.
- \`item\`: a finished part of the plan, \`{index, item}\`. Each part is sent once, in order.
- \`reset\`: discard all parts received so far, because the plan is written again.
- \`end\`: the job as \`GET\` returns it. The stream then ends.

Comment lines keep the connection open.`;

function eventsOperation({ name, examples, readable }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `stream${name}Events`,
    summary: "Stream the events of a job",
    description: EVENTS_DESCRIPTION,
    ...readable,
    requestParams: {
      path: jobPath,
      query: z.object({
        after: z.string().optional().describe(
          "The same as `Last-Event-ID`, for clients that cannot set headers",
        ),
      }),
      header: requestHeadersOf("Last-Event-ID"),
    },
    responses: {
      200: {
        description: "The events of the job until it ends",
        headers: responseHeadersOf(RATE, ["Cache-Control"]),
        content: { "text/event-stream": { schema: z.string(), example: examples.events } },
      },
      204: answer("The client has received the last event and should not reconnect", null, {
        headers: RATE,
      }),
      ...problems(
        "invalid_request",
        "invalid_header",
        "insufficient_scope",
        "job_not_found",
        ...COMMON_PROBLEMS,
        "too_many_streams",
      ),
    },
  };
}

const READ_TOKEN_DESCRIPTION = `Creates a token with which a browser can read this job without an
API key, for an hour at most: \`GET …/events?token=…\`. The native \`EventSource\` cannot send an
API key. The token ends with the job and with its API key. A service that shows jobs to callers
without a key creates no tokens, because they are not needed.`;

function readTokenOperation({ name, common }: DescribedKind): ZodOpenApiOperationObject {
  return {
    operationId: `create${name}ReadToken`,
    summary: "Create a read token",
    description: READ_TOKEN_DESCRIPTION,
    ...common,
    requestParams: oneJob,
    responses: {
      201: answer("The token", ReadToken, { headers: RATE, always: ["Cache-Control"] }),
      ...problems(
        "invalid_header",
        "insufficient_scope",
        "read_token_not_needed",
        "job_not_found",
        ...COMMON_PROBLEMS,
      ),
    },
  };
}
