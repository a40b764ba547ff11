/**
 * Errors over HTTP: problem details (RFC 9457), with the string `error` that clients of the services
 * before Tripwright read.
 * @module
 */

/** One bad field: where it is (JSON pointer, RFC 6901, as a URI fragment) and what is wrong. */
export interface FieldError {
  pointer: string;
  detail: string;
}

export interface Problem {
  status: ProblemStatus;
  /** Stable and machine-readable. */
  code: string;
  /** For people; also sent as `error`. */
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

const titles = {
  400: "Bad Request",
  401: "Unauthorized",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** The statuses that Tripwright answers errors with. */
export type ProblemStatus = keyof typeof titles;

/** The body for a problem. `about:blank`: the title is that of the status (RFC 9457, section 4.2.1). */
export function problemBody({ status, code, detail, errors, extensions }: Problem) {
  const body = { type: "about:blank", title: titles[status], status, detail, code, error: detail };
  return { ...body, ...(errors && { errors }), ...extensions };
}

/** Where the value at `path` stands, as a JSON pointer in a URI fragment: `#/preferences/interests/2`. */
export function jsonPointer(path: PropertyKey[]): string {
  const escaped = path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"));
  return ["#", ...escaped.map(encodeURIComponent)].join("/");
}
