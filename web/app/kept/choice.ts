/**
 * What the traveler, the site and the browser allow: whether this browser keeps copies of trips, and
 * which trips it has forgotten.
 * @module
 */

/**
 * Whether this browser keeps copies: `off`: the traveler has turned it off; `site`: the site keeps
 * none (`OFFLINE_COPIES=0`); `blocked`: the browser could not remember that choice.
 */
export type Choice = "on" | "off" | "site" | "blocked";

/** The name of the `<meta>` by which the server says that the site keeps no copies. */
export const COPIES_META = "tripwright-copies";

const CHOICE_KEY = "tripwright.keeps";
const FORGOTTEN_KEY = "tripwright.forgotten";

/** When the site deletes each forgotten trip, in epoch milliseconds, by its id. */
type Forgotten = Record<string, number>;

/** The choice of this browser. It is in `localStorage`, which all tabs share. */
export class KeepingChoice {
  readonly #storage: Storage | null;
  readonly #siteKeeps: boolean;

  /**
   * @param storage `null` if the browser forbids storage
   * @param siteKeeps whether the site allows copies
   */
  constructor(storage: Storage | null, siteKeeps: boolean) {
    this.#storage = storage;
    this.#siteKeeps = siteKeeps;
  }

  get current(): Choice {
    if (!this.#siteKeeps) return "site";
    if (this.#storage === null) return "blocked";
    return this.#read(CHOICE_KEY) === "0" ? "off" : "on";
  }

  /** Whether a trip is kept at all, also in the list of trips. */
  keeps(id: string): boolean {
    return this.current === "on" && !this.isForgotten(id);
  }

  set(isOn: boolean): void {
    this.#write(CHOICE_KEY, isOn ? "1" : "0");
  }

  /**
   * Remembers a forgotten trip, so that its page does not save it again.
   *
   * @param until when the site deletes the trip, ISO 8601; after that, nothing is remembered
   */
  forget(id: string, until: string): void {
    this.#change({ [id]: Date.parse(until) || 0 });
  }

  /** Allows to keep a trip again. */
  allow(id: string): void {
    this.#change({ [id]: 0 });
  }

  isForgotten(id: string): boolean {
    return (this.#forgotten()[id] ?? 0) > Date.now();
  }

  #change(changed: Forgotten): void {
    const all = Object.entries({ ...this.#forgotten(), ...changed });
    const live = all.filter(([, until]) => until > Date.now());
    this.#write(FORGOTTEN_KEY, JSON.stringify(Object.fromEntries(live)));
  }

  #forgotten(): Forgotten {
    try {
      const stored = JSON.parse(this.#read(FORGOTTEN_KEY) ?? "{}");
      const entries = Object.entries(stored).filter(([, until]) => typeof until === "number");
      return Object.fromEntries(entries) as Forgotten;
    } catch {
      return {};
    }
  }

  #read(key: string): string | null {
    try {
      return this.#storage?.getItem(key) ?? null;
    } catch {
      return null;
    }
  }

  #write(key: string, value: string): void {
    try {
      this.#storage?.setItem(key, value);
    } catch {
      // The storage is full or forbidden. Both are shown where a copy would be saved.
    }
  }
}

/** Opens the choice of this browser. */
export function openChoice(): KeepingChoice {
  const siteKeeps = document.querySelector(`meta[name="${COPIES_META}"]`) === null;
  try {
    return new KeepingChoice(globalThis.localStorage, siteKeeps);
  } catch {
    // Browsers that forbid storage throw when `localStorage` is read.
    return new KeepingChoice(null, siteKeeps);
  }
}
