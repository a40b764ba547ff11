/**
 * The API key, where the service needs one: the business of the page's script, because a form would
 * send it along in plain sight.
 * @module
 */

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
        name="apiKey"
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

/** The key in the field of a form; empty if there is none. */
export function keyIn(form: HTMLFormElement): string {
  return String(new FormData(form).get("apiKey") ?? "").trim();
}

/** What is wrong with a key, as far as that can be seen (RFC 6750, section 2.1); `null`: nothing. */
export function keyError(key: string): string | null {
  if (key === "") return "Please fill this in.";
  return /^[\w.~+/=-]+$/.test(key) ? null : "A key has letters, digits and -._~+/= alone.";
}
