/**
 * The view of itineraries.
 * @module
 */
import type { KindView } from "../view.ts";
import { itineraryPage } from "./page.tsx";
import { itineraryShape } from "./shape.ts";
import { itineraryWish } from "./wish.ts";

export const itineraryView: KindView<"itinerary"> = {
  ...itineraryWish,
  ...itineraryPage,
  shape: itineraryShape,
};
