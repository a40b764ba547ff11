/**
 * Recognizes servers that have Chat Completions, but not the Responses API.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import { refusalOf } from "./error.ts";
import { isPage } from "./failure_words.ts";

/** The server has no Responses API. */
export class NoResponsesError extends JobError {
  override name = "NoResponsesError";

  constructor() {
    super("rejected", "OpenAI API error: the server has no Responses API");
  }
}

/** An answer, or a part of one, of a server that answers each request as for Chat Completions. */
const OfChat = z.object({
  type: z.undefined().optional(),
  output: z.undefined().optional(),
  choices: z.array(z.unknown()),
});

/** Returns whether a server answers a request of the Responses API as for Chat Completions. */
export function isOfChat(event: unknown): boolean {
  return OfChat.safeParse(event).success;
}

/** How servers without the API answer: with words about its path, or as for Chat Completions. */
const NO_API =
  /\/responses\b|responses (?:api|endpoint)|(?:unexpected|unknown|unsupported|no such|invalid) (?:endpoint|url|path|route)|messages\W+(?:msg\W+|type\W+missing|(?:field )?(?:is )?(?:an? )?required)|(?:missing (?:required )?(?:parameter|field|property)|path)\W+messages\b/;

/** Words of a gateway of Amazon about a path that it does not have. */
const NO_ROUTE = /missing authentication token/;

/** Words about something else that is not there. The id of the request is no such word. */
const OTHER = /\bmodel|deployment|(?<!request )\bid\b(?!")|endpoints/;

/** Links in an error. Their paths say nothing about the paths of the server. */
const LINK = /https?:\/\/[^\s"'`<>)\\]+/g;

/** A server that has the API, but does not know the model, names the model. */
export function hasNoResponses(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === null) return false;
  const { status = 0, failure, codes } = refusal;
  if (codes.has("not_implemented")) return true;
  const text = refusal.text.replaceAll(LINK, "");
  if (NO_API.test(text) && (failure === "rejected" || status === 0)) return true;
  if (NO_ROUTE.test(text)) return true;
  return [404, 405, 501].includes(status) && (isPage(text) || !OTHER.test(text));
}
