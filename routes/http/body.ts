/**
 * Request bodies: JSON of limited size, checked by a schema.
 * @module
 */
import type { Context } from "hono";
import type { z } from "zod";
import { type Clock, DeadlineError } from "../../lib/clock.ts";
import { readText } from "../../lib/http/bounded_text.ts";
import { isTooDeep, MAX_JSON_DEPTH, parseJson } from "../../lib/json.ts";
import { SharedDeadline } from "../../lib/shared_deadline.ts";
import { jsonPointer, ProblemError } from "./problem.ts";

/** The size limit of a JSON body. */
export const MAX_BODY_BYTES = 64 * 1024;

/** A slow phone sends 64 KiB in this time. A client that sends it in pieces must not block longer. */
const BODY_MS = 30_000;

/**
 * JSON types, and `text/plain`: a browser labels the string body of the old bundle client that way.
 */
const JSON_TYPES = /^(application\/([\w.-]+\+)?json|text\/plain)$/;

export interface BodyOptions {
  /** Measures how long the body takes. */
  clock: Clock;
  /** The size limit, by default {@link MAX_BODY_BYTES}. */
  maxBytes?: number;
}

/**
 * Reads and checks the body.
 *
 * @throws {ProblemError} 415 for a type that is not JSON; 400 for a body that is not JSON; 400 with
 * the position of each bad field if the schema does not accept the body; all problems of
 * {@link readLimited}
 */
export async function readBody<T>(
  c: Context,
  schema: z.ZodType<T>,
  options: BodyOptions,
): Promise<T> {
  const type = (c.req.header("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
  if (type !== "" && !JSON_TYPES.test(type)) {
    throw new ProblemError({
      code: "unsupported_media_type",
      detail: "The request body must be JSON: send Content-Type: application/json",
      headers: { accept: "application/json" },
    });
  }
  const text = await readLimited(c, options);
  const json = parseJson(text);
  if (json === undefined) {
    throw new ProblemError({
      code: "malformed_json",
      detail: isTooDeep(text)
        ? `The request body has more than ${MAX_JSON_DEPTH} values inside each other`
        : "The request body is not valid JSON",
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map(({ path, message }) => ({
    pointer: jsonPointer(path),
    detail: message,
  }));
  throw new ProblemError({
    code: "invalid_request",
    detail: parsed.error.issues.map(sentenceOf).join("; "),
    errors,
  });
}

/**
 * Reads the body as text.
 *
 * @throws {ProblemError} 413 for more than `maxBytes`, 415 for a compressed body, 408 for a body
 * that takes longer than 30 seconds, 400 for an incomplete body
 */
export async function readLimited(
  c: Context,
  { clock, maxBytes = MAX_BODY_BYTES }: BodyOptions,
): Promise<string> {
  requireNoEncoding(c);
  const length = c.req.header("content-length");
  const tooLarge = Number(length ?? 0) > maxBytes;
  // With one known length, the server reads the body faster than a stream.
  const isKnown = /^\d+$/.test(length ?? "");
  const read = () => isKnown ? c.req.raw.text() : readText(c.req.raw.body, maxBytes);
  const text = tooLarge ? null : await deadlineOf(clock).run(read()).catch((error) => {
    throw error instanceof DeadlineError ? slowBody() : new ProblemError({
      code: "incomplete_body",
      detail: "The request body is incomplete",
    });
  });
  if (text !== null) return text;
  throw new ProblemError({
    code: "body_too_large",
    detail: `The request body is larger than ${maxBytes} bytes`,
    headers: UNREAD,
  });
}

/** The deadline of all bodies, by clock: a service has one, each test has its own. */
const deadlines = new WeakMap<Clock, SharedDeadline>();

function deadlineOf(clock: Clock): SharedDeadline {
  const deadline = deadlines.get(clock) ?? new SharedDeadline({ ms: BODY_MS, clock });
  deadlines.set(clock, deadline);
  return deadline;
}

/** The rest of the body is not read, so the connection cannot be used again. */
const UNREAD = { connection: "close" };

function slowBody(): ProblemError {
  return new ProblemError({
    code: "body_timeout",
    detail: `The request body did not arrive within ${BODY_MS / 1_000} seconds`,
    headers: UNREAD,
  });
}

/** Throws for a compressed body (RFC 9110, section 8.4). A small one can expand to gigabytes. */
function requireNoEncoding(c: Context): void {
  const encoding = c.req.header("content-encoding")?.trim().toLowerCase();
  if (encoding === undefined || encoding === "" || encoding === "identity") return;
  throw new ProblemError({
    code: "unsupported_content_encoding",
    detail: "The request body must not be compressed: send it without Content-Encoding",
    // RFC 9110, section 15.5.16
    headers: { "accept-encoding": "identity" },
  });
}

/** A message that begins with a capital letter is a full sentence; others need the field's name. */
function sentenceOf({ path, message }: z.core.$ZodIssue): string {
  if (path.length === 0 || /^\p{Lu}/u.test(message)) return message;
  return `${path.join(".")}: ${message}`;
}
