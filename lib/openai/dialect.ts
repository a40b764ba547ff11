/**
 * What a model server supports. Most servers with OpenAI's API do not know all members of a request,
 * and refuse the request because of them. Such a member is omitted or translated, and the request is
 * sent again. What helped is remembered for the model, as long as the process lives.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { isPreviousLost, type Refusal, refusalOf } from "./error.ts";
import { isAboutFormat, type Refused, refusedMembers, type SentBody } from "./refusable.ts";
import { limitIn, type Room, roomIn, sizeOf } from "./token_limit.ts";

export type { SentBody } from "./refusable.ts";

/** How the format of the answer is requested, from strict to not at all. */
export type FormatLevel = "schema" | "plain schema" | "json object" | "none";

const levels: readonly FormatLevel[] = ["schema", "plain schema", "json object", "none"];

/** Text about the content of a schema. Other text is about the type of the format. */
const CONTENT =
  /(?<!json_)schema(?! type)|pattern|min_?items|max_?items|minimum|maximum|min_?length|max_?length|\bconst\b|anyof|additional_?properties|keyword|too many states|grammar|strict/;

/** An answer with fewer tokens cannot be a plan. */
const MIN_TOKENS = 256;

/** Two prompts of the same length differ by fewer tokens. */
const SPARE_TOKENS = 64;

/** The model and the room of a prompt each have a limit. A third one is a misread text. */
const MAX_REDUCTIONS = 2;

/** A request as it is sent, and the tokens that it asks for. */
export interface SentRequest {
  body: SentBody;
  asked: number;
}

const log = getLogger(["tripwright", "model"]);

/** What a server supports for one model and one of its APIs. */
export class Dialect {
  readonly #name: string;
  #refused: ReadonlySet<Refused> = new Set();
  #level = 0;
  #maxTokens = Infinity;
  #room: Room | null = null;
  /** How often this negotiation asked for fewer tokens. */
  #reductions = 0;

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

  /**
   * Returns the number of tokens to ask for.
   *
   * @param prompt what the model reads, because prompt and answer may share a limit
   */
  tokens(wanted: number, prompt: unknown): number {
    const room = this.#room === null
      ? Infinity
      : Math.floor(this.#room.total - this.#room.tokensPerCharacter * sizeOf(prompt));
    return Math.min(wanted, this.#maxTokens, Math.max(MIN_TOKENS, room - SPARE_TOKENS));
  }

  /** Returns a dialect of the same name that remembers nothing. */
  renewed(): Dialect {
    return new Dialect(this.#name);
  }

  /** Returns a copy, for one negotiation. */
  copy(): Dialect {
    const copy = new Dialect(this.#name);
    copy.#take(this);
    return copy;
  }

  /** Remembers what a copy has learned, because the server has accepted a request with it. */
  agree(copy: Dialect): void {
    for (const what of copy.#differences(this)) {
      log.info("not supported by the model server", { model: this.#name, what });
    }
    this.#take(copy);
  }

  /** Returns whether nothing is remembered, so that a request is sent as it is meant. */
  get isPlain(): boolean {
    return this.#differences(this.renewed()).length === 0;
  }

  /** Forgets what it remembers: the server has changed, and has accepted a request with `other`. */
  replace(other: Dialect): void {
    log.info("the model server has changed", { model: this.#name });
    this.#refused = new Set();
    this.#level = 0;
    this.#forgetSizes();
    this.agree(other);
  }

  /**
   * Looks at the end of an answer. If it was cut because fewer tokens were asked for than wanted, the
   * next request asks for all: the server may allow more than it did.
   */
  noteEnd(
    { truncated }: { truncated: boolean },
    { maxTokens, prompt }: { maxTokens: number; prompt: unknown },
  ): void {
    if (truncated && this.tokens(maxTokens, prompt) < maxTokens) this.#forgetSizes();
  }

  #forgetSizes(): void {
    this.#maxTokens = Infinity;
    this.#room = null;
  }

  /** Two negotiations may have learned different things at the same time. */
  #take(other: Dialect): void {
    this.#refused = new Set([...this.#refused, ...other.#refused]);
    this.#level = Math.max(this.#level, other.#level);
    this.#maxTokens = Math.min(this.#maxTokens, other.#maxTokens);
    this.#room = other.#room ?? this.#room;
  }

  #differences(from: Dialect): string[] {
    const { total } = this.#room ?? {};
    return [
      ...[...this.#refused].filter((name) => from.takes(name)),
      ...(this.#level > from.#level ? [`format, now ${this.format}`] : []),
      ...(this.#maxTokens < from.#maxTokens ? [`more than ${this.#maxTokens} tokens`] : []),
      ...(total !== from.#room?.total ? [`more than ${total} tokens with the prompt`] : []),
    ];
  }

  /**
   * Learns from a refused request.
   *
   * @returns whether the next request differs, so that the server may take it
   */
  learn(error: unknown, request: SentRequest): boolean {
    const refusal = refusalOf(error);
    if (!refusal || !isAboutRequest(refusal)) return false;
    if (this.#learnSize(refusal, request)) return true;
    if (refusal.failure === "request_too_large") return false;
    const refused = refusedMembers(refusal, request.body);
    this.#refused = new Set([...this.#refused, ...refused]);
    return refused.length > 0 || this.#lowerFormat(refusal, request.body);
  }

  #learnSize({ text }: Refusal, { body, asked }: SentRequest): boolean {
    const prompt = body.messages ?? body.input;
    const room = roomIn(text, asked, prompt);
    const before = this.tokens(asked, prompt);
    if (room) this.#room = room;
    else this.#maxTokens = Math.min(this.#maxTokens, limitIn(text, asked) ?? Infinity);
    const now = this.tokens(asked, prompt);
    return now < before && now > MIN_TOKENS && ++this.#reductions <= MAX_REDUCTIONS;
  }

  /** Asks for the format in a simpler way from now on, if the server does not support this one. */
  #lowerFormat({ text }: Refusal, body: SentBody): boolean {
    const last = levels.length - 1;
    if (this.#level === last || !isAboutFormat(text, body)) return false;
    const isConflict = body.tools !== undefined && /\btools?\b|function/.test(text);
    const isContent = this.format === "schema" && CONTENT.test(text);
    this.#level = isConflict ? last : isContent ? 1 : Math.max(2, this.#level + 1);
    return true;
  }
}

/** Returns a function that returns the same dialect for the same API and model. */
export function dialects(): (api: string, model: string) => Dialect {
  const known = new Map<string, Dialect>();
  return (api, model) => {
    const name = `${api}: ${model}`;
    const dialect = known.get(name) ?? new Dialect(name);
    known.set(name, dialect);
    return dialect;
  };
}

/**
 * The statuses and words with which llama.cpp and Ollama refuse a schema that they cannot convert,
 * functions, or a message of the system. Any other such answer, and any page, is an outage.
 */
const SERVER_FAULTS = [500, 501];
const FAULT_WORDS =
  /^[[{"][^]*(?:json.?schema|response_format|grammar|in format|\btools?\b|system role|stream(?:ing)? (?:is )?not)/;

/** The statuses with which a server refuses the form of a request. */
const FORM_STATUSES: readonly unknown[] = [400, 422, ...SERVER_FAULTS];

/** Returns whether the server may refuse a request because of what was omitted or translated. */
function mayNeedMore(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== null && FORM_STATUSES.includes(refusal.status) &&
    refusal.failure !== "request_too_large" && isAboutRequest(refusal);
}

/** Returns whether the answer is about the form of the request, not about its content. */
function isAboutRequest(refusal: Refusal): boolean {
  const { status = 0, failure, param, codes, text } = refusal;
  if (param === "model" || codes.has("model_not_found") || isPreviousLost(refusal)) return false;
  if (failure === "request_too_large") return true;
  if (status >= 500) return SERVER_FAULTS.includes(status) && FAULT_WORDS.test(text);
  return failure === "rejected";
}

/** Each refusal removes something, so there are never this many. */
const MAX_REFUSALS = 16;

/**
 * Sends a request. While the server refuses a part of it, sends it again without that part. If that
 * does not help, sends it once more as it is meant: a server that was replaced by another version
 * may need what the earlier one refused.
 *
 * @param make creates the request in a dialect
 * @throws what `send` throws
 */
export async function negotiate<T>(
  dialect: Dialect,
  make: (dialect: Dialect) => SentRequest,
  send: (body: SentBody) => Promise<T>,
): Promise<T> {
  const current = dialect.copy();
  try {
    const answer = await adapt(current, make, send);
    dialect.agree(current);
    return answer;
  } catch (error) {
    if (dialect.isPlain || !mayNeedMore(error)) throw error;
    const renewed = dialect.renewed();
    const answer = await adapt(renewed, make, send);
    dialect.replace(renewed);
    return answer;
  }
}

/** Sends a request until the server does not refuse a part of it. The dialect learns from it. */
async function adapt<T>(
  current: Dialect,
  make: (dialect: Dialect) => SentRequest,
  send: (body: SentBody) => Promise<T>,
): Promise<T> {
  for (let refusals = 0;; refusals++) {
    const request = make(current);
    try {
      return await send(request.body);
    } catch (error) {
      if (refusals >= MAX_REFUSALS || !current.learn(error, request)) throw error;
    }
  }
}
