/**
 * What a traveler has typed into a form and not sent yet. It is kept in `localStorage`, so that it
 * survives a closed tab.
 * @module
 */
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import type { FormValues } from "../kinds/form_view.ts";
import { browserStorage, StoredValue, type ValueStorage } from "../stored.ts";

/** The draft of the form of one kind. */
export class Draft {
  readonly #value: StoredValue;

  /** @param storage `null` if the browser forbids storage; the draft is then always empty */
  constructor(storage: ValueStorage | null, kind: Noun) {
    this.#value = new StoredValue(storage, `tripwright.draft.${kind}`);
  }

  /** Reads the values of fields. Anything else in the storage counts as no draft. */
  read(): FormValues {
    const entries = Object.entries(Object(this.#value.read()));
    return Object.fromEntries(
      entries.flatMap(([name, value]) => typeof value === "string" ? [[name, value]] : []),
    );
  }

  /** Keeps the values of fields; without any, there is no draft. */
  write(values: FormValues): void {
    if (Object.keys(values).length === 0) this.#value.remove();
    else this.#value.write(values);
  }
}

/** Opens the draft of this browser. */
export function openDraft(kind: Noun): Draft {
  return new Draft(browserStorage(), kind);
}
