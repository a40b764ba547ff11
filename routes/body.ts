/**
 * Request bodies: JSON within a limit, checked by a schema.
 * @module
 */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { z } from "zod";
import { jsonPointer, ProblemError } from "../lib/problem.ts";
import { sendProblem } from "./send_problem.ts";

const MAX_BODY_BYTES = 64 * 1024;

/**
 * JSON types, and the two ways in which the old bundle client sends JSON: a browser labels a string
 * body `text/plain` unless told otherwise.
 */
const JSON_TYPES = /^(application\/([\w.-]+\+)?json|text\/plain)$/;

/** Refuses bodies over 64 KiB with 413, before they are in memory. */
export const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (c) =>
    sendProblem(c, {
      status: 413,
      code: "body_too_large",
      detail: `The request body is larger than ${MAX_BODY_BYTES} bytes`,
    }),
});

/**
 * Reads and checks the body.
 *
 * @throws {ProblemError} 415 for a type that is not JSON, 400 for malformed JSON, 400 with the place
 * of each bad field for a body that the schema does not accept
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "" && !JSON_TYPES.test(type)) {
    throw new ProblemError({
      status: 415,
      code: "unsupported_media_type",
      detail: "The request body must be JSON: send Content-Type: application/json",
      headers: { accept: "application/json" },
    });
  }
  const parsed = schema.safeParse(parseJson(await c.req.text()));
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    pointer: jsonPointer(path),
    detail: message,
  }));
  throw new ProblemError({
    status: 400,
    code: "invalid_request",
    detail: parsed.error.issues.map(sentenceOf).join("; "),
    errors,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError({
      status: 400,
      code: "malformed_json",
      detail: "The request body is not valid JSON",
    });
  }
}

/** Messages that begin with a capital are sentences of their own; the others need the field's name. */
function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  if (path.length === 0 || /^\p{Lu}/u.test(message)) return message;
  return `${path.join(".")}: ${message}`;
}
