/**
 * Recognizes servers and models that have only one of the two APIs.
 * @module
 */
import { z } from "zod";
import { JobError } from "../job/failure.ts";
import type { CallOptions } from "../model/model.ts";
import type { OpenAICall } from "./client.ts";
import { refusalOf } from "./error.ts";
import { isPage } from "./failure_words.ts";

/** The two APIs that write plans. */
export type ApiName = "chat" | "responses";

/** Their names for people. */
export const apiNames = {
  chat: "Chat Completions",
  responses: "Responses API",
} as const satisfies Record<ApiName, string>;

/** The server, or the model, does not have this API. */
export class MissingApiError extends JobError {
  override name = "MissingApiError";

  constructor(readonly api: ApiName) {
    super("rejected", `OpenAI API error: no ${apiNames[api]} for this model`);
  }
}

/** Makes one turn. */
export type MakeTurn<Request, Turn> = (
  call: OpenAICall,
  request: Request,
  options: CallOptions,
) => Promise<Turn>;

/** Returns a function that makes a turn over Chat Completions, and recognizes that they are missing. */
export function overChat<Request, Turn>(
  make: MakeTurn<Request, Turn>,
): MakeTurn<Request, Turn> {
  return async (call, request, options) => {
    try {
      return await make(call, request, options);
    } catch (error) {
      throw isMissing("chat", error) ? new MissingApiError("chat") : error;
    }
  };
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

/** Words about a path, or about a member that only the other API requires. */
function missingWords({ path, needs }: { path: string; needs: string }): RegExp {
  return new RegExp([
    path,
    "(?:unexpected|unknown|unsupported|no such|invalid) (?:endpoint|url|path|route)",
    `${needs}\\W+(?:msg\\W+|type\\W+missing|(?:field )?(?:is )?(?:an? )?required)`,
    `(?:missing (?:required )?(?:parameter|field|property)|path)\\W+${needs}\\b`,
  ].join("|"));
}

/** How servers without an API answer. */
const words: Record<ApiName, RegExp> = {
  responses: missingWords({
    path: "\\/responses\\b|responses (?:api|endpoint)",
    needs: "messages",
  }),
  chat: missingWords({
    path: "\\/chat\\/completions\\b|chat completions? (?:api|endpoint)|not a chat model|" +
      "only (?:supported|available|works?) (?:in|with|via|through) (?:the )?(?:\\S*\\/)?responses\\b",
    needs: "\\binput",
  }),
};

/** Words of a gateway of Amazon about a path that it does not have. */
const NO_ROUTE = /missing authentication token/;

/** Words about something else that is not there. The id of the request is no such word. */
const OTHER = /\bmodel|deployment|(?<!request )\bid\b(?!")|endpoints/;

/** Links in an error. Their paths say nothing about the paths of the server. */
const LINK = /https?:\/\/[^\s"'`<>)\\]+/g;

/** Returns whether an API is missing. A server that has it, but not the model, names the model. */
export function isMissing(api: ApiName, error: unknown): boolean {
  const refusal = refusalOf(error);
  if (refusal === null) return false;
  const { status = 0, failure, codes } = refusal;
  if (codes.has("not_implemented")) return true;
  const text = refusal.text.replaceAll(LINK, "");
  if (words[api].test(text) && (failure === "rejected" || status === 0)) return true;
  if (NO_ROUTE.test(text)) return true;
  return [404, 405, 501].includes(status) && (isPage(text) || !OTHER.test(text));
}
