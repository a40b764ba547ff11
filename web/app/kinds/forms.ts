/**
 * The forms of all kinds of job. Only the home page and the server load them.
 * @module
 */
import { type KindName, kindOfNoun, type Noun } from "../../../jobs/kinds/contracts.ts";
import { bundlesForm } from "./bundles/form.ts";
import type { FormView } from "./form_view.ts";
import { itineraryForm } from "./itinerary/form.ts";

/** One line for each kind; `null`: the kind has no form. */
const forms: { readonly [Name in KindName]: FormView | null } = {
  itinerary: itineraryForm,
  bundles: bundlesForm,
};

/**
 * Returns the form of the kind with this noun in the API.
 *
 * @throws {Error} if the kind has no form
 */
export function formOf(noun: Noun): FormView {
  const form = forms[kindOfNoun(noun)];
  if (form === null) throw new Error(`Cannot show a form: ${noun} has none`);
  return form;
}
