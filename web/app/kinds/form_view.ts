/**
 * How the web app asks for a plan of one kind.
 * @module
 */
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { Words } from "../../words/words.ts";
import type { Jobs, Wishes } from "../../client/job.ts";
import type { FieldView, Text } from "./field.ts";

/** The values of a form, by the name of the field. */
export type FormValues<Field extends string = string> = Partial<Record<Field, string | undefined>>;

/** The form of a kind of job, and the words for its requests. */
export interface FormView<Name extends KindName = KindName, Field extends string = string> {
  /** The option on the home page. */
  readonly choice: { readonly title: Text; readonly text: Text };
  /** The label of the button of the form. */
  readonly verb: Text;
  /** What the details of the form are about, in a few words; unset: it says only that there are. */
  readonly details?: Text;
  /**
   * The fields of the form, in order, by the name of their member in the request. The schema of the
   * member sets the limits of the field.
   */
  readonly fields: Readonly<Record<Field, FieldView>>;
  /** Returns the body of `POST` for the values of a form. The fields check the values. */
  bodyOf(values: FormValues<Field>): Wishes[Name];
  /** Returns the values of the form for a body. */
  valuesOf(body: Wishes[Name]): Record<Field, string>;
  /**
   * Returns the values that follow from a change of a field, such as the last day from the number of
   * days; unset: none do.
   */
  followersOf?(changed: string, values: FormValues<Field>): FormValues<Field>;
  /** Returns the body that requests the same plan as a job. */
  bodyOfJob(job: Jobs[Name]): Wishes[Name];
  /** Returns the title for headings and lists: one line or a few. */
  titleOf(body: Wishes[Name], words: Words): string;
  /** Returns the extent of a plan, such as `3 days`; unset: the kind has none. */
  durationLabel?(body: Wishes[Name], words: Words): string;
}
