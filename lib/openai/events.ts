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
import { streamCut } from "./stream.ts";

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
 * @param signal ends the stream. The SDK's own signal may be collected as garbage while the body is read.
 * @throws {JobError} if the answer reports an error, is cut in the middle of an event, or is neither
 * a stream of events nor a JSON document
 */
export async function* readEvents(
  answer: Response,
  signal: AbortSignal,
): AsyncGenerator<unknown, void> {
  const body = answer.body ?? new Blob().stream();
  const pieces = body.pipeThrough(new TextDecoderStream(), { signal });
  const found: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void found.push(event) });
  let document: string | null = null;
  let start = "";
  for await (const piece of pieces) {
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
      if (event.data.trim() === DONE) return;
      if (event.data.trim() !== "") yield valueOf(event.data, event.event);
    }
  }
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
