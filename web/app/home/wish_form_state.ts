/**
 * The state of a form while the traveler fills it in and sends it.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { randomKey } from "../../client/client_token.ts";
import { hasApiKey } from "../api_key.ts";
import { useAwake } from "../focus.ts";
import { type FormRef, useFields, type WishFormProps } from "./field_state.ts";
import { focusField, valuesIn } from "./form_values.ts";
import { keyError, type KeyFault, keyIn, keyInput, REFUSED } from "../key_field.tsx";
import type { Refusal } from "../refusal.ts";
import { makeTrip, refusalOf } from "../session.ts";
import { fieldsOf } from "../form.ts";
import { wishOf } from "../wish.ts";

/** The initial state: no wish sent, no idempotency key. */
const unsent = { wish: "", key: "", isAccepted: false };

/** The longest time that a browser may take to leave the page. */
const LEAVING_MS = 15_000;

/** Returns the state of a form: the errors of its fields and its key, and the state of sending. */
export function useWishForm({ kind, home }: WishFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const isServed = kind === home.kind;
  const { draft, ...fields } = useFields(form, { kind, home });
  const key = useKey(form, home.needsKey);
  const [refusal, setRefusal] = useState<Refusal | null>(isServed ? home.refusal : null);
  const { isSending, sendOnce } = useSending();

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const invalid = fields.review();
    if (invalid) return focusField(form.current!, invalid);
    const apiKey = key.take();
    if (apiKey === null) return keyInput(form.current!).focus();
    const wish = wishOf(kind, valuesIn(form.current!, fieldsOf(kind)));
    setRefusal(null);
    try {
      await sendOnce(
        JSON.stringify(wish),
        (idempotencyKey) => makeTrip(wish, { idempotencyKey, apiKey: apiKey || undefined }),
      );
      draft.write({});
    } catch (error) {
      const refusal = refusalOf(error);
      setRefusal(refusal);
      if (refusal.code === "unauthorized") key.refuse();
    }
  }

  return { form, ...fields, key, refusal, isSending, send };
}

/** Returns the state of the API key field. */
function useKey(form: FormRef, isNeeded: boolean) {
  const [error, setError] = useState<KeyFault | null>(null);
  const hasKey = useAwake() && hasApiKey();
  return {
    error,
    /** Whether the tab already has a key. */
    hasKey,
    /** Returns the key in the form: empty if no new key is needed, `null` if it is malformed. */
    take(): string | null {
      const apiKey = isNeeded ? keyIn(form.current!) : "";
      const isOpen = !isNeeded || apiKey === "" && hasKey;
      const error = isOpen ? null : keyError(apiKey);
      setError(error);
      return error === null ? apiKey : null;
    },
    /** Shows that the service did not accept the key. */
    refuse: () => setError(REFUSED),
  };
}

/** Returns a function that sends a wish. Its idempotency key prevents a second trip. */
function useSending() {
  const [isSending, setSending] = useState(false);
  const sent = useRef(unsent);

  useEffect(() => {
    // A page that the browser restores from its back/forward cache is no longer sending.
    const wake = () => setSending(false);
    // A traveler who returns to the form of an accepted wish and sends it again wants another trip.
    const leave = () => {
      if (sent.current.isAccepted) sent.current = unsent;
    };
    addEventListener("pageshow", wake);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pageshow", wake);
      removeEventListener("pagehide", leave);
    };
  }, []);

  /**
   * Sends a wish. The same wish is sent with the same idempotency key.
   *
   * @param wish the wish as JSON
   * @param send sends the wish with an idempotency key, and leaves the page
   */
  async function sendOnce(wish: string, send: (key: string) => Promise<void>): Promise<void> {
    // The response to the first attempt may have been lost. The same key prevents a second trip.
    if (sent.current.wish !== wish) sent.current = { ...unsent, wish, key: randomKey() };
    setSending(true);
    try {
      await send(sent.current.key);
      sent.current.isAccepted = true;
      // The browser leaves the page now, unless the traveler stops it.
      setTimeout(() => setSending(false), LEAVING_MS);
    } catch (error) {
      setSending(false);
      throw error;
    }
  }

  return { isSending, sendOnce };
}
