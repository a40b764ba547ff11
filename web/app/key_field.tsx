/**
 * The API key, where the service needs one. It is the business of the page's script: the field has no
 * name, so that a form that is sent before the script has come takes nothing of it along.
 * @module
 */

/** What is said of a key that the service does not accept. */
export const REFUSED = "This key does not fit.";

export interface KeyFieldProps {
  id: string;
  /** What is wrong with it, if anything is. */
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

/** In place of the field, where no script runs. */
export function KeyNotice() {
  return <p class="without-script">This needs an API key, and a browser that runs scripts.</p>;
}

/** The field of a form that asks for a key. */
export function keyInput(form: HTMLFormElement): HTMLInputElement {
  return form.querySelector("input[type=password]")!;
}

/** The key in it. */
export function keyIn(form: HTMLFormElement): string {
  return keyInput(form).value.trim();
}

/** What is wrong with a key, as far as that can be seen (RFC 6750, section 2.1); `null`: nothing. */
export function keyError(key: string): string | null {
  if (key === "") return "Please fill this in.";
  return /^[\w.~+/=-]+$/.test(key) ? null : "A key has letters, digits and -._~+/= alone.";
}
