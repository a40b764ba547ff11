/**
 * Notices the end of a JSON text that arrives in pieces. Each character is read once, however often
 * the text is asked whether it is whole.
 * @module
 */
import { parseJson } from "../json.ts";

/** The longest number or word that counts as a whole text. */
const MAX_SCALAR = 32;

/** A JSON text, as far as it has arrived. */
export class GrowingJson {
  #text = "";
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  /** `plain`: a number or a word, which has no end of its own. */
  #state: "blank" | "open" | "plain" | "closed" | "broken" = "blank";
  /** Whether the closed text is JSON; `null` until it is parsed. */
  #isValid: boolean | null = null;

  /** The text so far. */
  get text(): string {
    return this.#text;
  }

  /** Whether no character has arrived but white space. */
  get isBlank(): boolean {
    return this.#state === "blank";
  }

  /** Whether the text so far is a JSON text. */
  get isWhole(): boolean {
    if (this.#state === "plain") {
      return this.#text.length <= MAX_SCALAR && parseJson(this.#text) !== undefined;
    }
    return this.#state === "closed" && (this.#isValid ??= parseJson(this.#text) !== undefined);
  }

  /** Adds the next piece. */
  add(piece: string): void {
    this.#text += piece;
    for (let at = 0; at < piece.length; at++) {
      if (this.#state === "broken" || this.#state === "plain") return;
      this.#read(piece[at]!);
    }
  }

  #read(character: string): void {
    if (this.#isInString) return this.#readInString(character);
    // Space characters that JSON does not allow are found when the text is parsed.
    if (character.trim() === "") return;
    if (this.#state === "closed") {
      this.#state = "broken";
      return;
    }
    if (character === '"') this.#isInString = true;
    else if (character === "{" || character === "[") this.#depth++;
    else if (character === "}" || character === "]") this.#depth--;
    else if (this.#state === "blank") {
      this.#state = "plain";
      return;
    }
    this.#state = "open";
    this.#closeAtEnd();
  }

  #readInString(character: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (character === "\\") this.#isEscaped = true;
    else if (character === '"') {
      this.#isInString = false;
      this.#closeAtEnd();
    }
  }

  #closeAtEnd(): void {
    if (this.#depth <= 0 && !this.#isInString) this.#state = "closed";
  }
}
