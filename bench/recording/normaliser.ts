/**
 * Replaces only the values that differ from one run to the next.
 * @module
 */
import { assert, assertStrictEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { headerOf, type HttpAnswer } from "./http_exchange.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A cursor: an array as JSON in base64url. */
const CURSOR = /\bWz[\w-]{40,}/g;

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/** Calendar dates that follow from a weekday. Plans with fixed dates use dates far from today. */
const CALENDAR_DAY = /(\bDT(?:START|END)[^:\n]*:)(\d{4})(\d\d)(\d\d)/g;

/** The patterns and their replacements, applied in this order. */
const patterns: [pattern: RegExp, replacement: string][] = [
  // The expiry of a job, in the format of pages.
  [/>[A-Z][a-z]{2}, [A-Z][a-z]{2,3} \d{1,2}, \d\d:\d\d UTC</g, "><moment><"],
  // The day that a page proposes for the start of a calendar.
  [/( name="start" required value=")\d{4}-\d\d-\d\d"/g, '$1<date>"'],
  [/"(ageMs|durationMs)":\d+/g, '"$1":"<ms>"'],
  [/\bready after (?:\d+ seconds?|\d+ min(?: \d+ s)?)/g, "ready after <duration>"],
  [/(Elapsed:<\/span> )\d+:\d\d\b/g, "$1<duration>"],
  [/\bDTSTAMP:\d{8}T\d{6}Z/g, "DTSTAMP:<time>"],
  [/\?v=[0-9a-f]{20}\b/g, "?v=<version>"],
  // The number of keep-alives depends on the duration of the stream.
  [/^: keep-alive\n\n/gm, ""],
];

/** The headers of callbacks and answers that depend on the time. */
const headerPatterns: Record<string, [pattern: RegExp, replacement: string]> = {
  "date": [/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, "<time>"],
  "etag": [/^(W\/)?"[^"]+"$/, '$1"<etag>"'],
  "ratelimit": [/;t=\d+/g, ";t=<seconds>"],
  "webhook-signature": [/^v1,[\w+/]{43}=$/, "v1,<signature>"],
  "webhook-timestamp": [/^\d{10}$/, "<seconds>"],
};

const CLOSE = "connection: close";

/** The texts before the number of seconds after which a client may retry. */
const RETRY_WORDS = [
  "again in ",
  "again by itself in ",
  'http-equiv="refresh" content="',
  '"retryAfterSeconds":',
];

/**
 * Replaces values in the texts of one scenario. Ids are numbered in the order of their appearance.
 */
export class Normaliser {
  readonly #ids = new Map<string, string>();

  text(text: string): string {
    const known = text
      .replace(CURSOR, (cursor) => this.#cursor(cursor))
      .replace(UUID, (id) => this.#id(id))
      .replace(TIME, (time) => isNear(time) ? "<time>" : time)
      .replace(
        CALENDAR_DAY,
        (all, name, ...parts) => isNear(parts.slice(0, 3).join("-")) ? `${name}<date>` : all,
      );
    return patterns.reduce(
      (text, [pattern, replacement]) => text.replace(pattern, replacement),
      known,
    );
  }

  header(name: string, value: string): string {
    if (name === "x-request-id") return value.replace(UUID, "<request-id>");
    const [pattern, replacement] = headerPatterns[name] ?? [/$^/, ""];
    return this.text(value).replace(pattern, replacement);
  }

  /** Returns the headers of an answer as `name: value`, without Deno's framing headers. */
  headers(answer: HttpAnswer): string[] {
    const shown = answer.headers.map(([name, value]) => {
      if (name === "retry-after" && isLimited(answer)) return `${name}: <seconds>`;
      return `${name}: ${name === "vary" ? variants(answer, value) : this.header(name, value)}`;
    });
    return shown.filter((header, index) =>
      !isFraming(header, answer) && !(header === CLOSE && shown.indexOf(header) < index)
    );
  }

  /** Returns the body of an answer. For a 429, it also replaces the number of seconds. */
  body(answer: HttpAnswer, text: string): string {
    if (!isLimited(answer)) return this.text(text);
    const seconds = headerOf(answer, "retry-after");
    const said = new RegExp(`(${RETRY_WORDS.join("|")})${seconds}\\b`, "g");
    return this.text(text.replace(said, "$1<seconds>"));
  }

  #id(id: string): string {
    const known = this.#ids.get(id) ?? `<id-${this.#ids.size + 1}>`;
    this.#ids.set(id, known);
    return known;
  }

  /** A cursor holds the time and the id of a job. */
  #cursor(text: string): string {
    const cursor = JSON.parse(Buffer.from(text, "base64url").toString());
    assert(Array.isArray(cursor) && cursor.length === 2, text);
    assert(isNear(new Date(cursor[0]).toISOString()), text);
    return `<cursor of ${this.#id(cursor[1])}>`;
  }
}

/** Returns whether the answer is a 429. Its pause depends on the clock. */
function isLimited({ status }: HttpAnswer): boolean {
  return status.startsWith("429");
}

/** Returns whether Deno added the header for framing, which differs between versions of Deno. */
function isFraming(header: string, answer: HttpAnswer): boolean {
  if (header === "transfer-encoding: chunked") return true;
  if (header.startsWith("content-length:")) return isTrueLength(header, answer);
  if (header === "vary: ") return true;
  // Deno adds it, even a second time, if it has not read the whole body of the request.
  return header === CLOSE && !answer.status.startsWith("413");
}

/**
 * Deno 2.5 adds `Accept-Encoding` for all compressible text, later versions for compressed text.
 */
function variants(answer: HttpAnswer, value: string): string {
  const isEncoded = headerOf(answer, "content-encoding") !== undefined;
  return isEncoded ? value : value.replace(/^Accept-Encoding(, )?/, "");
}

function isTrueLength(header: string, { body }: HttpAnswer): boolean {
  assertStrictEquals(header, `content-length: ${body.length}`);
  return true;
}

/**
 * Returns whether a time is close to now: jobs last for a day, and weekdays are up to a week ahead.
 */
function isNear(time: string): boolean {
  const ms = Date.parse(time) - Date.now();
  return ms > -1.5 * DAY_MS && ms < 9 * DAY_MS;
}
