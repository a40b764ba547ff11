/**
 * Notices a model that writes white space without end, as some do when a schema restricts them.
 * @module
 */

/** More white space than this within a document is not meant. */
const MAX_BLANKS = 2_000;

/** The white space at the end of a text that arrives in pieces. */
export class BlankRun {
  #length = 0;

  /** Whether the model writes white space without end. The rest of the answer is not needed. */
  get isEndless(): boolean {
    return this.#length > MAX_BLANKS;
  }

  /** Adds the next piece of the text. */
  add(piece: string): void {
    const text = piece.trimEnd();
    this.#length = text === "" ? this.#length + piece.length : piece.length - text.length;
  }
}
