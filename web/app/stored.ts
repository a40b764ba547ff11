/**
 * Small values of the app in `localStorage`, which all tabs share. Storage may be forbidden or full,
 * and other code may have written there, so nothing here throws.
 * @module
 */

/** The methods of a browser's storage that stored values need. */
export type ValueStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Returns the storage of this browser; `null`: the browser forbids it. */
export function browserStorage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    // Browsers that forbid storage throw when `localStorage` is read.
    return null;
  }
}

/** One value, stored as JSON. */
export class StoredValue {
  readonly #storage: ValueStorage | null;
  readonly #key: string;

  /** @param storage `null` if the browser forbids storage; then there is never a value */
  constructor(storage: ValueStorage | null, key: string) {
    this.#storage = storage;
    this.#key = key;
  }

  /** Reads the value; `null`: there is none, or it is no JSON. The caller checks its shape. */
  read(): unknown {
    try {
      return JSON.parse(this.#storage?.getItem(this.#key) ?? "null");
    } catch {
      return null;
    }
  }

  /** Reads a list; empty if there is none. The caller checks its entries. */
  readList(): unknown[] {
    const value = this.read();
    return Array.isArray(value) ? value : [];
  }

  /** Stores a value. The app works on without it if the storage is full or forbidden. */
  write(value: unknown): void {
    try {
      this.#storage?.setItem(this.#key, JSON.stringify(value));
    } catch {
      // See above.
    }
  }

  /** Deletes the value. */
  remove(): void {
    try {
      this.#storage?.removeItem(this.#key);
    } catch {
      // See above.
    }
  }
}

/** Returns whether a storage event reports that another tab has changed the value of a key. */
export function tellsOf(event: StorageEvent, key: string): boolean {
  return event.key === key || event.key === null;
}
