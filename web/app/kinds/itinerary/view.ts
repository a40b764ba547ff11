/**
 * The view of itineraries.
 * @module
 */
import type { KindView } from "../view.ts";
import { itineraryForm } from "./form.ts";
import { itineraryPage } from "./page.tsx";
import { itineraryShape } from "./shape.ts";

export const itineraryView: KindView<"itinerary"> = {
  ...itineraryForm,
  ...itineraryPage,
  shape: itineraryShape,
};
