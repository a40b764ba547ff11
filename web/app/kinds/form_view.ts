/**
 * How the first page asks for a plan of one kind.
 * @module
 */
import type { FieldView, Text } from "./field.ts";

/** The values of a form, by the name of the field. */
export type FormValues<Field extends string = string> = Partial<Record<Field, string | undefined>>;

/** The form of a kind of job. */
export interface FormView<Field extends string = string> {
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
  /**
   * Returns the values that follow from a change of a field, such as the last day from the number of
   * days; unset: none do.
   */
  followersOf?(changed: string, values: FormValues<Field>): FormValues<Field>;
}
