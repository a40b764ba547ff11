/**
 * The form of a wish. Without JavaScript the server checks it and answers; with it, each field says at
 * once what is wrong, and the wish is sent in the background.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { hasApiKey } from "./api_key.ts";
import { useAwake } from "./focus.ts";
import type { HomeState } from "./home.tsx";
import { keyError, KeyField, keyIn, keyInput, KeyNotice, REFUSED } from "./key_field.tsx";
import type { Refusal } from "./refusal.ts";
import { RefusalNotice } from "./refusal_notice.tsx";
import { randomKey } from "../client/service.ts";
import { makeTrip, refusalOf } from "./session.ts";
import {
  errorsOf,
  type FieldErrors,
  type FieldName,
  fieldsOf,
  type FormValues,
  type TripKind,
  wishOf,
} from "./wish.ts";

interface FieldText {
  label: string;
  hint: string;
  example: string;
}

const texts: Record<FieldName, FieldText> = {
  destination: {
    label: "Destination",
    hint: "A city, a region, a country",
    example: "Tokyo, Japan",
  },
  durationDays: { label: "Days", hint: "How long you stay", example: "5" },
  interests: {
    label: "Interests",
    hint: "With commas in between",
    example: "music, nightlife, street food",
  },
  musicProfile: { label: "Music", hint: "What you like to hear", example: "Electronic, House" },
  timeframe: { label: "When and where", hint: "", example: "This weekend in Berlin" },
  otherPreferences: {
    label: "Anything else",
    hint: "Company, budget, what to avoid",
    example: "Two of us, underground venues, no early mornings",
  },
};

const verbs: Record<TripKind, string> = {
  itinerary: "Plan my trip",
  generation: "Find my weekend",
};

/** What has been sent, and by which name, as long as nothing was. */
const unsent = { wish: "", key: "", isAccepted: false };

/** How long a browser may take to leave the page. */
const LEAVING_MS = 15_000;

export interface WishFormProps {
  kind: TripKind;
  home: HomeState;
}

export function WishForm({ kind, home }: WishFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const isServed = kind === home.kind;
  const [errors, setErrors] = useState<FieldErrors>(isServed ? home.errors : {});
  const [touched, setTouched] = useState<ReadonlySet<FieldName>>(new Set());
  const [refusal, setRefusal] = useState<Refusal | null>(isServed ? home.refusal : null);
  const [wrongKey, setWrongKey] = useState<string | null>(null);
  const hasKey = useAwake() && hasApiKey();
  const [isSending, setSending] = useState(false);
  const sent = useRef(unsent);

  useEffect(() => {
    // From here on the fields speak for themselves.
    if (form.current) form.current.noValidate = true;
    // A page that comes back from the browser's memory is not sending any more.
    const wake = () => setSending(false);
    addEventListener("pageshow", wake);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pageshow", wake);
      removeEventListener("pagehide", leave);
    };
  }, []);

  /** Whoever comes back to an accepted wish and sends it again wants another trip. */
  function leave(): void {
    if (sent.current.isAccepted) sent.current = unsent;
  }

  const check = () => errorsOf(kind, valuesIn(form.current!), home.limits);

  function touch(name: FieldName): void {
    setTouched(new Set([...touched, name]));
    setErrors(check());
  }

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    const found = check();
    setErrors(found);
    setTouched(new Set(fieldsOf[kind]));
    const wrong = fieldsOf[kind].find((name) => found[name]);
    if (wrong) return form.current!.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus();
    const apiKey = home.needsKey ? keyIn(form.current!) : "";
    const isOpen = !home.needsKey || apiKey === "" && hasKey;
    const faultyKey = isOpen ? null : keyError(apiKey);
    setWrongKey(faultyKey);
    if (faultyKey) return keyInput(form.current!).focus();
    const wish = wishOf(kind, valuesIn(form.current!));
    // The same wish, sent again because nobody knows what became of it, makes no second trip.
    const text = JSON.stringify(wish);
    if (sent.current.wish !== text) sent.current = { ...unsent, wish: text, key: randomKey() };
    setSending(true);
    setRefusal(null);
    try {
      await makeTrip(wish, { idempotencyKey: sent.current.key, apiKey: apiKey || undefined });
      sent.current.isAccepted = true;
      // The page is about to be left, unless somebody stops that.
      setTimeout(() => setSending(false), LEAVING_MS);
    } catch (error) {
      const refusal = refusalOf(error);
      setSending(false);
      setRefusal(refusal);
      if (refusal.code === "unauthorized") setWrongKey(REFUSED);
    }
  }

  const field = (name: FieldName) => ({
    name,
    ...texts[name],
    value: (isServed ? home.values[name] : undefined) ?? "",
    error: touched.has(name) || home.errors[name] ? errors[name] : undefined,
    onInput: () => (touched.has(name) || errors[name]) && setErrors(check()),
    onBlur: () => touch(name),
  });

  return (
    <form
      ref={form}
      class={`wish ${kind}`}
      method="post"
      action="/trips"
      onSubmit={send}
      aria-label={verbs[kind]}
    >
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="formId" value={home.formId} />
      {kind === "itinerary"
        ? (
          <div class="fields">
            <Field {...field("destination")}>
              {(shared) => <input type="text" {...shared} required dir="auto" />}
            </Field>
            <Field {...field("durationDays")}>
              {(shared) => (
                <input
                  type="number"
                  inputmode="numeric"
                  {...shared}
                  required
                  min={home.limits.durationDays.minimum}
                  max={home.limits.durationDays.maximum}
                />
              )}
            </Field>
          </div>
        )
        : (
          <div class="fields">
            <Field {...field("interests")}>
              {(shared) => <input type="text" {...shared} dir="auto" />}
            </Field>
            <Field {...field("musicProfile")}>
              {(shared) => <input type="text" {...shared} dir="auto" />}
            </Field>
            <Field {...field("timeframe")}>
              {(shared) => <input type="text" {...shared} dir="auto" />}
            </Field>
            <Field {...field("otherPreferences")}>
              {(shared) => <Area {...shared} />}
            </Field>
          </div>
        )}
      {home.needsKey && (
        <>
          <KeyField
            id={`${kind}-key`}
            error={wrongKey}
            hint={hasKey
              ? "Left empty, it is the one of before"
              : "Only those who have one can go on"}
          />
          <KeyNotice />
        </>
      )}
      {refusal && <RefusalNotice refusal={refusal} />}
      <button
        type="submit"
        class={home.needsKey ? "main needs-script" : "main"}
        aria-disabled={isSending}
      >
        {isSending ? "Sending…" : verbs[kind]}
      </button>
      {isSending && (
        <p class="quiet late" role="status">
          This takes longer than usual. Your wish is still here.
        </p>
      )}
    </form>
  );
}

/** What all inputs of a field have. */
interface Shared {
  id: string;
  name: string;
  defaultValue: string;
  placeholder: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
  onInput: () => void;
  onBlur: () => void;
}

interface FieldProps extends FieldText {
  name: FieldName;
  value: string;
  error: string | undefined;
  onInput: () => void;
  onBlur: () => void;
  children: (shared: Shared) => ComponentChildren;
}

function Field({ name, label, hint, example, value, error, children, ...events }: FieldProps) {
  return (
    <div class={`field ${name}`}>
      <label for={name}>{label}</label>
      {children({
        id: name,
        name,
        defaultValue: value,
        placeholder: `e.g. ${example}`,
        "aria-describedby": `${name}-hint`,
        "aria-invalid": error !== undefined,
        ...events,
      })}
      <p class={error ? "hint error" : "hint"} id={`${name}-hint`} aria-live="polite">
        {error ?? hint}
      </p>
    </div>
  );
}

function Area({ defaultValue, ...shared }: Shared) {
  return <textarea {...shared} rows={3} dir="auto" defaultValue={defaultValue} />;
}

function valuesIn(form: HTMLFormElement): FormValues {
  const data = new FormData(form);
  return Object.fromEntries([...data].map(([name, value]) => [name, String(value)]));
}
