/**
 * The forms of the first page: their fields, and what is wrong with an entry. Runs in browsers and on
 * the server.
 * @module
 */
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { HomeWords } from "../words/words.ts";
import { type FieldView, type Limits, said } from "./kinds/field.ts";
import type { FormValues } from "./kinds/form_view.ts";
import { formOf } from "./kinds/forms.ts";

/** The errors of a form: one sentence for each invalid field, by the name of the field. */
export type FieldErrors = Partial<Record<string, string>>;

/** The limits that the API sets for the fields of each form, by the names of the fields. */
export type FormLimits = Readonly<Partial<Record<Noun, Readonly<Partial<Record<string, Limits>>>>>>;

/** Returns the names of the fields of a form, in order. */
export function fieldsOf(kind: Noun): string[] {
  return Object.keys(formOf(kind).fields);
}

/** Returns an error for each field that the form does not accept. */
export function errorsOf(
  kind: Noun,
  values: FormValues,
  { limits, words }: { limits: FormLimits; words: HomeWords },
): FieldErrors {
  const errors: FieldErrors = {};
  for (const [name, field] of Object.entries(formOf(kind).fields)) {
    const own = { ...limits[kind]?.[name], ...(field.required && { minLength: 1 }) };
    const error = field.errorOf(values[name], { limits: own, words, values });
    if (error !== null) errors[name] = error;
  }
  return errors;
}

/** Returns the value of a field in a new form. */
export function initialOf({ initial = "" }: FieldView, words: HomeWords): string {
  return said(initial, words);
}

/** Returns the names of the details that a form has and a new form has not. */
export function filledDetails(kind: Noun, values: FormValues, words: HomeWords): string[] {
  return Object.entries(formOf(kind).fields)
    .filter(([name, field]) =>
      field.isDetail && (values[name] || initialOf(field, words)) !== initialOf(field, words)
    )
    .map(([name]) => name);
}
