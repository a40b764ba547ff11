/**
 * Errors over HTTP: problem details (RFC 9457), with the string `error` that clients of the services
 * before Tripwright read. This catalogue is the only place that knows which problems there are.
 * @module
 */

/** What is the same for each occurrence of a problem. */
export interface ProblemType {
  status: number;
  /** The same for each occurrence, one short sentence without a full stop. */
  title: string;
  /** What is wrong, and what the client can do. Shown at the problem's `type`. */
  advice: string;
}

/** Every problem. `deno task docs` writes `docs/problems.md` from here, in this order. */
export const problemTypes = {
  invalid_request: {
    status: 400,
    title: "The request is not valid",
    advice: "A member of the body or a query parameter is missing or has a value that is not " +
      "accepted. `errors` has one entry for each, with its place as a JSON pointer. Correct them " +
      "and send the request again.",
  },
  malformed_json: {
    status: 400,
    title: "The body is not JSON",
    advice: "The body cannot be parsed as JSON. Send a JSON object.",
  },
  incomplete_body: {
    status: 400,
    title: "The body is incomplete",
    advice:
      "The connection broke before the whole body had arrived. Send the request again; with " +
      "an `Idempotency-Key` that is safe in any case.",
  },
  invalid_header: {
    status: 400,
    title: "A header is not valid",
    advice: "The header that `detail` names has a value that is not accepted, or was sent twice. " +
      "An `Idempotency-Key` has 1 to 255 characters, a `Client-Token` 16 to 128.",
  },
  missing_client_token: {
    status: 400,
    title: "The caller is not known",
    advice: "Only a caller that can be recognised has a list of jobs. Send a `Client-Token`: a " +
      "random string of 16 to 128 characters that you keep, such as a UUID, with each request.",
  },
  unauthorized: {
    status: 401,
    title: "An API key is needed",
    advice: "This service is only open to those with an API key. Send it as " +
      "`Authorization: Bearer <key>`.",
  },
  invalid_signature: {
    status: 401,
    title: "The signature is not valid",
    advice: "The signature of the webhook is missing, wrong or older than five minutes.",
  },
  not_owner: {
    status: 403,
    title: "The job is another caller's",
    advice:
      "Everybody may look at the jobs of this service, but only the API key that made a job " +
      "may cancel it.",
  },
  foreign_form: {
    status: 403,
    title: "The form is another site's",
    advice: "Forms of the app are only taken from its own pages. Programs use the API, which " +
      "`/docs` describes.",
  },
  callback_not_allowed: {
    status: 403,
    title: "Callbacks need an API key",
    advice:
      "`callbackUrl` is only for callers with an API key, because its signature is made with " +
      "that key. Leave it out, and poll or stream the job.",
  },
  route_not_found: {
    status: 404,
    title: "There is nothing at this path",
    advice: "The path is not one of this API. `/openapi.json` lists all of them.",
  },
  job_not_found: {
    status: 404,
    title: "The job is not known",
    advice: "There is no such job of this kind: the id is wrong, the job has expired (they are " +
      "kept for 24 hours), or it was made by another API key.",
  },
  response_unknown: {
    status: 404,
    title: "Nobody waits for this response",
    advice: "The webhook is about a response that no job of this service has begun.",
  },
  method_not_allowed: {
    status: 405,
    title: "The method is not allowed",
    advice: "The path exists, but not for this method. `Allow` lists those that it answers to.",
  },
  job_finished: {
    status: 409,
    title: "The job has ended",
    advice: "A job that has ended cannot be canceled any more. `state` says how it ended.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    advice: "A body may have 64 KiB. No valid request comes near that.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body must be JSON",
    advice: "Send the body as JSON, with `Content-Type: application/json`.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key belongs to another request",
    advice: "A request with the same `Idempotency-Key` and another body, or for another kind of " +
      "job, was accepted before. Use a new key for each new wish, and the same one only to repeat " +
      "a request whose answer you have not got.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    advice: "You have sent more requests in a minute than `RateLimit-Policy` allows. Wait for as " +
      "many seconds as `Retry-After` says. Polling at the pace of `Retry-After`, long polls and " +
      "event streams stay far below the limit.",
  },
  daily_budget_spent: {
    status: 429,
    title: "The day's jobs are used up",
    advice: "Your API key has made all the jobs that it may make in a day. The day ends at " +
      "midnight UTC; `Retry-After` says in how many seconds.",
  },
  internal: {
    status: 500,
    title: "Something went wrong",
    advice: "A fault of ours. Try again; if it stays, tell the operator the `X-Request-Id`.",
  },
  accept_failed: {
    status: 500,
    title: "The job was not accepted",
    advice: "The job could not be stored, and nothing of it exists. Send the request again.",
  },
  queue_full: {
    status: 503,
    title: "Too many jobs are waiting",
    advice: "More work waits than this service wants to owe. Try again after `Retry-After`.",
  },
  stopping: {
    status: 503,
    title: "The instance is shutting down",
    advice: "Another instance takes over. Try again after `Retry-After`.",
  },
  not_ready: {
    status: 503,
    title: "The service is not ready",
    advice: "The instance shuts down, or its database does not answer.",
  },
} as const satisfies Record<string, ProblemType>;

/** The stable and machine-readable name of a problem. */
export type ProblemCode = keyof typeof problemTypes;

/** The statuses that Tripwright answers errors with. */
export type ProblemStatus = typeof problemTypes[ProblemCode]["status"];

/**
 * What is wrong, and where: in the body (JSON pointer, RFC 6901, as a URI fragment), or in a query
 * parameter.
 */
export type FieldError = { detail: string } & ({ pointer: string } | { parameter: string });

/** One occurrence of a problem. */
export interface Problem {
  code: ProblemCode;
  /** For people, about this occurrence; also sent as `error`. */
  detail: string;
  errors?: FieldError[];
  /** Further members of the answer. */
  extensions?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Thrown by a route; the app answers with it. */
export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Where a problem is explained: a path on the server that answers with it (RFC 9457, 3.1.1). */
export function problemPath(code: ProblemCode): string {
  return `/problems/${code}`;
}

/** The body for a problem. */
export function problemBody({ code, detail, errors, extensions }: Problem) {
  const { title, status } = problemTypes[code];
  const body = { type: problemPath(code), title, status, detail, code, error: detail };
  return { ...body, ...(errors && { errors }), ...extensions };
}

/** Where the value at `path` stands, as a JSON pointer in a URI fragment: `#/preferences/interests/2`. */
export function jsonPointer(path: PropertyKey[]): string {
  const escaped = path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"));
  return ["#", ...escaped.map(encodeURIComponent)].join("/");
}
