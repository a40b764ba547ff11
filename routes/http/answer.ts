/**
 * The headers of an answer, and answers that are built from them in one step.
 *
 * Until an answer exists, its headers are a plain record. `Headers` would check each name and value
 * when it is set, and the answer would check them once more. That took a fifth of a poll.
 * @module
 */
import type { Context } from "hono";

/** Headers by name. All names are in lower case, so that a record has each header once. */
export type AnswerHeaders = Record<Lowercase<string>, string>;

/** What the middleware of the common headers keeps for the other functions of this module. */
export interface AnswerVariables {
  /** The headers of the answer. */
  headers: AnswerHeaders;
  /** The response that already has these headers; unset: none. */
  answer: Response | undefined;
}

/** Sets headers of the answer, whichever function creates it. */
export function setHeaders(c: Context, headers: AnswerHeaders): void {
  Object.assign(c.get("headers"), headers);
}

/**
 * Adds a value to a header of the answer that is a list (RFC 9110, section 5.6.1), unless it has the
 * value.
 */
export function addToHeader(c: Context, name: Lowercase<string>, value: string): void {
  const headers: AnswerHeaders = c.get("headers");
  const before = headers[name];
  if (before?.split(", ").includes(value)) return;
  headers[name] = before === undefined ? value : `${before}, ${value}`;
}

/**
 * Creates the answer, with the headers that were set before. It has no cookies: what sets some
 * answers with a function of Hono.
 */
export function answer(c: Context, body: BodyInit | null, status = 200): Response {
  const response = new Response(body, { status, headers: c.get("headers") });
  c.set("answer", response);
  return response;
}

/** Creates an answer with JSON, with the headers that were set before. */
export function answerJson(c: Context, value: unknown, status = 200): Response {
  setHeaders(c, { "content-type": "application/json" });
  return answer(c, JSON.stringify(value), status);
}

/** Adds the headers to an answer that {@link answer} has not created. Its own headers stay. */
export function completeAnswer(c: Context): void {
  if (c.res === c.get("answer")) return;
  const headers: AnswerHeaders = c.get("headers");
  const missing = Object.entries(headers).filter(([name]) => !c.res.headers.has(name));
  if (missing.length === 0) return;
  try {
    for (const [name, value] of missing) c.res.headers.set(name, value);
  } catch {
    // The headers of `Response.redirect()` and of `fetch()` cannot be changed, those of a copy can.
    c.res = new Response(c.res.body, c.res);
    for (const [name, value] of missing) c.res.headers.set(name, value);
  }
}
