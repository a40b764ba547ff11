/**
 * The state of a form while the traveler fills it in and sends it.
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { useWords, type Words } from "../../words/words.ts";
import { randomKey } from "../../client/client_token.ts";
import { hasApiKey } from "../api_key.ts";
import { useAwake } from "../focus.ts";
import { openDraft } from "./draft.ts";
import { controlsOf, fillIn, focusField, valuesIn } from "./form_values.ts";
import type { HomeState } from "./home.tsx";
import { keyError, keyIn, keyInput, REFUSED } from "../key_field.tsx";
import type { FormValues } from "../kinds/form_view.ts";
import { viewOf } from "../kinds/registry.ts";
import type { Refusal } from "../refusal.ts";
import { makeTrip, refusalOf } from "../session.ts";
import { errorsOf, type FieldErrors, fieldsOf, filledDetails, initialOf, wishOf } from "../wish.ts";

/** The initial state: no wish sent, no idempotency key. */
const unsent = { wish: "", key: "", isAccepted: false };

/** The longest time that a browser may take to leave the page. */
const LEAVING_MS = 15_000;

export interface WishFormProps {
  kind: Noun;
  home: HomeState;
}

type FormRef = RefObject<HTMLFormElement | null>;

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

/** Returns the fields of a form. A field shows its error when it is left, or on sending. */
function useFields(form: FormRef, { kind, home }: WishFormProps) {
  const words = useWords();
  const { fields, followersOf } = viewOf(kind);
  const names = fieldsOf(kind);
  const draft = useMemo(() => openDraft(kind), [kind]);
  const served = servedValues({ kind, home }, words);
  const servedErrors = kind === home.kind ? home.errors : {};
  const [errors, setErrors] = useState<FieldErrors>(servedErrors);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set(Object.keys(servedErrors)));
  const [details, setDetails] = useState(() => filledDetails(kind, served, words));

  const read = () => valuesIn(form.current!, names);
  const check = (values = read()) => errorsOf(kind, values, { limits: home.limits, words });
  /** Shows what the fields contain now. */
  const look = (values: FormValues) => {
    setErrors(check(values));
    setDetails(filledDetails(kind, values, words));
  };

  useEffect(() => {
    if (isFilledIn({ kind, home })) return;
    restore(form.current!, { draft: draft.read(), served, check });
    setDetails(filledDetails(kind, read(), words));
  }, []);

  return {
    draft,
    /** The number of details that are filled in. */
    detailCount: details.length,
    /** Whether the details are open in the page of the server. */
    isOpen: names.some((name) => fields[name]!.isDetail && servedErrors[name] !== undefined) ||
      filledDetails(kind, served, words).length > 0,
    /** Returns the properties of a field. */
    fieldOf: (name: string) => ({
      id: `${kind}-${name}`,
      name,
      limits: home.limits[kind]?.[name] ?? {},
      value: served[name]!,
      error: touched.has(name) ? errors[name] : undefined,
    }),
    onInput({ target }: Event): void {
      const { name } = target as HTMLInputElement;
      // The field of the API key has no name, and no draft.
      if (!names.includes(name)) return;
      for (const [other, value] of Object.entries(followersOf?.(name, read()) ?? {})) {
        fillIn(form.current!, other, value ?? "");
      }
      const values = read();
      look(values);
      draft.write(changesIn(values, newValues(kind, words)));
    },
    onLeave({ target }: Event): void {
      const { name } = target as HTMLInputElement;
      // An empty field is no error until the form is sent.
      if (!names.includes(name) || !read()[name]) return;
      setTouched(new Set([...touched, name]));
      setErrors(check());
    },
    onReset(): void {
      const values = newValues(kind, words);
      // The browser resets the fields to what the server has sent, after this event.
      setTimeout(() => {
        for (const name of names) fillIn(form.current!, name, values[name]!);
        setTouched(new Set<string>());
        look(values);
        draft.write({});
      });
    },
    /** Checks all fields. Returns the name of the first invalid field. */
    review(): string | undefined {
      const found = check();
      setErrors(found);
      setTouched(new Set(names));
      return names.find((name) => found[name]);
    },
  };
}

type Values = Record<string, string>;

/** Returns the values of a new form. */
function newValues(kind: Noun, words: Words): Values {
  const entries = Object.entries(viewOf(kind).fields);
  return Object.fromEntries(entries.map(([name, field]) => [name, initialOf(field, words)]));
}

/** Returns the values in the page of the server: those of a link or of a sent form, or new ones. */
function servedValues({ kind, home }: WishFormProps, words: Words): Values {
  const filledIn = kind === home.kind ? home.values : {};
  const initial = Object.entries(newValues(kind, words));
  return Object.fromEntries(initial.map(([name, value]) => [name, filledIn[name] ?? value]));
}

/** Returns whether a link or a sent form has filled in the form. */
function isFilledIn({ kind, home }: WishFormProps): boolean {
  return kind === home.kind && Object.values(home.values).some((value) => value !== undefined);
}

/** Returns the values that are not those of a new form. */
function changesIn(values: FormValues, initial: Values): FormValues {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== initial[name]),
  );
}

/** Fills in a draft, but for fields that have been changed before the script has started. */
function restore(
  form: HTMLFormElement,
  { draft, served, check }: {
    draft: FormValues;
    served: Values;
    check: (values: FormValues) => FieldErrors;
  },
): void {
  const names = Object.keys(served).filter((name) => draft[name] !== undefined);
  const now = valuesIn(form, names);
  const errors = check({ ...served, ...draft });
  for (const name of names) {
    const isDate = controlsOf(form, name)[0]?.type === "date";
    // A date of an old draft may be over.
    if (now[name] !== served[name] || isDate && errors[name]) continue;
    fillIn(form, name, draft[name]!);
  }
}

/** Returns the state of the API key field. */
function useKey(form: FormRef, isNeeded: boolean) {
  const [error, setError] = useState<string | null>(null);
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
