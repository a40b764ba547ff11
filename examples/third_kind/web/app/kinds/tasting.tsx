/**
 * The view of tastings: a form with a dish, a town and a number of stops, and a list of places.
 * @module
 */
import type { Jobs } from "../../client/job.ts";
import { numberError, textError, trimmed, wholeNumber } from "./field.ts";
import { Placeholder, PlaceLink } from "./plan_pieces.tsx";
import type { PlanProps } from "./trip_view.ts";
import type { KindView } from "./view.ts";

export const tastingView: KindView<"tasting", "dish" | "town" | "stops"> = {
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
  bodyOf: ({ dish, town, stops }) => ({
    dish: trimmed(dish),
    town: trimmed(town),
    stops: wholeNumber(stops) ?? NaN,
  }),
  valuesOf: ({ dish, town, stops }) => ({ dish, town, stops: String(stops) }),
  bodyOfJob: ({ dish, town, stops }) => ({ dish, town, stops }),
  titleOf: ({ dish, town }) => `${dish} in ${town}`,
  durationLabel: ({ stops }) => stops === 1 ? "1 stop" : `${stops} stops`,

  partNoun: "Place",
  stages: [["queued", "Waiting"], ["thinking", "Thinking"], ["writing", "Writing"]],
  waitingTips: ["You can close this page."],
  files: { markdown: true, calendar: null },
  Plan: TastingPlan,
};

function TastingPlan({ job: { places, partial, town }, isGrowing }: PlanProps<Jobs["tasting"]>) {
  const shown = places ?? partial ?? [];
  return (
    <ol class="places">
      {shown.map(({ name, why }, index) => (
        <li class="card" key={index}>
          <h2 dir="auto">{name}</h2>
          <p dir="auto">{why}</p>
          <p class="facts">
            <PlaceLink place={`${name}, ${town}`} />
          </p>
        </li>
      ))}
      {isGrowing && <Placeholder key={shown.length} label={`Place ${shown.length + 1}`} />}
    </ol>
  );
}
