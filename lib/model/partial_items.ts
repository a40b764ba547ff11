/**
 * Reads the finished items of a list from incomplete JSON.
 * @module
 */
import { JSONParser } from "@streamparser/json";
import type { z } from "zod";

/** Where the items are, and their schemas. */
export interface ItemsFormat {
  /** The member of the document that holds the list. */
  member: string;
  /** Returns the schema of the item at an index. */
  schemaAt: (index: number) => z.ZodType;
}

/**
 * Reads a document piece by piece and returns each item of the list when it is complete. It stops
 * at the first invalid item or invalid JSON, so the items are always the beginning of the list.
 */
export class PartialItems {
  readonly #format: ItemsFormat;
  readonly #parser: JSONParser;
  #items: unknown[] = [];
  #stopped = false;

  constructor(format: ItemsFormat) {
    this.#format = format;
    this.#parser = new JSONParser({ paths: [`$.${format.member}.*`], keepStack: false });
    this.#parser.onValue = ({ value }) => this.#add(value);
    this.#parser.onError = () => this.#stopped = true;
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
    if (!this.#stopped) this.#parser.write(delta);
    return this.#items.length > before;
  }

  #add(value: unknown): void {
    if (this.#stopped) return;
    const item = this.#format.schemaAt(this.#items.length).safeParse(value);
    if (item.success) this.#items.push(item.data);
    else this.#stopped = true;
  }
}
