/**
 * The edits of plans in `localStorage`, which all tabs share.
 * @module
 */
import { browserStorage, StoredValue, tellsOf, type ValueStorage } from "../stored.ts";
import type { Edits } from "./edits.ts";

/** The edits of one trip. */
interface Entry extends Edits {
  id: string;
}

const KEY = "tripwright.edits";

/** More trips than the list on the first page has; an entry takes some hundred bytes. */
const MAX_TRIPS = 50;

/** The stored edits, those of the last edited trip first. */
export class EditStore {
  readonly #value: StoredValue;

  /** @param storage `null` if the browser forbids storage; edits then last until the page closes */
  constructor(storage: ValueStorage | null) {
    this.#value = new StoredValue(storage, KEY);
  }

  /** Returns the edits of a trip; `null`: it never had any. */
  get(id: string): Edits | null {
    const entry = this.#list().find((entry) => entry.id === id);
    return entry ? { order: entry.order } : null;
  }

  /** Stores the edits of a trip. Those of the trip that was edited longest ago may be dropped. */
  put(id: string, { order }: Edits): void {
    const others = this.#list().filter((entry) => entry.id !== id);
    this.#value.write([{ id, order }, ...others].slice(0, MAX_TRIPS));
  }

  #list(): Entry[] {
    return this.#value.readList().filter(isEntry);
  }
}

/** Opens the edits of this browser. */
export function openEdits(): EditStore {
  return new EditStore(browserStorage());
}

/** Returns whether a storage event reports that another tab has changed edits. */
export function tellsOfEdits(event: StorageEvent): boolean {
  return tellsOf(event, KEY);
}

function isEntry(value: unknown): value is Entry {
  const { id, order } = (value ?? {}) as Entry;
  return typeof id === "string" && typeof order === "object" && order !== null &&
    Object.values(order).every((kept) => Array.isArray(kept));
}
