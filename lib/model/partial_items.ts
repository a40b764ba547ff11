/**
 * Finished items of a list whose JSON is still being written.
 * @module
 */
import { JSONParser } from "@streamparser/json";
import type { z } from "zod";

/** Where the items are, and what they have to be. */
export interface ItemsFormat {
  /** The member of the document that holds the list. */
  member: string;
  /** The schema of the item at this place in the list, counted from 0. */
  schemaAt: (index: number) => z.ZodType;
}

/**
 * Reads a document as it comes and gives out each item of the list as soon as its last bracket is
 * there. It stops for good at the first item that its schema does not accept, and at the first
 * character that is no JSON: what it gives out is always a beginning of the list.
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

  /** The items that are finished. */
  get items(): readonly unknown[] {
    return this.#items;
  }

  /** @returns whether this has finished an item */
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
