/**
 * Reads the finished items of a list from incomplete JSON.
 * @module
 */
import { JSONParser, TokenType } from "@streamparser/json";
import type { z } from "zod";
import { hasThoughts, withoutThoughts } from "./json_document.ts";

/** A document begins with at most this many characters before its list. */
const MAX_START = 200;

/** Plans are nested less deeply. */
const MAX_DEPTH = 32;

/** Longer text is no plan: thirty days in any language take a tenth of it. */
const MAX_CHARACTERS = 1_000_000;

/** The parser reads at most this much more after the reading has stopped. */
const PART_CHARACTERS = 4_096;

/** Where the items are, and their schemas. */
export interface ItemsFormat {
  /** The member of the document that holds the list. */
  member: string;
  /** Returns the schema of the item at an index. */
  schemaAt: (index: number) => z.ZodType;
}

/**
 * Reads a document piece by piece and returns each item of the list when it is complete. It stops
 * at the first invalid item or invalid JSON, so the items are always the beginning of the list. It
 * also stops in a document that is too large or nested too deeply. It skips text before the
 * document.
 */
export class PartialItems {
  readonly #format: ItemsFormat;
  readonly #parser: JSONParser;
  readonly #start: RegExp;
  #items: unknown[] = [];
  #stopped = false;
  #depth = 0;
  #characters = 0;
  /** The text so far, until the document begins. */
  #before: string | null = "";
  /** Whether the text so far ends in thoughts of the model. */
  #isThinking = false;

  constructor(format: ItemsFormat) {
    this.#format = format;
    this.#parser = new JSONParser({ paths: [`$.${format.member}.*`], keepStack: false });
    this.#parser.onToken = ({ token }) => this.#count(token);
    this.#parser.onValue = ({ value }) => this.#add(value);
    this.#parser.onError = () => this.#stopped = true;
    // Text behind the document is ignored.
    this.#parser.onEnd = () => this.#stopped = true;
    this.#start = new RegExp(`\\{\\s*"${format.member}"\\s*:`);
  }

  /** The finished items. */
  get items(): readonly unknown[] {
    return this.#items;
  }

  /**
   * Reads the next piece.
   *
   * @returns whether it completed an item
   */
  write(delta: string): boolean {
    const before = this.#items.length;
    this.#characters += delta.length;
    if (this.#characters > MAX_CHARACTERS) this.#stopped = true;
    if (this.#stopped) return false;
    for (const part of partsOf(this.#jsonOf(delta))) {
      if (!this.#stopped) this.#parser.write(part);
    }
    return this.#items.length > before;
  }

  /** Returns the part of a piece that belongs to the document. */
  #jsonOf(delta: string): string {
    if (this.#before === null) return delta;
    const whole = this.#before + delta;
    const text = withoutThoughts(whole).trimStart();
    this.#isThinking = hasThoughts(text) || this.#isThinking && text === whole.trimStart();
    const start = text.startsWith("{") ? 0 : text.search(this.#start);
    if (this.#isThinking || start < 0) {
      // The beginning of a document may be at the end of the text.
      this.#before = text.length > MAX_START ? `-${text.slice(-MAX_START)}` : text;
      return "";
    }
    this.#before = null;
    return text.slice(start);
  }

  #count(token: TokenType): void {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#depth++;
    if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#depth--;
    if (this.#depth > MAX_DEPTH) this.#stopped = true;
  }

  #add(value: unknown): void {
    if (this.#stopped) return;
    const item = this.#format.schemaAt(this.#items.length).safeParse(value);
    if (item.success) this.#items.push(item.data);
    else this.#stopped = true;
  }
}

/** Splits a text for the parser, which does not stop within a part. */
function* partsOf(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    let end = start + PART_CHARACTERS;
    // Half a character would be lost.
    if (isHighSurrogate(text.charCodeAt(end - 1))) end++;
    yield text.slice(start, end);
    start = end;
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}
