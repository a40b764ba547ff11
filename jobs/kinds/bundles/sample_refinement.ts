/**
 * What the sample generator writes for a refinement: another bundle, or another event, which the plan
 * does not have yet.
 * @module
 */
import { localDay, timeOfDay } from "../../../lib/local_time.ts";
import type { SampleContext } from "../../kind.ts";
import { choicesFor } from "../sample_choice.ts";
import { type City, placesOf } from "../samples/cities.ts";
import { partAt } from "../samples/stop_chooser.ts";
import { minutesOf } from "../samples/timetable.ts";
import { cityOf, CitySample } from "./city_sample.ts";
import type { KeyEvent, WrittenBundle, WrittenEvent } from "./plan.ts";
import type { BundlesRequest } from "./request.ts";
import { inventedBundles } from "./sample.ts";
import { moods } from "./sample_moods.ts";

export interface OtherBundleSettings extends SampleContext {
  /** The titles of all bundles and the names of all events of the plan. */
  titles: Iterable<string>;
}

/** Returns a bundle without an event of the plan. It is the same for equal arguments. */
export async function otherBundle(
  request: BundlesRequest,
  { titles, ...context }: OtherBundleSettings,
): Promise<WrittenBundle> {
  const taken = new Set(titles);
  const city = cityOf(request.preferences);
  if (city) {
    const sample = await citySample(request, { city, context, taken });
    for (const mood of sample.ordered(moods)) {
      const bundle = sample.bundle(mood);
      const [first] = bundle.keyEvents;
      if (!first) continue;
      if (!taken.has(bundle.title)) return bundle;
      const longer = `${bundle.title}: ${first.venue}`;
      if (!taken.has(longer)) return { ...bundle, title: longer };
    }
  }
  const all = inventions(request, context);
  const isNew = ({ title, keyEvents }: WrittenBundle) =>
    !taken.has(title) && !keyEvents.some(({ name }) => taken.has(name));
  return all.find(isNew) ?? all.find(({ title }) => !taken.has(title)) ?? all.at(-1)!;
}

export interface OtherEventSettings extends OtherBundleSettings {
  /** The replaced event. */
  event: Pick<KeyEvent, "date" | "startsAt" | "category" | "price">;
}

/** Returns an event that the plan does not have, at the time of the replaced one if it has one. */
export async function otherEvent(
  request: BundlesRequest,
  { titles, event, ...context }: OtherEventSettings,
): Promise<WrittenEvent> {
  const taken = new Set(titles);
  const city = cityOf(request.preferences);
  const time = event.startsAt && timeOfDay(event.startsAt);
  if (city && event.startsAt && time) {
    const sample = await citySample(request, { city, context, taken });
    const start = minutesOf(time);
    const part = partAt({ start, isMeal: event.category === "food" }, city);
    const maxCost = event.price && request.preferences.budget ? event.price.amount : Infinity;
    const found = sample.eventAt({
      part,
      categories: [event.category, "sight", "nature", "museum", "entertainment", "nightlife"],
    }, { date: localDay(event.startsAt), start, maxCost });
    if (found) return found;
  }
  const events = inventions(request, context).flatMap(({ keyEvents }) => keyEvents);
  const other = events.find(({ name }) => !taken.has(name)) ?? events.at(-1)!;
  return { ...other, date: event.date, startsAt: event.startsAt, endsAt: null };
}

async function citySample(
  { preferences }: BundlesRequest,
  { city, context, taken }: { city: City; context: SampleContext; taken: Iterable<string> },
): Promise<CitySample> {
  return new CitySample(preferences, { city, places: await placesOf(city), context, taken });
}

/** How often the choices of invented bundles are made anew to find one that is not in the plan. */
const CHOICES = 20;

/** Returns many invented bundles, the same for equal requests. */
function inventions(request: BundlesRequest, context: SampleContext): WrittenBundle[] {
  return Array.from(
    { length: CHOICES },
    (_, turn) =>
      inventedBundles(request, { choose: choicesFor([request.preferences, turn]), context }),
  ).flat();
}
