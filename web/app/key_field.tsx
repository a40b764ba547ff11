/**
 * The field for the API key, on services that require one. Only the script of the page sends the
 * key: the field has no name, so a form that is sent without the script does not contain it.
 * @module
 */

/** The error for a key that the service does not accept. */
export const REFUSED = "This key was not accepted. Check it and try again.";

export interface KeyFieldProps {
  id: string;
  /** The error to show; `null`: none. */
  error: string | null;
  hint: string;
}

export function KeyField({ id, error, hint }: KeyFieldProps) {
  return (
    <div class="field needs-script">
      <label for={id}>API key</label>
      <input
        type="password"
        id={id}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        aria-invalid={error !== null}
      />
      <p class={error === null ? "hint" : "hint error"} id={`${id}-hint`} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}

/** Replaces the field where no script runs. */
export function KeyNotice() {
  return (
    <p class="without-script">
      Turn on JavaScript in your browser to enter an API key.
    </p>
  );
}

/** Returns the key field of a form. */
export function keyInput(form: HTMLFormElement): HTMLInputElement {
  return form.querySelector("input[type=password]")!;
}

/** Returns the key that the traveler entered. */
export function keyIn(form: HTMLFormElement): string {
  return keyInput(form).value.trim();
}

/** Returns the error of a malformed key (RFC 6750, section 2.1), or `null`. */
export function keyError(key: string): string | null {
  if (key === "") return "Please fill this in.";
  return /^[\w.~+/=-]+$/.test(key)
    ? null
    : "This doesn't look like a key. Copy it again, without spaces or line breaks.";
}
