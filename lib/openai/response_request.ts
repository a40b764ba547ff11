/**
 * The request of the Responses API, in the form that the server supports.
 * @module
 */
import type OpenAI from "openai";
import type { InputItem, ResponseRequest, WebSearch } from "../model/model.ts";
import { accountMembers } from "./account.ts";
import type { OpenAICall } from "./client.ts";
import type { Dialect, SentBody, SentRequest } from "./dialect.ts";
import { formatInstructions, parametersOf, textFormat } from "./format.ts";

type Includable = OpenAI.Responses.ResponseIncludable;

/** Needed to send the reasoning to a server that has not stored it. */
const REASONING: Includable = "reasoning.encrypted_content";

/** The pages that the web search has found. Other links of the model may be invented. */
const SOURCES: Includable = "web_search_call.action.sources";

/** Returns what to add to a response that is read again: its request is not known then. */
export function additionsOf({ isOpenAI }: OpenAICall): Includable[] {
  return isOpenAI ? [REASONING, SOURCES] : [REASONING];
}

/**
 * Creates the body of a request.
 *
 * @returns also the number of tokens that it asks for
 */
export function requestBody(
  request: ResponseRequest,
  call: OpenAICall,
  dialect: Dialect,
): SentRequest {
  const { background, helpers } = call;
  const { format, previous } = request;
  const isBackground = background && dialect.takes("background") && dialect.takes("store");
  const continued = isBackground && dialect.takes("previous_response_id") ? previous : null;
  const asked = dialect.tokens(request.maxTokens, request.input);
  const body = {
    model: request.model,
    instructions: request.instructions + formatInstructions(helpers, format, dialect.format),
    input: continued
      ? request.input.slice(continued.items)
      : request.input.filter((item) => canBeSent(item, isBackground)).map(withoutSources),
    ...(continued && { previous_response_id: continued.responseId }),
    ...reasoningOf(request, dialect),
    text: dialect.format === "none"
      ? undefined
      : { format: textFormat(helpers, format, dialect.format) },
    tools: toolsOf(request, helpers, dialect),
    ...(dialect.takes("max_output_tokens") && { max_output_tokens: asked }),
    stream: dialect.takes("stream"),
    ...storage(isBackground, dialect),
    ...includeOf(request, dialect),
    ...accountMembers(call, dialect),
  };
  return { body, asked };
}

function reasoningOf({ reasoningEffort: effort }: ResponseRequest, dialect: Dialect): SentBody {
  const reasoning = {
    ...(effort && dialect.takes("reasoning.effort") && { effort }),
    ...(dialect.takes("reasoning.summary") && { summary: "auto" }),
  };
  const isSent = dialect.takes("reasoning") && Object.keys(reasoning).length > 0;
  return isSent ? { reasoning } : {};
}

function toolsOf(
  { tools, webSearch }: ResponseRequest,
  helpers: OpenAICall["helpers"],
  dialect: Dialect,
): object[] {
  const strict = dialect.takes("strict functions");
  const known = strict ? "strict" : "plain";
  const level = dialect.takes("function keywords") ? known : "bare";
  const functions = tools.map((tool) => ({
    ...helpers.zodResponsesFunction(tool),
    parameters: parametersOf(helpers, tool, level),
    strict,
  }));
  return [
    ...(dialect.takes("tools") ? functions : []),
    ...(webSearch && dialect.takes("web_search") ? [webSearchTool(webSearch, dialect)] : []),
  ];
}

/** Without a location, OpenAI searches as for a user in the United States. */
function webSearchTool({ city }: WebSearch, dialect: Dialect): OpenAI.Responses.WebSearchTool {
  const location = { type: "approximate" as const, ...(city !== null && { city }) };
  return {
    type: "web_search",
    ...(dialect.takes("user_location") && { user_location: location }),
  };
}

function includeOf({ webSearch }: ResponseRequest, dialect: Dialect): SentBody {
  const isSearching = webSearch && dialect.takes("web_search");
  const include = [
    ...(dialect.takes("include.reasoning") ? [REASONING] : []),
    ...(isSearching && dialect.takes("include.sources") ? [SOURCES] : []),
  ];
  return include.length > 0 ? { include } : {};
}

/**
 * A background response must be stored. Otherwise OpenAI should not store a traveller's request, so
 * each request contains the conversation, with its reasoning encrypted.
 */
function storage(isBackground: boolean, dialect: Dialect): SentBody {
  if (isBackground) return { background: true, store: true };
  return dialect.takes("store") ? { store: false } : {};
}

/** A server that has not stored an item of reasoning knows it only by its encrypted content. */
function canBeSent(item: InputItem, isStored: boolean): boolean {
  return isStored || item.type !== "reasoning" || typeof item.encrypted_content === "string";
}

/** The sources are no part of the conversation, and some have a form that requests may not have. */
function withoutSources(item: InputItem): InputItem {
  if (item.type !== "web_search_call") return item;
  const { sources: _, ...action } = Object(item.action);
  return { ...item, action };
}
