/**
 * Errors over HTTP: problem details (RFC 9457), with the member `error` that clients of the older
 * services read. This file is the only list of problems.
 * @module
 */
import type { AnswerHeaders } from "./answer.ts";

/** The part of a problem that is the same each time. */
export interface ProblemType {
  status: number;
  /** One short sentence without a full stop. */
  title: string;
  /** What is wrong, and what the client can do. The page at the problem's `type` shows it. */
  advice: string;
}

/** Every problem. `deno task docs` writes `docs/problems.md` from here, in this order. */
export const problemTypes = {
  invalid_request: {
    status: 400,
    title: "The request is not valid",
    advice: "A member of the body or a query parameter is missing or not valid. Each entry of " +
      "`errors` names one of them: a JSON pointer into the body, or the query parameter. Correct " +
      "them and send the request again.",
  },
  malformed_json: {
    status: 400,
    title: "The body is not valid JSON",
    advice: "The service cannot parse the body as JSON. Send a JSON object of at most 100 levels.",
  },
  incomplete_body: {
    status: 400,
    title: "The body is incomplete",
    advice: "The connection broke before the whole body arrived. Send the request again. With an " +
      "`Idempotency-Key`, a repeated request never creates a second job.",
  },
  invalid_header: {
    status: 400,
    title: "A header is not valid",
    advice: "The header that `detail` names was sent twice, or its value is not valid. An " +
      "`Idempotency-Key` must have 1 to 255 characters, a `Client-Token` 16 to 128. `Host` must " +
      "be the host and the port of the URL.",
  },
  missing_client_token: {
    status: 400,
    title: "A client token is required",
    advice: "A list shows only the caller's own jobs. Identify yourself with a `Client-Token` in " +
      "each request. It is a random string of 16 to 128 characters that you keep, such as a UUID.",
  },
  unauthorized: {
    status: 401,
    title: "An API key is required",
    advice: "The request has no valid API key. Send the key as `Authorization: Bearer <key>`. Or " +
      "the read token in the URL is not valid for this job, or has expired: create a new one with " +
      "`POST …/read-tokens`.",
  },
  admin_token_required: {
    status: 401,
    title: "The operator's token is required",
    advice: "Only operators may send this request. Sign in at `/admin`, or send `ADMIN_TOKEN` as " +
      "`Authorization: Bearer <token>`. A wrong token is answered after a second.",
  },
  invalid_signature: {
    status: 401,
    title: "The signature is not valid",
    advice: "The signature of the webhook is missing, wrong or older than five minutes. Check " +
      "that `OPENAI_WEBHOOK_SECRET` is the secret of this webhook.",
  },
  insufficient_scope: {
    status: 403,
    title: "The API key does not allow this",
    advice: "The key is valid, but lacks the scope that `detail` names. `make` creates and " +
      "cancels jobs, `read` reads and lists the key's own jobs, `read_all` those of all callers. " +
      "The operator can make a key with other scopes.",
  },
  not_owner: {
    status: 403,
    title: "The job belongs to another caller",
    advice:
      "You can read this job, but only the caller that created it can cancel it. That is the " +
      "same API key or, on a service without keys, the same `Client-Token`.",
  },
  foreign_form: {
    status: 403,
    title: "The form was sent from another site",
    advice: "The web app accepts forms only from its own pages. In a program, use the API: " +
      "`/docs` describes it. If the form is from this service, a proxy has changed `Host`: the " +
      "operator must let it pass on the host and the port of the browser's URL.",
  },
  foreign_site: {
    status: 403,
    title: "The request was sent from another site",
    advice: "A page of another site sent this request. It could change something, or use up your " +
      "limits. The operator can allow that site in `CORS_ORIGINS`. If the page is from this service, a proxy has " +
      "changed `Host`. The operator must let it pass on the host and the port of the browser's " +
      "URL, or add that origin to `CORS_ORIGINS`.",
  },
  callback_not_allowed: {
    status: 403,
    title: "Callbacks require an API key",
    advice:
      "`callbackUrl` requires an API key, because the service signs callbacks with a secret " +
      "derived from that key. Without a key, remove `callbackUrl` and poll or stream the job.",
  },
  route_not_found: {
    status: 404,
    title: "Not found",
    advice: "The path does not exist. `/openapi.json` lists all paths of the API.",
  },
  job_not_found: {
    status: 404,
    title: "Job not found",
    advice: "No job of this kind has this id. The id is wrong, the job has expired (by default " +
      "after 24 hours), or it belongs to another API key.",
  },
  response_unknown: {
    status: 404,
    title: "Unknown response",
    advice: "The webhook is about a response that no job of this service has started.",
  },
  method_not_allowed: {
    status: 405,
    title: "The method is not allowed",
    advice: "The path exists, but does not support this method. The `Allow` header lists the " +
      "methods that it supports.",
  },
  key_not_found: {
    status: 404,
    title: "API key not found",
    advice: "No API key has this id. Keys stay in the list for 31 days after their end. Keys of " +
      "`API_KEYS` have no id.",
  },
  key_refused: {
    status: 409,
    title: "The change of API keys is not possible",
    advice: "`detail` says what is in the way: there are too many keys, or a service cannot be " +
      "opened while it has keys. Remove the cause and send the request again.",
  },
  read_token_not_needed: {
    status: 409,
    title: "A read token is not needed",
    advice: "This service shows a job to any caller that knows its id, so it creates no read " +
      "tokens. Request the job or its events without a `token`.",
  },
  job_finished: {
    status: 409,
    title: "The job has ended",
    advice: "A job that has ended cannot be canceled. `state` says how it ended.",
  },
  job_not_ended: {
    status: 409,
    title: "The job has not ended",
    advice:
      "Only an ended job can be replayed, and only its callback can be delivered again. Wait " +
      "for its end, or cancel it.",
  },
  action_not_possible: {
    status: 409,
    title: "The job does not allow this",
    advice: "A job without a `callbackUrl` has no callback to deliver. A job that no client has " +
      "created, such as the delivery of a callback, shows no request and cannot be replayed.",
  },
  no_plan_to_refine: {
    status: 409,
    title: "The job has no plan to change",
    advice: "Only the plan of a completed job can be changed. `state` is the status of the job. " +
      "While it is `processing`, wait for its end. A job that has failed or was canceled has no " +
      "plan, and one with the `source` `placeholder` has no real one: create a new job.",
  },
  body_timeout: {
    status: 408,
    title: "The body took too long",
    advice: "The whole body must arrive within 30 seconds. Check the connection and send the " +
      "request again. With an `Idempotency-Key`, a repeated request never creates a second job.",
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    advice: "The body must not exceed 64 KiB. Valid requests are much smaller.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body must be JSON",
    advice: "Send the body as JSON, with `Content-Type: application/json`.",
  },
  unsupported_content_encoding: {
    status: 415,
    title: "The body must not be compressed",
    advice: "The service does not decompress request bodies. Send the body as it is, without " +
      "`Content-Encoding`.",
  },
  misdirected_request: {
    status: 421,
    title: "This service has another host name",
    advice: "`Host` names a host that `ALLOWED_HOSTS` does not list. Use the host name of the " +
      "service. The operator can add further names.",
  },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key was used for another request",
    advice: "An earlier request had the same `Idempotency-Key`, but another body or another kind " +
      "of job. Use a new key for each new request. Repeat a key only to send the same request " +
      "again after its response was lost.",
  },
  rate_limited: {
    status: 429,
    title: "Too many requests",
    advice:
      "You have sent more requests in the last minute than `RateLimit-Policy` allows. Wait for the " +
      "number of seconds in `Retry-After`. Long polls, event streams and polling at the pace of " +
      "`Retry-After` stay far below the limit.",
  },
  too_many_wrong_tokens: {
    status: 429,
    title: "Too many wrong tokens",
    advice:
      "Your network address has sent several wrong values of `ADMIN_TOKEN` within a second, " +
      "or many addresses have. This token was perhaps not compared. Send the request again after " +
      "the number of seconds in `Retry-After`.",
  },
  too_many_streams: {
    status: 429,
    title: "Too many open event streams",
    advice: "You have as many event streams and long polls open as a caller may have. Close " +
      "streams that you no longer read, or poll without `Prefer: wait`.",
  },
  daily_budget_spent: {
    status: 429,
    title: "Daily limit reached",
    advice:
      "Your API key, or without a key your network address, has created all the jobs that it " +
      "may create in a day. Or the jobs of your key have cost as much as they may. The limits of a " +
      "key reset at midnight UTC. A job of an address counts for 24 hours. `Retry-After` is the " +
      "number of seconds until you may create the next job.",
  },
  internal: {
    status: 500,
    title: "Something went wrong",
    advice:
      "The service failed because of an internal error. Send the request again. If it fails " +
      "again, report the `X-Request-Id` to the operator.",
  },
  accept_failed: {
    status: 500,
    title: "The job was not accepted",
    advice: "The service could not store the job, so the job does not exist. Send the request " +
      "again.",
  },
  queue_full: {
    status: 503,
    title: "Too many jobs are waiting",
    advice: "The queue is full. Send the request again after the number of seconds in " +
      "`Retry-After`.",
  },
  storage_full: {
    status: 503,
    title: "The storage is full",
    advice:
      "The disk of the service is full, will soon be, or takes no data, so it stores nothing new. " +
      "Jobs that it has accepted are not lost, and can be read. Send the request again after the " +
      "number of seconds in `Retry-After`.",
  },
  daily_limit_reached: {
    status: 503,
    title: "The service accepts no more jobs today",
    advice: "All callers together have reached the daily limit of this service. It resets at " +
      "midnight UTC. `Retry-After` is the number of seconds until then. Existing jobs continue.",
  },
  intake_paused: {
    status: 503,
    title: "The intake is paused",
    advice: "The operator has paused the intake of new jobs, for maintenance for example. `note` " +
      "is the operator's message for users, or `null`. Existing jobs continue. Send the request " +
      "again after the number of seconds in `Retry-After`.",
  },
  stopping: {
    status: 503,
    title: "The instance is shutting down",
    advice: "This instance accepts no more jobs; another one takes over. Send the request again " +
      "after the number of seconds in `Retry-After`.",
  },
  not_ready: {
    status: 503,
    title: "The service is not ready",
    advice: "The instance is shutting down, its database does not respond, or its disk is full. " +
      "Send the request again in a few seconds.",
  },
} as const satisfies Record<string, ProblemType>;

/** The machine-readable name of a problem. It never changes. */
export type ProblemCode = keyof typeof problemTypes;

/** The HTTP statuses of problems. */
export type ProblemStatus = typeof problemTypes[ProblemCode]["status"];

/**
 * What is wrong, and where: in the body (a JSON pointer, RFC 6901, as a URI fragment) or in a query
 * parameter.
 */
export type FieldError = { detail: string } & ({ pointer: string } | { parameter: string });

/** One occurrence of a problem. */
export interface Problem {
  code: ProblemCode;
  /** For people, about this occurrence. It is also sent as `error`. */
  detail: string;
  errors?: FieldError[];
  /** Further members of the body. */
  extensions?: Record<string, unknown>;
  headers?: AnswerHeaders;
  /**
   * What a page says in place of the title and the detail, which are for developers: the text, or the
   * name of a text in the words of the pages. Unset: the text for the code.
   */
  page?: PageText | string;
}

/** What a page says about a problem. */
export interface PageText {
  title: string;
  /** Full sentences: what happened, and what to do next. */
  text: string;
}

/** A route throws this error. The app turns it into an answer with the problem. */
export class ProblemError extends Error {
  override name = "ProblemError";
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** Returns the path of the page that explains a problem, on the same server (RFC 9457, 3.1.1). */
export function problemPath(code: ProblemCode): string {
  return `/problems/${code}`;
}

/** Builds the body of an error answer. */
export function problemBody({ code, detail, errors, extensions }: Problem) {
  const { title, status } = problemTypes[code];
  const body = { type: problemPath(code), title, status, detail, code, error: detail };
  return { ...body, ...(errors && { errors }), ...extensions };
}

/** Returns a path as a JSON pointer in a URI fragment: `#/preferences/interests/2`. */
export function jsonPointer(path: PropertyKey[]): string {
  const escaped = path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"));
  return ["#", ...escaped.map(encodeURIComponent)].join("/");
}
