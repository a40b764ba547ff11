/**
 * Errors of the service, and of proxies that respond in its place.
 * @module
 */

/** A value of a request that is not valid. */
export interface InvalidValue {
  /** The member of the body, as a JSON pointer such as `#/durationDays`. */
  pointer?: string;
  /** The query parameter. */
  parameter?: string;
  /** What is wrong with the value. */
  detail: string;
}

/** What is known of an error besides its message. */
interface TripErrorDetails
  extends Partial<Pick<TripError, "status" | "code" | "retryAfterSeconds" | "errors" | "note">> {
  /** The error behind this one. */
  cause?: unknown;
}

/** An error of the service, or of the connection to it. */
export class TripError extends Error {
  /** Tells this error from others. */
  override name = "TripError";
  /** The status of the response; 0 without a response. */
  readonly status: number;
  /** The code of the problem; `network` if the response does not come from the service. */
  readonly code: string;
  /** The pause before the next attempt, if the service names one. */
  readonly retryAfterSeconds: number | null;
  /** The errors of members of the body (JSON pointers) and of query parameters. */
  readonly errors: InvalidValue[];
  /** What the operator says to users about a refusal; `null`: nothing. */
  readonly note: string | null;

  constructor(
    message: string,
    { status = 0, code = "network", retryAfterSeconds = null, errors = [], note = null, cause }:
      TripErrorDetails = {},
  ) {
    super(message, { cause });
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
    this.errors = errors;
    this.note = note;
  }
}

/**
 * Returns an error after which another attempt may succeed: there was no response, a proxy
 * responded, or the status of the service says so.
 *
 * @throws all other errors
 */
export function requireTransient(error: unknown): TripError {
  if (error instanceof TripError) {
    const { status, code } = error;
    // Proxies send 403 and 404 of their own, for example during a deployment.
    const isForeign = code === "network";
    if (isForeign || status === 408 || status === 429 || status >= 500) return error;
  }
  throw error;
}

/** Returns whether the service itself reports that the caller can see no such job. */
export function isGone(error: unknown): boolean {
  return error instanceof TripError && error.code === "job_not_found";
}

/** Returns whether the service is reachable but overloaded, or limits the caller. */
export function isBusy(error: TripError | null): boolean {
  return error?.status === 429 || error?.status === 503;
}

/** Returns the error that a response describes. Only the service sends problems (RFC 9457). */
export async function errorOf(response: Response): Promise<TripError> {
  const { status, headers } = response;
  const isProblem = headers.get("content-type")?.startsWith("application/problem+json");
  const text = await response.text().catch(() => "");
  const { detail, code, errors, note } = parse(isProblem ? text : "");
  const message = typeof detail === "string" ? detail : `The response has the status ${status}`;
  return new TripError(message, {
    status,
    retryAfterSeconds: retryAfterOf(headers),
    ...(typeof code === "string" && { code }),
    ...(Array.isArray(errors) && { errors }),
    ...(typeof note === "string" && { note }),
  });
}

/**
 * Returns `Retry-After` in seconds. A date is compared with the `Date` of the response, because the
 * clock of this machine may be wrong. `lib/http/retry_after.ts` relies on the clock.
 */
export function retryAfterOf(headers: Headers): number | null {
  const value = headers.get("retry-after") ?? "";
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = (Date.parse(value) - Date.parse(headers.get("date") ?? "")) / 1_000;
  return seconds >= 0 ? seconds : null;
}

/** Parses a JSON object. Returns an empty object for invalid JSON. */
// deno-lint-ignore no-explicit-any -- each caller checks the members it uses
export function parse(json: string): Record<string, any> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}
