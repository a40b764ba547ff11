/**
 * Requests to an application, as a client sends them.
 * @module
 */
import { assert, assertStrictEquals } from "@std/assert";

/** An answer with its body parsed. */
export interface Answer {
  status: number;
  headers: Headers;
  // deno-lint-ignore no-explicit-any -- tests look at single members
  body: any;
}

/** Anything that answers requests as Hono's applications do. */
export interface App {
  fetch(request: Request): Response | Promise<Response>;
}

/** Sends a request and reads the JSON answer. */
export async function send(app: App, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, body: text === "" ? null : JSON.parse(text) };
}

/** Posts a JSON body. */
export function post(app: App, path: string, body: unknown, headers: HeadersInit = {}) {
  const contentType = { "content-type": "application/json" };
  return send(app, path, {
    method: "POST",
    headers: { ...contentType, ...Object.fromEntries(new Headers(headers)) },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** Asserts that the answer is a problem with the members that every problem has. */
export function assertProblem(answer: Answer, status: number, code: string): void {
  assertStrictEquals(answer.status, status);
  assertStrictEquals(answer.headers.get("content-type"), "application/problem+json");
  assertStrictEquals(answer.body.status, status);
  assertStrictEquals(answer.body.code, code);
  assertStrictEquals(answer.body.type, `/problems/${code}`);
  assertStrictEquals(typeof answer.body.title, "string");
  assertStrictEquals(answer.body.error, answer.body.detail);
  assert(answer.headers.get("x-request-id"));
}
