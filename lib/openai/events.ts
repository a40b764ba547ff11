/**
 * Reads a streamed answer of a model server. Many servers differ from OpenAI in what they send.
 * Examples are an empty event to keep the connection open, several values in one event, or a JSON
 * document in place of a stream.
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod";
import { isTooDeep, parseJson } from "../json.ts";
import { hasText } from "./chat_answer.ts";
import { fromErrorBody, isBareError, unreadableAnswer } from "./error.ts";
import { type ReadOptions, readText, streamCut } from "./stream.ts";

/** The end of a stream, as most servers write it. */
const DONE = /^"?\[?DONE\]?"?$/i;

/** An answer that reports a failure with a success status, in the form of one server or another. */
const Fault = z.union([
  // Some servers send an empty error, or one that reports success, with each event.
  z.object({ error: z.string().refine(isMeant) }),
  z.object({ error: z.record(z.string(), z.unknown()).refine(saysSomething) }),
  z.object({ object: z.literal("error") }),
  z.object({ type: z.enum(["error", "response.error"]) }),
]);

/** The reader of the Responses API knows its failed responses and the events about them. */
const OfResponse = z.union([
  z.object({ object: z.literal("response") }),
  z.object({ response: z.record(z.string(), z.unknown()) }),
]);

function isFault(value: unknown): boolean {
  // A failed check takes tens of microseconds, and nearly all events are none.
  if (isBareError(value)) return true;
  if (!("error" in Object(value)) && !/error/.test(kindOf(value))) return false;
  return Fault.safeParse(value).success && !OfResponse.safeParse(value).success && !hasText(value);
}

/** Returns the members that name the kind of an event. */
function kindOf(value: unknown): string {
  const { object, type } = Object(value);
  return `${object} ${type}`;
}

function saysSomething(error: Record<string, unknown>): boolean {
  return Object.values(error).some((value) => Boolean(value) && isMeant(String(value)));
}

/** Whether a member of an error is more than its placeholder. */
function isMeant(text: string): boolean {
  return !/^(?:|0|200|null|none|ok|success)$/i.test(text.trim());
}

/**
 * Waits for the first event of an answer.
 *
 * @param answer a response with status 2xx and any content type
 * @returns all events
 * @throws what {@link readEvents} throws before the first event
 */
export async function openEvents(
  answer: Response,
  options: ReadOptions,
): Promise<AsyncIterable<unknown>> {
  const events = readEvents(answer, options);
  const first = await events.next();
  return continued(first, events);
}

async function* continued(
  first: IteratorResult<unknown, void>,
  events: AsyncGenerator<unknown, void>,
): AsyncGenerator<unknown, void> {
  try {
    if (first.done) return;
    yield first.value;
    yield* events;
  } finally {
    await events.return();
  }
}

/**
 * Reads the events of an answer: each is a parsed JSON value.
 *
 * @param answer a response with status 2xx and any content type
 * @throws {JobError} if the answer reports an error, is cut in the middle of an event, or is neither
 * a stream of events nor a JSON document
 * @throws what {@link readText} throws
 */
export async function* readEvents(
  answer: Response,
  options: ReadOptions,
): AsyncGenerator<unknown, void> {
  const found: Found[] = [];
  const parser = eventParser(found);
  const lines = new WholeLines();
  let document: string | null = null;
  let hasBegun = false;
  let isDone = false;
  for await (const piece of readText(answer, options)) {
    // The rest is read too, so that the connection can be used again.
    if (isDone) continue;
    if (document !== null) {
      document += piece;
      if (document.length > MAX_VALUE_CHARACTERS) throw unreadableAnswer();
      continue;
    }
    // The first character decides, because content types are often wrong.
    if (!hasBegun) {
      const [first] = piece.trimStart();
      hasBegun = first !== undefined;
      if (first === "<") throw unreadableAnswer();
      if (first === "{" || first === "[") {
        document = piece;
        continue;
      }
    }
    parser.feed(lines.add(piece));
    for (const event of found.splice(0)) {
      isDone ||= DONE.test(event.data.trim());
      if (isDone) options.onDone?.();
      if (!isDone) yield* valuesOf(event);
    }
  }
  if (isDone) return;
  if (document !== null) return yield* valuesOf({ data: document });
  // The last event may have no empty line after it.
  parser.feed(`${lines.rest}\n\n`);
  for (const event of found) yield* valuesOf(event);
}

/** Holds text back until its line ends: the parser drops a part of a line that has no `data:`. */
class WholeLines {
  #held: string[] = [];

  /** Adds a piece of text, and returns the lines that have ended. */
  add(piece: string): string {
    const end = Math.max(piece.lastIndexOf("\n"), piece.lastIndexOf("\r")) + 1;
    if (end === 0) {
      this.#held.push(piece);
      return "";
    }
    const ended = this.rest + piece.slice(0, end);
    this.#held = [piece.slice(end)];
    return ended;
  }

  /** The line that has not ended. */
  get rest(): string {
    return this.#held.join("");
  }
}

/** More characters than one event or document has: the whole response is in the last event. */
const MAX_VALUE_CHARACTERS = 4_000_000;

type Found = Pick<EventSourceMessage, "data"> & { event?: string | undefined };

function eventParser(found: Found[]) {
  return createParser({
    onEvent: (event) => void found.push(event),
    // Some servers write an error without `data:`.
    onError: ({ field, value = "", line = "" }) => {
      if (field === "error") found.push({ data: value, event: "error" });
      else if (line.startsWith("{")) found.push({ data: line });
    },
  });
}

/**
 * Returns the values of one event. Some servers put several into it, one in each line, or repeat the
 * name of the field.
 *
 * @throws {JobError} if a value is cut, too large, too deep, or an error
 */
function valuesOf({ data, event }: Found): unknown[] {
  if (data.length > MAX_VALUE_CHARACTERS || isTooDeep(data)) throw unreadableAnswer();
  const text = data.trim();
  const value = parseJson(text);
  if (value !== undefined) return Array.isArray(value) ? value.map(checked) : [named(value, event)];
  return text.split("\n").flatMap((line) => {
    const json = line.replace(/^(?:data:\s*)+/, "").trim();
    const part = parseJson(json);
    if (part !== undefined) return [named(part, event)];
    if (/^[{[]/.test(json) && !DONE.test(json)) throw streamCut();
    // A comment, for example.
    return [];
  });
}

/** Adds the name of an event of the Responses API to an event that has none in its data. */
function named(value: unknown, event: string | undefined): unknown {
  if (event === "error" && !isFault(value)) throw fromErrorBody({ error: value });
  const isNameless = event?.startsWith("response.") && !Typed.safeParse(value).success;
  return checked(isNameless ? { ...Object(value), type: event } : value);
}

const Typed = z.object({ type: z.string() });

/** @throws {JobError} if the value is an error */
function checked(value: unknown): unknown {
  if (isFault(value)) throw fromErrorBody(value);
  return value;
}
