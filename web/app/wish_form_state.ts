/**
 * What a form of a wish knows while it is filled in and sent.
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import { randomKey } from "../client/requests.ts";
import { hasApiKey } from "./api_key.ts";
import { useAwake } from "./focus.ts";
import type { HomeState } from "./home.tsx";
import { keyError, keyIn, keyInput, REFUSED } from "./key_field.tsx";
import type { FormValues } from "./kinds/view.ts";
import type { Refusal } from "./refusal.ts";
import { makeTrip, refusalOf } from "./session.ts";
import { errorsOf, type FieldErrors, fieldsOf, wishOf } from "./wish.ts";

/** No wish sent yet, and no idempotency key. */
const unsent = { wish: "", key: "", isAccepted: false };

/** How long a browser may take to leave the page. */
const LEAVING_MS = 15_000;

export interface WishFormProps {
  kind: Noun;
  home: HomeState;
}

type FormRef = RefObject<HTMLFormElement | null>;

/** The state of a form: what is wrong with its fields and its key, and how its wish is sent. */
export function useWishForm({ kind, home }: WishFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const isServed = kind === home.kind;
  const fields = useFields(form, { kind, home });
  const key = useKey(form, home.needsKey);
  const [refusal, setRefusal] = useState<Refusal | null>(isServed ? home.refusal : null);
  const { isSending, sendOnce } = useSending();

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const wrong = fields.review();
    if (wrong) return form.current!.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus();
    const apiKey = key.take();
    if (apiKey === null) return keyInput(form.current!).focus();
    const wish = wishOf(kind, valuesIn(form.current!));
    setRefusal(null);
    try {
      await sendOnce(
        JSON.stringify(wish),
        (idempotencyKey) => makeTrip(wish, { idempotencyKey, apiKey: apiKey || undefined }),
      );
    } catch (error) {
      const refusal = refusalOf(error);
      setRefusal(refusal);
      if (refusal.code === "unauthorized") key.refuse();
    }
  }

  return { form, fieldOf: fields.fieldOf, key, refusal, isSending, send };
}

/** The fields of a form. Each says what is wrong as soon as it is left, or the form is sent. */
function useFields(form: FormRef, { kind, home }: WishFormProps) {
  const isServed = kind === home.kind;
  const [errors, setErrors] = useState<FieldErrors>(isServed ? home.errors : {});
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    // From here on the fields say themselves what is wrong.
    if (form.current) form.current.noValidate = true;
  }, []);

  const check = () => errorsOf(kind, valuesIn(form.current!), home.limits);

  return {
    /** The properties of a field. */
    fieldOf: (name: string) => ({
      name,
      limits: home.limits[name] ?? {},
      value: (isServed ? home.values[name] : undefined) ?? "",
      error: touched.has(name) || home.errors[name] ? errors[name] : undefined,
      onInput: () => void ((touched.has(name) || errors[name]) && setErrors(check())),
      onBlur: () => {
        setTouched(new Set([...touched, name]));
        setErrors(check());
      },
    }),
    /** Checks all fields. Returns the name of the first one that is wrong. */
    review(): string | undefined {
      const found = check();
      setErrors(found);
      setTouched(new Set(fieldsOf(kind)));
      return fieldsOf(kind).find((name) => found[name]);
    },
  };
}

/** The API key of a form, where one is needed. */
function useKey(form: FormRef, isNeeded: boolean) {
  const [error, setError] = useState<string | null>(null);
  const hasKey = useAwake() && hasApiKey();
  return {
    error,
    /** Whether the tab has a key already. */
    hasKey,
    /** The key in the form, which is empty if the form needs none; `null` if it cannot be right. */
    take(): string | null {
      const apiKey = isNeeded ? keyIn(form.current!) : "";
      const isOpen = !isNeeded || apiKey === "" && hasKey;
      const fault = isOpen ? null : keyError(apiKey);
      setError(fault);
      return fault === null ? apiKey : null;
    },
    /** The service has not accepted it. */
    refuse: () => setError(REFUSED),
  };
}

/** Sends a wish with an idempotency key, so that it makes one trip however often it is sent. */
function useSending() {
  const [isSending, setSending] = useState(false);
  const sent = useRef(unsent);

  useEffect(() => {
    // A page that comes back from the browser's memory is not sending any more.
    const wake = () => setSending(false);
    // A traveller who comes back to an accepted wish and sends it again wants another trip.
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
   * @param wish as text: the same wish is sent with the same key
   * @param send sends it with an idempotency key, and leaves the page
   */
  async function sendOnce(wish: string, send: (key: string) => Promise<void>): Promise<void> {
    // The same wish again, after an answer that got lost, makes no second trip.
    if (sent.current.wish !== wish) sent.current = { ...unsent, wish, key: randomKey() };
    setSending(true);
    try {
      await send(sent.current.key);
      sent.current.isAccepted = true;
      // The browser leaves the page now, unless the traveller stops it.
      setTimeout(() => setSending(false), LEAVING_MS);
    } catch (error) {
      setSending(false);
      throw error;
    }
  }

  return { isSending, sendOnce };
}

function valuesIn(form: HTMLFormElement): FormValues {
  const data = new FormData(form);
  return Object.fromEntries([...data].map(([name, value]) => [name, String(value)]));
}
