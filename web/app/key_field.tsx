/**
 * The field for the API key, on services that require one. Only the script of the page sends the
 * key: the field has no name, so a form that is sent without the script does not contain it.
 * @module
 */

import { useWords } from "../words/words.ts";

/** What is wrong with a key. */
export type KeyFault = "missing" | "malformed" | "refused";

/** The fault of a key that the service does not accept. */
export const REFUSED: KeyFault = "refused";

export interface KeyFieldProps {
  id: string;
  /** What is wrong with the key that was entered; `null`: nothing. */
  error: KeyFault | null;
  hint: string;
}

export function KeyField({ id, error, hint }: KeyFieldProps) {
  const { key, keyMissing, keyMalformed, keyRefused } = useWords().locked;
  const faults = { missing: keyMissing, malformed: keyMalformed, refused: keyRefused };
  return (
    <div class="field needs-script">
      <label for={id}>{key}</label>
      <input
        type="password"
        id={id}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        aria-invalid={error !== null}
      />
      <p class={error === null ? "hint" : "hint error"} id={`${id}-hint`} aria-live="polite">
        {error === null ? hint : faults[error]}
      </p>
    </div>
  );
}

/** Replaces the field where no script runs. */
export function KeyNotice() {
  return <p class="without-script">{useWords().locked.noScript}</p>;
}

/** Returns the key field of a form. */
export function keyInput(form: HTMLFormElement): HTMLInputElement {
  return form.querySelector("input[type=password]")!;
}

/** Returns the key that the traveler entered. */
export function keyIn(form: HTMLFormElement): string {
  return keyInput(form).value.trim();
}

/** Returns what is wrong with a key (RFC 6750, section 2.1), or `null`. */
export function keyError(key: string): KeyFault | null {
  if (key === "") return "missing";
  return /^[\w.~+/=-]+$/.test(key) ? null : "malformed";
}
