/**
 * The view of tastings: their requests, and a list of places.
 * @module
 */
import type { Jobs } from "../../client/job.ts";
import { trimmed, wholeNumber } from "./field.ts";
import { Placeholder, PlaceLink } from "./plan_pieces.tsx";
import type { TastingField } from "./tasting_form.ts";
import type { PlanProps } from "./trip_view.ts";
import type { KindView } from "./view.ts";

export const tastingView: KindView<"tasting", TastingField> = {
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
  stages: ["queued", "thinking", "writing"],
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
          <PlaceLink place={`${name}, ${town}`} />
        </li>
      ))}
      {isGrowing && <Placeholder key={shown.length} label={`Place ${shown.length + 1}`} />}
    </ol>
  );
}
