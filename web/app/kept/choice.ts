/**
 * What the traveler, the site and the browser allow: whether this browser keeps copies of trips, and
 * which trips it has forgotten.
 * @module
 */
import { browserStorage, StoredValue, type ValueStorage } from "../stored.ts";

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
  readonly #isBlocked: boolean;
  readonly #siteKeeps: boolean;
  readonly #choice: StoredValue;
  readonly #forgottenTrips: StoredValue;

  /**
   * @param storage `null` if the browser forbids storage
   * @param siteKeeps whether the site allows copies
   */
  constructor(storage: ValueStorage | null, siteKeeps: boolean) {
    this.#isBlocked = storage === null;
    this.#siteKeeps = siteKeeps;
    this.#choice = new StoredValue(storage, CHOICE_KEY);
    this.#forgottenTrips = new StoredValue(storage, FORGOTTEN_KEY);
  }

  get current(): Choice {
    if (!this.#siteKeeps) return "site";
    if (this.#isBlocked) return "blocked";
    return this.#choice.read() === 0 ? "off" : "on";
  }

  /** Whether a trip is kept at all, also in the list of trips. */
  keeps(id: string): boolean {
    return this.current === "on" && !this.isForgotten(id);
  }

  set(isOn: boolean): void {
    this.#choice.write(isOn ? 1 : 0);
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
    this.#forgottenTrips.write(Object.fromEntries(live));
  }

  #forgotten(): Forgotten {
    const stored = Object.entries(Object(this.#forgottenTrips.read()));
    return Object.fromEntries(stored.filter(([, until]) => typeof until === "number")) as Forgotten;
  }
}

/** Opens the choice of this browser. */
export function openChoice(): KeepingChoice {
  const siteKeeps = document.querySelector(`meta[name="${COPIES_META}"]`) === null;
  return new KeepingChoice(browserStorage(), siteKeeps);
}
