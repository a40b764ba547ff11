/**
 * What a model server supports. Most servers with OpenAI's API do not know all members of a request,
 * and refuse those that they do not know. Such a member is omitted or translated, and the request is
 * sent again. What a server refused for a model is remembered as long as the process lives.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Refusal, refusalOf } from "./error.ts";

/** What a server may refuse. */
export type Refused = typeof refusable[number]["name"];

/** How the format of the answer is requested, from strict to not at all. */
export type FormatLevel = "schema" | "plain schema" | "json object" | "none";

const levels: readonly FormatLevel[] = ["schema", "plain schema", "json object", "none"];

/** A request as it is sent, as far as this module reads it. */
export type SentBody = Record<string, unknown>;

interface Refusable {
  name: string;
  /** Whether the request has the member. */
  isSent: (body: SentBody) => boolean;
  /** Finds the member in the server's text, which is in lower case. */
  words: RegExp;
  /** Other text that names the member, but is about something else. */
  not?: RegExp;
}

/** Returns a row for a member of the body. */
function member<Name extends string>(name: Name, words?: RegExp) {
  return {
    name,
    isSent: (body: SentBody) => body[name] !== undefined,
    words: words ?? new RegExp(`\\b${name}\\b`),
  };
}

/** Returns whether a request asks for an addition whose name begins like this. */
function includes({ include }: SentBody, start: string): boolean {
  return Array.isArray(include) && include.some((name) => String(name).startsWith(start));
}

/** Text about the format of the answer. Groq, for one, streams no answer with a format. */
const FORMAT = /response_format|json_schema|text\.format|\bschema\b|grammar|structured output/;

/** Keywords of JSON Schema, and complaints about a schema as a whole. */
const KEYWORDS =
  /pattern|min_?items|max_?items|minimum|maximum|min_?length|max_?length|\bconst\b|anyof|additional_?properties|keyword|too many states|grammar|schema conversion|invalid (?:json )?schema|strict/;

/** The members that a request can do without. */
const refusable = [
  member("stream_options", /stream_options|include_usage/),
  {
    name: "stream",
    isSent: (body) => body.stream === true,
    words: /\bstream(?:ing|ed)?\b/,
    not: new RegExp(`stream_options|include_usage|${FORMAT.source}`),
  },
  // The older name of the same member.
  member("max_completion_tokens"),
  member("max_tokens", /(?<!_)\bmax_tokens\b/),
  member("max_output_tokens"),
  {
    name: "reasoning.summary",
    isSent: (body) => "summary" in Object(body.reasoning),
    words: /reasoning\.summary|reasoning summar|\bsummary\b/,
  },
  {
    // A model may reason, but not know this effort.
    name: "reasoning.effort",
    isSent: (body) => "effort" in Object(body.reasoning),
    words: /reasoning\.effort|reasoning_effort|\beffort\b/,
  },
  {
    name: "reasoning",
    isSent: (body) => body.reasoning !== undefined,
    words: /\breasoning\b/,
    not: /reasoning\.summary|reasoning summar|\beffort\b|encrypted/,
  },
  member("reasoning_effort"),
  // A server may name other additions, which it supports, behind the refused one.
  {
    name: "include.reasoning",
    isSent: (body) => includes(body, "reasoning"),
    words: /\binclude\b|encrypted/,
    not: /web_search_call.*encrypted/,
  },
  {
    name: "include.sources",
    isSent: (body) => includes(body, "web_search_call"),
    words: /\binclude\b|web_search_call/,
    not: /encrypted.*web_search_call|encrypted content/,
  },
  {
    name: "user_location",
    isSent: (body) => JSON.stringify(body.tools ?? null).includes('"user_location"'),
    words: /user_location/,
  },
  member("store"),
  member("background"),
  member("previous_response_id", /previous_response_id|previous response/),
  member("service_tier", /service_tier|service tier|\bflex\b/),
  member("safety_identifier"),
] as const satisfies readonly Refusable[];

/** The words of a server about the number of tokens. */
const SIZE =
  /max_(?:completion_|output_)?tokens|(?:completion|output) tokens|context (?:length|window|size)|tokens per min|too large/;

/** How a server names the most tokens that an answer may have. */
const LIMITS = [
  /at most (\d+)/,
  /less than or equal to (\d+)/,
  /<= ?(\d+)/,
  /(?:between|range of)\D*\d+\D+(\d+)/,
  /\[1, ?(\d+)\]/,
  /(?:exceed|maximum|limit)\D{0,60}?(\d+)/,
];

/** The context of a model holds the prompt and the answer. */
const CONTEXT = /context (?:length|window|size)\D{0,30}(\d+)/;
const PROMPT =
  /(\d+) (?:tokens )?(?:in|of|from) the (?:messages|prompt|input)|(\d+) (?:of text input|(?:input|prompt) tokens)/;

/** The limit of tokens per minute counts the largest answer that a request allows. */
const PER_MINUTE = /limit (\d+), requested (\d+)/;

/** An answer with fewer tokens cannot be a plan. */
const MIN_TOKENS = 256;

const log = getLogger(["tripwright", "model"]);

/** What a server supports for one model and one of its APIs. */
export class Dialect {
  readonly #name: string;
  readonly #refused = new Set<Refused>();
  #level = 0;
  #maxTokens = Infinity;

  /** @param name for the log: API and model */
  constructor(name: string) {
    this.#name = name;
  }

  /** Returns whether the server takes this member, as far as is known. */
  takes(name: Refused): boolean {
    return !this.#refused.has(name);
  }

  /** Returns how to request the format of the answer. */
  get format(): FormatLevel {
    return levels[this.#level]!;
  }

  /** Returns the number of tokens to ask for. */
  tokens(wanted: number): number {
    return Math.min(wanted, this.#maxTokens);
  }

  /** Remembers that the server does not take a member. */
  refuse(name: Refused): void {
    if (this.#refused.has(name)) return;
    this.#refused.add(name);
    this.#log(name);
  }

  /**
   * Learns from a refused request.
   *
   * @param asked the tokens that the request asked for
   * @returns whether the next request differs, so that the server may take it
   */
  learn(error: unknown, { body, asked }: { body: SentBody; asked: number }): boolean {
    const refusal = refusalOf(error);
    if (!refusal || !isAboutRequest(refusal)) return false;
    if (this.#learnSize(refusal, asked)) return true;
    if (refusal.failure === "request_too_large") return false;
    const refused = refusable.filter((row) => isNamed(row, refusal, body));
    refused.forEach(({ name }) => this.refuse(name));
    const isFormat = FORMAT.test(refusal.text) || KEYWORDS.test(refusal.text);
    const hasFormat = body.response_format !== undefined || body.text !== undefined;
    if (refused.length > 0) return true;
    if (!isFormat || !hasFormat) return false;
    const isConflict = body.tools !== undefined && /\btools?\b|function/.test(refusal.text);
    return this.#lowerFormat(refusal, isConflict);
  }

  #learnSize({ text }: Refusal, asked: number): boolean {
    if (!SIZE.test(text)) return false;
    const limit = tokenLimitIn(text, asked);
    if (limit === null || limit >= asked || limit < MIN_TOKENS) return false;
    this.#maxTokens = Math.min(this.#maxTokens, limit);
    this.#log(`more than ${limit} tokens`);
    return true;
  }

  /**
   * Asks for the format in a simpler way from now on.
   *
   * @param isConflict whether the server supports no format together with functions
   */
  #lowerFormat({ text }: Refusal, isConflict: boolean): boolean {
    const last = levels.length - 1;
    if (this.#level === last) return false;
    const isKeyword = KEYWORDS.test(text) && this.format === "schema";
    this.#level = isConflict ? last : isKeyword ? 1 : Math.max(2, this.#level + 1);
    this.#log(`format, now ${this.format}`);
    return true;
  }

  #log(what: string): void {
    log.info("not supported by the model server", { model: this.#name, what });
  }
}

/** Returns whether the answer is about the form of the request, not about its content. */
function isAboutRequest({ status, failure, text }: Refusal): boolean {
  // llama.cpp and Ollama answer 500 to a schema that they cannot convert.
  if (status >= 500) return FORMAT.test(text);
  return failure === "rejected" || failure === "request_too_large";
}

function isNamed(row: Refusable, { param, text }: Refusal, body: SentBody): boolean {
  if (!row.isSent(body)) return false;
  if (param === row.name) return true;
  return row.words.test(text) && !row.not?.test(text);
}

/** Returns how many tokens an answer may have, according to the server. */
function tokenLimitIn(text: string, asked: number): number | null {
  const perMinute = PER_MINUTE.exec(text);
  if (perMinute) return asked - (Number(perMinute[2]) - Number(perMinute[1]));
  const context = CONTEXT.exec(text);
  if (context) {
    const prompt = PROMPT.exec(text);
    const used = Number(prompt?.[1] ?? prompt?.[2] ?? Number(context[1]) / 2);
    return Math.floor(Number(context[1]) - used);
  }
  for (const limit of LIMITS) {
    const found = limit.exec(text);
    if (found && Number(found[1]) < asked) return Number(found[1]);
  }
  return null;
}

/** Each refusal removes something, so there are never this many. */
const MAX_REFUSALS = 16;

/**
 * Sends a request. While the server refuses a part of it, sends it again without that part.
 *
 * @param make creates the request in the current dialect
 * @throws what `send` throws
 */
export async function negotiate<T>(
  dialect: Dialect,
  make: () => { body: SentBody; asked: number },
  send: (body: SentBody) => Promise<T>,
): Promise<T> {
  for (let refusals = 0;; refusals++) {
    const request = make();
    try {
      return await send(request.body);
    } catch (error) {
      if (refusals >= MAX_REFUSALS || !dialect.learn(error, request)) throw error;
    }
  }
}
