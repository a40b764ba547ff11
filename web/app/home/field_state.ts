/**
 * The fields of a form while the traveler fills them in: their values, errors and draft.
 * @module
 */
import type { RefObject } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Noun } from "../../../jobs/kinds/contracts.ts";
import { type HomeWords, useHomeWords } from "../../words/words.ts";
import type { FormValues } from "../kinds/form_view.ts";
import { formOf } from "../kinds/forms.ts";
import { errorsOf, type FieldErrors, fieldsOf, filledDetails, initialOf } from "../form.ts";
import { openDraft } from "./draft.ts";
import { controlsOf, fillIn, valuesIn } from "./form_values.ts";
import type { HomeState } from "./home.tsx";

export interface WishFormProps {
  kind: Noun;
  home: HomeState;
}

export type FormRef = RefObject<HTMLFormElement | null>;

type Values = Record<string, string>;

/** Returns the fields of a form. A field shows its error when it is left, or on sending. */
export function useFields(form: FormRef, props: WishFormProps) {
  const { kind, home } = props;
  const words = useHomeWords();
  const served = servedValues(props, words);
  const errors = useErrors(props);
  const draft = useMemo(() => openDraft(kind), [kind]);
  const [details, setDetails] = useState(() => filledDetails(kind, served, words));
  /** Takes over what the fields contain now. */
  const look = (values: FormValues) => {
    errors.look(values);
    setDetails(filledDetails(kind, values, words));
    draft.write(changesIn(values, newValues(kind, words)));
  };

  useEffect(() => {
    if (isFilledIn(props)) return;
    const check = (values: FormValues) => errorsOf(kind, values, { limits: home.limits, words });
    restore(form.current!, { draft: draft.read(), served, check });
    setDetails(filledDetails(kind, valuesIn(form.current!, fieldsOf(kind)), words));
  }, []);

  return {
    draft,
    /** The number of details that are filled in. */
    detailCount: details.length,
    /** Whether the details are open in the page of the server. */
    isOpen: filledDetails(kind, served, words).length > 0 || hasWrongDetail(props),
    /** Returns the properties of a field. */
    fieldOf: (name: string) => ({
      id: `${kind}-${name}`,
      name,
      limits: home.limits[kind]?.[name] ?? {},
      value: served[name]!,
      error: errors.errorOf(name),
    }),
    ...eventsOf(form, { kind, initial: newValues(kind, words), errors, look }),
  };
}

interface FieldServices {
  kind: Noun;
  /** The values of a new form. */
  initial: Values;
  errors: ReturnType<typeof useErrors>;
  /** Takes over the values of the fields. */
  look: (values: FormValues) => void;
}

/** Returns what happens when a traveler changes, leaves, clears or sends the fields. */
function eventsOf(form: FormRef, { kind, initial, errors, look }: FieldServices) {
  const names = fieldsOf(kind);
  const read = () => valuesIn(form.current!, names);
  const fill = (values: FormValues) => {
    for (const [name, value] of Object.entries(values)) fillIn(form.current!, name, value ?? "");
  };
  return {
    onInput({ target }: Event): void {
      const { name } = target as HTMLInputElement;
      // The field of the API key has no name, and no draft.
      if (!names.includes(name)) return;
      fill(formOf(kind).followersOf?.(name, read()) ?? {});
      look(read());
    },
    onLeave({ target }: Event): void {
      const { name } = target as HTMLInputElement;
      const values = read();
      // An empty field is no error until the form is sent.
      if (values[name]) errors.touch([name], values);
    },
    onReset(): void {
      // The browser resets the fields to what the server has sent, after this event.
      setTimeout(() => {
        fill(initial);
        errors.forget();
        look(initial);
      });
    },
    /** Checks all fields. Returns the name of the first invalid field. */
    review(): string | undefined {
      const found = errors.touch(names, read());
      return names.find((name) => found[name]);
    },
  };
}

/** Returns the errors of fields. Only touched fields show theirs. */
function useErrors({ kind, home }: WishFormProps) {
  const words = useHomeWords();
  const served = kind === home.kind ? home.errors : {};
  const [errors, setErrors] = useState<FieldErrors>(served);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set(Object.keys(served)));
  const look = (values: FormValues) => {
    const found = errorsOf(kind, values, { limits: home.limits, words });
    setErrors(found);
    return found;
  };
  return {
    errorOf: (name: string) => touched.has(name) ? errors[name] : undefined,
    /** Checks all fields. */
    look,
    /** Checks all fields. From now on some more of them show their errors. */
    touch(names: readonly string[], values: FormValues): FieldErrors {
      setTouched(new Set([...touched, ...names]));
      return look(values);
    },
    /** Lets no field show its error. */
    forget: () => setTouched(new Set()),
  };
}

/** Returns the values of a new form. */
function newValues(kind: Noun, words: HomeWords): Values {
  const entries = Object.entries(formOf(kind).fields);
  return Object.fromEntries(entries.map(([name, field]) => [name, initialOf(field, words)]));
}

/** Returns the values in the page of the server: those of a link or of a sent form, or new ones. */
function servedValues({ kind, home }: WishFormProps, words: HomeWords): Values {
  const filledIn = kind === home.kind ? home.values : {};
  const initial = Object.entries(newValues(kind, words));
  return Object.fromEntries(initial.map(([name, value]) => [name, filledIn[name] ?? value]));
}

/** Returns whether a link or a sent form has filled in the form. */
function isFilledIn({ kind, home }: WishFormProps): boolean {
  return kind === home.kind && Object.values(home.values).some((value) => value !== undefined);
}

/** Returns whether the server has found an error in a detail. */
function hasWrongDetail({ kind, home }: WishFormProps): boolean {
  return kind === home.kind &&
    Object.keys(home.errors).some((name) => formOf(kind).fields[name]?.isDetail);
}

/** Returns the values that are not those of a new form. */
function changesIn(values: FormValues, initial: Values): FormValues {
  return Object.fromEntries(
    Object.entries(values).filter(([name, value]) => value !== initial[name]),
  );
}

interface Restoration {
  draft: FormValues;
  /** The values in the page of the server. */
  served: Values;
  check: (values: FormValues) => FieldErrors;
}

/** Fills in a draft, but for fields that have been changed before the script has started. */
function restore(form: HTMLFormElement, { draft, served, check }: Restoration): void {
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
