/**
 * The edits of plans in `localStorage`, which all tabs share.
 * @module
 */
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
  readonly #storage: Pick<Storage, "getItem" | "setItem"> | null;

  /** @param storage `null` if the browser forbids storage; edits then last until the page closes */
  constructor(storage: Pick<Storage, "getItem" | "setItem"> | null) {
    this.#storage = storage;
  }

  /** Returns the edits of a trip; `null`: it never had any. */
  get(id: string): Edits | null {
    const entry = this.#list().find((entry) => entry.id === id);
    return entry ? { order: entry.order } : null;
  }

  /** Stores the edits of a trip. Those of the trip that was edited longest ago may be dropped. */
  put(id: string, { order }: Edits): void {
    const others = this.#list().filter((entry) => entry.id !== id);
    try {
      const list = [{ id, order }, ...others].slice(0, MAX_TRIPS);
      this.#storage?.setItem(KEY, JSON.stringify(list));
    } catch {
      // The storage is full or forbidden. The page keeps the edits until it closes.
    }
  }

  #list(): Entry[] {
    try {
      const stored = JSON.parse(this.#storage?.getItem(KEY) ?? "[]");
      return Array.isArray(stored) ? stored.filter(isEntry) : [];
    } catch {
      return [];
    }
  }
}

/** Opens the edits of this browser. */
export function openEdits(): EditStore {
  try {
    return new EditStore(globalThis.localStorage);
  } catch {
    // Browsers that forbid storage throw when `localStorage` is read.
    return new EditStore(null);
  }
}

/** Returns whether a storage event reports that another tab has changed edits. */
export function tellsOfEdits({ key }: StorageEvent): boolean {
  return key === KEY || key === null;
}

function isEntry(value: unknown): value is Entry {
  const { id, order } = (value ?? {}) as Entry;
  return typeof id === "string" && typeof order === "object" && order !== null &&
    Object.values(order).every((kept) => Array.isArray(kept));
}
