/**
 * Requests to the API for operators. Each answer is parsed by the schema of the API.
 * @module
 */
import { z } from "zod";
import { AdminError, type FailureReason } from "./exit_codes.ts";
import type { Settings } from "./settings.ts";

/** A service that needs longer has a fault. */
const ANSWER_MS = 30_000;

/** An answer as the service has sent it, and as its schema has parsed it. */
export interface Answer<Value> {
  json: string;
  value: Value;
}

/** What a request sends. */
export interface Call {
  /** Below `/admin/api`. */
  path: `/${string}`;
  query?: Record<string, string | number | undefined>;
  /** With a body, the request is a `POST`. */
  body?: object;
}

const Problem = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({
    pointer: z.string().optional(),
    parameter: z.string().optional(),
    detail: z.string(),
  })).optional(),
});

/** The exit reasons of the problems whose status does not tell them. */
const problemReasons: Record<string, FailureReason> = {
  invalid_request: "usage",
};

/** The exit reasons of statuses. All other failures are refusals. */
const statusReasons: Record<number, FailureReason> = {
  401: "notAllowed",
  403: "notAllowed",
  404: "notFound",
};

/** A client of the API for operators. */
export class AdminApi {
  readonly url: string;
  readonly #headers: Headers;

  constructor({ url, token, operator }: Settings) {
    this.url = url;
    this.#headers = new Headers({ authorization: `Bearer ${token}`, accept: "application/json" });
    if (operator !== undefined) this.#headers.set("operator", operator);
  }

  /**
   * Sends a request.
   *
   * @throws {AdminError} unless the service answers it with success, and as the schema says
   */
  async send<Schema extends z.ZodType>(
    call: Call,
    schema: Schema,
  ): Promise<Answer<z.output<Schema>>> {
    const { response, text } = await this.#fetch(call);
    const json = parseJson(text);
    if (!response.ok) throw this.#failureOf(response.status, json);
    const answer = schema.safeParse(json);
    if (answer.success) return { json: text, value: answer.data };
    throw json === undefined ? this.#foreign() : new AdminError(
      "refused",
      `The service answers in another form, so it has another version: ${
        z.prettifyError(answer.error)
      }`,
    );
  }

  async #fetch({ path, query = {}, body }: Call): Promise<{ response: Response; text: string }> {
    const url = new URL(`${this.url}/admin/api${path}`);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const headers = new Headers(this.#headers);
    if (body) headers.set("content-type", "application/json");
    try {
      const response = await fetch(url, {
        method: body ? "POST" : "GET",
        headers,
        ...(body && { body: JSON.stringify(body) }),
        // Another host must not get the token.
        redirect: "manual",
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      return { response, text: await response.text() };
    } catch (error) {
      throw new AdminError("unreachable", `Cannot reach ${this.url}: ${reasonOf(error)}`);
    }
  }

  #failureOf(status: number, json: unknown): AdminError {
    const problem = Problem.safeParse(json).data;
    if (!problem) return this.#foreign(status);
    const { code, detail, errors } = problem;
    if (code === "route_not_found") {
      return new AdminError(
        "refused",
        "The service has no such call for operators: set ADMIN_TOKEN there, or update it",
      );
    }
    const reason = problemReasons[code] ?? statusReasons[status] ?? "refused";
    // The detail of a problem may name only the first value that is not valid.
    const values = errors?.map(({ pointer, parameter, detail }) =>
      `${parameter ?? pointer?.replace("#/", "") ?? "body"}: ${detail}`
    );
    return new AdminError(reason, `${values?.join("; ") || detail} (${code})`);
  }

  #foreign(status?: number): AdminError {
    const seen = status === undefined ? "" : ` (status ${status})`;
    return new AdminError("unreachable", `Something else answers at ${this.url}${seen}`);
  }
}

/** Returns why a request has failed. Deno has the reason in the cause, or in the message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** Parses JSON; `undefined` if it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
