/**
 * Reads a streamed answer of a model server. Many servers differ from OpenAI in what they send: a
 * comment or an empty event to keep the connection open, one JSON document in place of a stream, or
 * an error in the middle.
 * @module
 */
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod";
import { parseJson } from "../json.ts";
import { fromErrorBody, unreadableAnswer } from "./error.ts";
import { type ReadOptions, readText, streamCut } from "./stream.ts";

/** The end of a stream of Chat Completions. */
const DONE = "[DONE]";

/** An answer that reports a failure with a success status. */
const ErrorBody = z.object({
  error: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  /** The reader of the Responses API knows its failed responses and the events about them. */
  object: z.string().optional().refine((object) => object !== "response"),
  type: z.literal("error").optional(),
});

const TypedEvent = z.object({ type: z.literal("error") });

/**
 * Reads the events of an answer: each is a parsed JSON value.
 *
 * @param answer with a status of success, whatever its content type
 * @throws {JobError} if the answer reports an error, is cut in the middle of an event, or is neither
 * a stream of events nor a JSON document
 * @throws what {@link readText} throws
 */
export async function* readEvents(
  answer: Response,
  options: ReadOptions,
): AsyncGenerator<unknown, void> {
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void found.push(event) });
  let document: string | null = null;
  let start = "";
  let isDone = false;
  for await (const piece of readText(answer, options)) {
    // The rest is read too, so that the connection can be used again.
    if (isDone) continue;
    if (document !== null) {
      document += piece;
      continue;
    }
    // The first character decides, because content types are often wrong.
    if (start.trim() === "") {
      start += piece;
      const [first] = start.trimStart();
      if (first === "<") throw unreadableAnswer();
      if (first === "{" || first === "[") {
        document = start;
        continue;
      }
    }
    parser.feed(piece);
    for (const event of found.splice(0)) {
      isDone ||= event.data.trim() === DONE;
      if (!isDone && event.data.trim() !== "") yield valueOf(event.data, event.event);
    }
  }
  if (isDone) return;
  if (document !== null) return yield valueOf(document);
  // The last event may have no empty line behind it.
  parser.feed("\n\n");
  for (const { data, event } of found) {
    if (data.trim() !== "" && data.trim() !== DONE) yield valueOf(data, event);
  }
}

/** @throws {JobError} if the text is not JSON, or is an error */
function valueOf(text: string, event?: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw streamCut();
  if (ErrorBody.safeParse(value).success) throw fromErrorBody(value);
  // The Responses API has events of type `error`, which its reader knows.
  if (event === "error" && !TypedEvent.safeParse(value).success) {
    throw fromErrorBody({ error: value });
  }
  return value;
}
