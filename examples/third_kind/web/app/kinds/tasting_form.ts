/**
 * The form of tastings: a dish, a town and a number of stops.
 * @module
 */
import { numberError, textError } from "./field.ts";
import type { FormView } from "./form_view.ts";

export type TastingField = "dish" | "town" | "stops";

export const tastingForm: FormView<TastingField> = {
  choice: { title: "Tasting", text: "One dish, several kitchens" },
  verb: "Find the kitchens",
  fields: {
    dish: {
      label: "Dish",
      hint: "What you want to taste",
      example: "Ramen",
      input: "line",
      required: true,
      errorOf: textError,
    },
    town: {
      label: "Town",
      hint: "Where you want to taste it",
      example: "Fukuoka",
      input: "line",
      required: true,
      errorOf: textError,
    },
    stops: {
      label: "Stops",
      hint: "How many kitchens",
      example: "3",
      input: "number",
      required: true,
      errorOf: numberError,
    },
  },
};
