/**
 * What a traveler has typed into a form and not sent yet. It is kept in `localStorage`, so that it
 * survives a closed tab.
 * @module
 */
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import type { FormValues } from "../kinds/form_view.ts";

/** The methods of a browser's storage that drafts need. */
export type DraftStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** The draft of the form of one kind. */
export class Draft {
  readonly #storage: DraftStorage | null;
  readonly #key: string;

  /** @param storage `null` if the browser forbids storage; the draft is then always empty */
  constructor(storage: DraftStorage | null, kind: Noun) {
    this.#storage = storage;
    this.#key = `tripwright.draft.${kind}`;
  }

  /** Reads the values of fields. Anything else in the storage counts as no draft. */
  read(): FormValues {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(this.#key) ?? "{}");
      const entries = Object.entries(Object(stored));
      return Object.fromEntries(
        entries.flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []),
      );
    } catch {
      return {};
    }
  }

  /** Keeps the values of fields; without any, there is no draft. */
  write(values: FormValues): void {
    try {
      if (Object.keys(values).length === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(values));
    } catch {
      // The storage is full or forbidden. The form works without a draft.
    }
  }
}

/** Opens the draft of this browser. */
export function openDraft(kind: Noun): Draft {
  try {
    return new Draft(globalThis.localStorage, kind);
  } catch {
    // Browsers that forbid storage throw when `localStorage` is read.
    return new Draft(null, kind);
  }
}
