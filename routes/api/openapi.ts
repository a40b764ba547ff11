/**
 * The description of this API (OpenAPI 3.1), from the schemas that check what comes and goes.
 * https://spec.openapis.org/oas/v3.1.1.html
 * @module
 */
import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from "zod-openapi";
import {
  callbackNotice,
  EXAMPLE_ID,
  jobAnswer,
  jobPage,
  jobTimeline,
  nameOf,
} from "../../jobs/job_answer.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { problemBody, type ProblemCode, problemTypes } from "../http/problem.ts";
import { EXAMPLE_ETAG, exampleJobs } from "./examples.ts";
import { DEFAULT_LIMIT, MAX_LIMIT } from "./pagination.ts";
import { requestBody } from "./request_body.ts";
import { Problem } from "./schemas.ts";

/** That of the contract, not of the program. */
const API_VERSION = "1.0.0";

const DESCRIPTION = `Send a wish, get a job id at once, and come back for the plan.

- **Polling**: \`GET\` the job at its \`Location\` after as many seconds as \`Retry-After\` says, with
  \`If-None-Match\`; or let the server wait for news with \`Prefer: wait=30\`.
- **Streaming**: \`GET …/events\` is a stream of server-sent events that goes on where it broke off.
- **Callbacks**: with an API key, \`callbackUrl\` is told of the end.
- **Repeating** a \`POST\` with the same \`Idempotency-Key\` makes no second job.
- Every answer to \`GET\` is one to \`HEAD\`, too, without its body; \`OPTIONS\` lists the methods of a
  path. Unknown members and query parameters are ignored.`;

const wholeSeconds = z.string().regex(/^\d+$/);

/** Response headers by name; each is sent where a response lists it. */
const headers = {
  "X-Request-Id": z.string().describe("Names this request in our logs"),
  "Location": z.string().describe("Where the job is to be asked for"),
  "Content-Location": z.string().describe(
    "Where the job that this answer shows is to be asked for",
  ),
  "Retry-After": wholeSeconds.describe("In how many seconds to ask again"),
  "ETag": z.string().meta({ description: "The version of what is shown", example: EXAMPLE_ETAG }),
  "Cache-Control": z.string(),
  "Idempotency-Replayed": z.literal("true").describe(
    "This request was accepted before; nothing new was made",
  ),
  "Preference-Applied": z.string().meta({
    description: "How long the answer was waited for at the most",
    example: "wait=30",
  }),
  "Link": z.string().describe('The next page, with `rel="next"` (RFC 8288)'),
  "WWW-Authenticate": z.string(),
  "RateLimit-Policy": z.string().meta({
    description: "How many requests are allowed in how many seconds",
    example: '"requests";q=600;w=60',
  }),
  "RateLimit": z.string().meta({
    description: "How many of them are left, and for how many seconds",
    example: '"requests";r=599;t=42',
  }),
};
type HeaderName = keyof typeof headers;

/** What a response may carry of them, and what it always does. */
function sent(names: HeaderName[], always: HeaderName[] = []) {
  const optional = names.map((name) => [name, headers[name].optional()]);
  const required = ["X-Request-Id" as const, ...always].map((name) => [name, headers[name]]);
  return z.object(Object.fromEntries([...optional, ...required]));
}

const RATE: HeaderName[] = ["RateLimit-Policy", "RateLimit"];

/** A response that is no problem. */
function answer(
  description: string,
  schema: z.ZodType | null,
  options: {
    headers?: HeaderName[];
    always?: HeaderName[];
    type?: string;
    examples?: Record<string, object>;
  } = {},
): ZodOpenApiResponseObject {
  const { type = "application/json", always, examples } = options;
  const named = examples &&
    Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
  return {
    description,
    headers: sent(options.headers ?? [], always),
    ...(schema && { content: { [type]: { schema, ...(named && { examples: named }) } } }),
  };
}

/** The problems that a call may be answered with, one response for each status. */
function problems(...codes: ProblemCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(codes, (code) => problemTypes[code].status);
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, {
    description: codes.map((code) => problemTypes[code].title).join("; or: "),
    headers: sent(
      [...RATE, "Retry-After", "WWW-Authenticate"],
      status === 429 ? ["Cache-Control", "Retry-After"] : ["Cache-Control"],
    ),
    content: {
      "application/problem+json": {
        schema: Problem,
        examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
      },
    },
  }]));
}

function exampleOf(code: ProblemCode) {
  return problemBody({
    code,
    detail: problemTypes[code].title,
    ...(code === "invalid_request" && {
      errors: [{ pointer: "#/durationDays", detail: "expected a whole number from 1 to 30" }],
    }),
    ...(code === "job_finished" && { extensions: { state: "completed" } }),
  });
}

/** What any call of the jobs may be answered with. */
const EVERYWHERE: ProblemCode[] = ["unauthorized", "rate_limited", "internal"];

/** The parameters that all calls of the jobs have. */
const callerParameters = {
  "Client-Token": z.string().min(16).max(128).optional().describe(
    "A random string that the client keeps; whoever sends it has a list of their jobs",
  ),
  "X-Request-Id": z.string().optional().describe("Names the request in our logs"),
};

/** No example: the reference page would send it. */
const wait = z.string().optional().describe(
  "`wait=N`: answer when there are news, after N seconds at the latest; at most 60",
);

const id = z.string().meta({ description: "The job's id", example: EXAMPLE_ID });

/** With or without a key: whether it is needed is the operator's choice. */
const security = [{}, { apiKey: [] }];

/** The calls of one kind of job. */
function jobPaths(kind: PublicKind, privateHosts: readonly string[]): ZodOpenApiPathsObject {
  const { path, acceptedStatus } = kind.http;
  const name = nameOf(kind);
  const plural = path.split("/").at(-1)!;
  const tags = [plural];
  const job = jobAnswer(kind);
  const { accepted, completed, events } = exampleJobs(kind);
  const one = { path: z.object({ id }), header: z.object(callerParameters) };
  const LIVE: HeaderName[] = [
    ...RATE,
    "ETag",
    "Cache-Control",
    "Retry-After",
    "Preference-Applied",
  ];
  const VERSIONED: HeaderName[] = ["ETag", "Cache-Control"];
  const MADE: HeaderName[] = ["Location", "Cache-Control"];
  const made: HeaderName[] = [...LIVE, "Location", "Content-Location", "Idempotency-Replayed"];

  const create: ZodOpenApiOperationObject = {
    operationId: `create${name}`,
    summary: "Make a wish: a job that writes the plan",
    tags,
    security,
    requestParams: {
      header: z.object({
        ...callerParameters,
        "Idempotency-Key": z.string().min(1).max(255).optional().describe(
          "A new one for each wish, such as a UUID; sent again, it finds the same job",
        ),
        "Prefer": wait,
        "traceparent": z.string().optional().describe("W3C trace context; the work continues it"),
        "tracestate": z.string().optional(),
      }),
    },
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: requestBody(kind, { privateHosts }), example: kind.example },
      },
    },
    responses: {
      200: answer(
        acceptedStatus === 200
          ? "Accepted, or, with `Prefer: wait`, perhaps finished"
          : "Finished within the time of `Prefer: wait`",
        job,
        {
          headers: made,
          examples: acceptedStatus === 200 ? { accepted, completed } : { completed },
        },
      ),
      ...(acceptedStatus === 202 &&
        { 202: answer("Accepted", job, { headers: made, always: MADE, examples: { accepted } }) }),
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
    callbacks: {
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
    },
  };

  return {
    [path]: {
      post: create,
      get: {
        operationId: `list${plural.charAt(0).toUpperCase()}${plural.slice(1)}`,
        summary: "The caller's own jobs, newest first, without their plans",
        tags,
        security,
        requestParams: {
          header: z.object(callerParameters),
          query: z.object({
            limit: z.int().min(1).max(MAX_LIMIT).optional().describe(
              `${DEFAULT_LIMIT} unless given`,
            ),
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
      },
    },
    [`${path}/{id}`]: {
      get: {
        operationId: `get${name}`,
        summary: "The job as it is",
        tags,
        security,
        requestParams: {
          path: one.path,
          header: z.object({
            ...callerParameters,
            "If-None-Match": z.string().optional().describe("The version that the client has"),
            "Prefer": wait,
          }),
        },
        responses: {
          200: answer("The job", job, {
            headers: LIVE,
            always: VERSIONED,
            examples: { accepted, completed },
          }),
          304: answer("The client has this version", null, { headers: LIVE, always: VERSIONED }),
          ...problems("invalid_header", "job_not_found", ...EVERYWHERE),
        },
      },
      delete: {
        operationId: `cancel${name}`,
        summary: "Cancel the job",
        tags,
        security,
        requestParams: one,
        responses: {
          202: answer("Canceled, from now on", job, { headers: RATE }),
          ...problems(
            "invalid_header",
            "not_owner",
            "job_not_found",
            "job_finished",
            ...EVERYWHERE,
          ),
        },
      },
    },
    [`${path}/{id}/timeline`]: {
      get: {
        operationId: `get${name}Timeline`,
        summary: "What happened to the job",
        tags,
        security,
        requestParams: one,
        responses: {
          200: answer("Everything so far", jobTimeline(kind), {
            headers: RATE,
            always: ["Cache-Control"],
          }),
          ...problems("invalid_header", "job_not_found", ...EVERYWHERE),
        },
      },
    },
    [`${path}/{id}/events`]: {
      get: {
        operationId: `stream${name}Events`,
        summary: "The job, live (server-sent events)",
        description:
          "`progress`: the job without its parts. `item`: a finished part of the plan, " +
          "`{index, item}`, each once and in order. `reset`: forget the parts so far, the plan is " +
          "begun anew. `end`: the job as `GET` shows it, and the stream is closed. Comments keep " +
          "the connection alive.",
        tags,
        security,
        requestParams: {
          path: one.path,
          query: z.object({
            after: z.string().optional().describe("As `Last-Event-ID`, for clients that cannot"),
          }),
          header: z.object({
            ...callerParameters,
            "Last-Event-ID": z.string().optional().describe("Go on after this event"),
          }),
        },
        responses: {
          200: {
            description: "Events until the job ends",
            headers: sent(RATE, ["Cache-Control"]),
            content: { "text/event-stream": { schema: z.string(), example: events } },
          },
          204: answer("The client has had the last event; it need not come back", null, {
            headers: RATE,
          }),
          ...problems("invalid_request", "invalid_header", "job_not_found", ...EVERYWHERE),
        },
      },
    },
  };
}

/** The calls that are about the service. */
function servicePaths(): ZodOpenApiPathsObject {
  const tags = ["service"];
  const ok = z.object({ status: z.literal("ok") });
  const page = (description: string) =>
    answer(description, z.string(), { type: "text/html", always: ["Cache-Control"] });
  const cached = { always: ["ETag", "Cache-Control"] satisfies HeaderName[] };
  return {
    "/livez": {
      get: {
        operationId: "getLiveness",
        summary: "Whether the process lives",
        tags,
        security: [],
        responses: { 200: answer("It does", ok) },
      },
    },
    "/readyz": {
      get: {
        operationId: "getReadiness",
        summary: "Whether it can work",
        tags,
        security: [],
        responses: { 200: answer("It can", ok), ...problems("not_ready") },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "getDescription",
        summary: "This description",
        tags,
        security: [],
        responses: {
          200: answer("OpenAPI 3.1", z.looseObject({ openapi: z.string() }), cached),
          304: answer("The client has this version", null, cached),
        },
      },
    },
    "/docs": {
      get: {
        operationId: "getReference",
        summary: "This description, for people",
        tags,
        security: [],
        responses: { 200: page("A page on which the calls can be tried") },
      },
    },
    "/problems": {
      get: {
        operationId: "listProblems",
        summary: "All problems that this API answers with",
        tags,
        security: [],
        responses: { 200: page("A list with links") },
      },
    },
    "/problems/{code}": {
      get: {
        operationId: "getProblem",
        summary: "What a problem means: the `type` of its answers leads here",
        tags,
        security: [],
        requestParams: { path: z.object({ code: z.string().meta({ example: "queue_full" }) }) },
        responses: { 200: page("What to do about it"), ...problems("route_not_found") },
      },
    },
    "/api/webhooks/openai": {
      post: {
        operationId: "hearFromOpenAI",
        summary: "OpenAI tells of a finished response; only with OPENAI_WEBHOOK_SECRET",
        tags,
        security: [],
        requestBody: {
          required: true,
          content: { "application/json": { schema: z.looseObject({}) } },
        },
        responses: {
          204: answer("Heard", null),
          ...problems(
            "incomplete_body",
            "invalid_signature",
            "response_unknown",
            "body_too_large",
            "internal",
          ),
        },
      },
    },
  };
}

/** Creates the document. It depends on nothing but its arguments. */
export function createOpenApi(
  kinds: readonly PublicKind[],
  { privateHosts = [] }: { privateHosts?: readonly string[] } = {},
) {
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Tripwright",
      version: API_VERSION,
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [
      ...kinds.map(({ http }) => ({
        name: http.path.split("/").at(-1)!,
        description: http.description,
      })),
      { name: "service", description: "The service itself" },
    ],
    paths: Object.assign({}, ...kinds.map((kind) => jobPaths(kind, privateHosts)), servicePaths()),
    components: {
      securitySchemes: {
        apiKey: {
          type: "http",
          scheme: "bearer",
          description: "Needed where the operator has set `API_KEYS`",
        },
      },
    },
  }, {
    // More members may come; clients have to bear them.
    override: ({ jsonSchema, io }) => {
      if (io === "output" && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
      // The format says it better.
      if (jsonSchema.format === "date-time" || jsonSchema.format === "uuid") {
        delete jsonSchema.pattern;
      }
    },
  });
}
