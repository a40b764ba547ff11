/**
 * What the answers of a service say, and of whatever else may answer in its place.
 * @module
 */

/** What is wrong with a request, or with the way to the service. */
export class TripError extends Error {
  override name = "TripError";
  /** Of the answer; 0 if there was none. */
  readonly status: number;
  /** The problem's code; `network` if it was not the service that answered. */
  readonly code: string;
  /** When to try again, if the service said so. */
  readonly retryAfterSeconds: number | null;
  /** What is wrong with the members of the body (JSON pointers) and the query parameters. */
  readonly errors: { pointer?: string; parameter?: string; detail: string }[];

  constructor(
    message: string,
    { status = 0, code = "network", retryAfterSeconds = null, errors = [], cause }:
      & Partial<Pick<TripError, "status" | "code" | "retryAfterSeconds" | "errors">>
      & { cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
  }
}

/**
 * An error that trying again may help against: there was no answer, one of somebody else, or the
 * service says so.
 *
 * @throws what is no such error
 */
export function passing(error: unknown): TripError {
  if (error instanceof TripError) {
    const { status, code } = error;
    // What lies in between has its own 404s and 403s: while a new version is put up, for one.
    const isForeign = code === "network";
    if (isForeign || status === 408 || status === 429 || status >= 500) return error;
  }
  throw error;
}

/** The service itself says that there is no such job, or none for this caller. */
export function isGone(error: unknown): boolean {
  return error instanceof TripError && error.code === "job_not_found";
}

/** The service is there, and has enough to do. */
export function isBusy(error: TripError | null): boolean {
  return error?.status === 429 || error?.status === 503;
}

/** What an answer that is no good one says is wrong. Only the service answers with problems (RFC 9457). */
export async function errorOf(response: Response): Promise<TripError> {
  const { status, headers } = response;
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json");
  const text = await response.text().catch(() => "");
  const { detail, code, errors } = parse(isProblem ? text : "");
  const message = typeof detail === "string" ? detail : `The answer has the status ${status}`;
  return new TripError(message, {
    status,
    retryAfterSeconds: retryAfterOf(headers),
    ...(typeof code === "string" && { code }),
    ...(Array.isArray(errors) && { errors }),
  });
}

/**
 * `Retry-After` in seconds. A date is compared with that of the answer, because the clock of this
 * machine may be wrong, which is why `lib/http/retry_after.ts` is of no use here.
 */
export function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds >= 0 ? seconds : null;
}

/** The JSON object in a text; an empty one if there is none. */
// deno-lint-ignore no-explicit-any -- whoever uses a member checks it
export function parse(json: string): Record<string, any> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
