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
      const titled = bundle.keyEvents.length > 0 && withNewTitle(bundle, taken);
      if (titled) return titled;
    }
  }
  const titled = inventions(request, context).flatMap((one) => withNewTitle(one, taken) ?? []);
  const repeated = ({ keyEvents }: WrittenBundle) =>
    keyEvents.filter(({ name }) => taken.has(name)).length / keyEvents.length;
  const [best] = titled.toSorted((one, other) => repeated(one) - repeated(other));
  return withNewEvents(best ?? inventions(request, context).at(-1)!, taken);
}

/** A plan of five bundles may have all invented events already. Other words tell them apart. */
function withNewEvents(bundle: WrittenBundle, taken: ReadonlySet<string>): WrittenBundle {
  const newName = (name: string): string => taken.has(name) ? newName(`${name}, once more`) : name;
  const keyEvents = bundle.keyEvents.map((event) => ({ ...event, name: newName(event.name) }));
  return { ...bundle, keyEvents };
}

/** Returns a bundle with a title that the plan does not have; `null`: it has no other one. */
function withNewTitle(bundle: WrittenBundle, taken: ReadonlySet<string>): WrittenBundle | null {
  const [{ venue, name }] = bundle.keyEvents as [WrittenEvent];
  const titles = [bundle.title, `${bundle.title}: ${venue ?? name}`];
  const title = titles.find((one) => !taken.has(one));
  return title === undefined ? null : { ...bundle, title };
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

/** The number of sets of bundles to invent. One of them then has a bundle that the plan lacks. */
const CHOICES = 20;

/** Returns many invented bundles, the same for equal requests. */
function inventions(request: BundlesRequest, context: SampleContext): WrittenBundle[] {
  return Array.from(
    { length: CHOICES },
    (_, turn) =>
      inventedBundles(request, { choose: choicesFor([request.preferences, turn]), context }),
  ).flat();
}
