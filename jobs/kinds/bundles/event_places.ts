/**
 * Looks up the places of events: their cities, and each place near its city. Other services answer,
 * for some seconds at most. Without an answer, an event keeps what the model wrote.
 * @module
 */
import { z } from "zod";
import type { JobContext } from "../../kind.ts";
import { isWithin } from "../../places/geometry.ts";
import { Destination, PlaceAnswer } from "../../places/place.ts";
import type { Places } from "../../places/places.ts";
import { askPlaces } from "../place_step.ts";
import { comparable } from "../text.ts";
import type { Bundles, KeyEvent } from "./plan.ts";

/** A weekend has one or two cities, and each takes a request. */
const MAX_CITIES = 5;

/** What is known of a city, and of places there by their `mapQuery`. */
const CityPlaces = z.object({
  city: z.string(),
  /** `null`: not known, or not clear. */
  destination: Destination.nullable(),
  answers: z.array(z.object({ query: z.string(), answer: PlaceAnswer })),
});
type CityPlaces = z.infer<typeof CityPlaces>;

const Found = z.array(CityPlaces);

export interface EventPlacesOptions {
  /** Whom to ask; `null`: nothing is looked up. */
  places: Places | null;
  /** The name of the step of the job. */
  step: string;
  /** Returns the name of a city with its region and country, if a tool has found it. */
  labelOf: (city: string) => string | null;
  context: JobContext;
}

/**
 * Completes a plan with what is known of its places: positions, time zones, and whether they exist.
 *
 * @param plan as the model and the tools have it
 * @throws only errors of `context.step`, and the reason of the context's signal if it aborts
 */
export async function withPlaces(
  plan: Bundles,
  { places, step, labelOf, context }: EventPlacesOptions,
): Promise<Bundles> {
  if (places === null) return plan;
  const events = plan.bundles.flatMap(({ keyEvents }) => keyEvents);
  const found = await askPlaces(places, {
    name: step,
    schema: Found,
    context,
    ask: () =>
      Promise.all(citiesOf(events).map((city) => lookUp(city, { places, labelOf, context }))),
  });
  const cities = new Map(found.map((city) => [comparable(city.city), city]));
  const bundles = plan.bundles.map((bundle) => ({
    ...bundle,
    keyEvents: bundle.keyEvents.map((event) => {
      const city = cities.get(comparable(event.city ?? ""));
      return city?.destination ? completed(event, city.destination, city.answers) : event;
    }),
  }));
  const timeZone = plan.timeZone ?? commonTimeZone(bundles);
  return { ...plan, bundles, ...(timeZone !== null && { timeZone }) };
}

/** A city, and the events in it. */
interface City {
  name: string;
  events: KeyEvent[];
}

function citiesOf(events: readonly KeyEvent[]): City[] {
  const cities = new Map<string, City>();
  for (const event of events) {
    if (event.city === null) continue;
    const key = comparable(event.city);
    const city = cities.get(key) ?? { name: event.city, events: [] };
    city.events.push(event);
    cities.set(key, city);
  }
  return [...cities.values()].slice(0, MAX_CITIES);
}

async function lookUp(
  { name, events }: City,
  { places, labelOf, context }: Omit<EventPlacesOptions, "step"> & { places: Places },
): Promise<CityPlaces> {
  const destination = await places.findDestination(labelOf(name) ?? name, context);
  if (destination === null || isNamesake(destination, events)) {
    return { city: name, destination: null, answers: [] };
  }
  const queries = [...new Set(events.flatMap(({ mapQuery }) => mapQuery?.trim() || []))];
  const answers = await places.check?.(queries, destination, context);
  return {
    city: name,
    destination,
    answers: [...answers ?? []].map(([query, answer]) => ({ query, answer })),
  };
}

/**
 * Returns whether a destination is another city of the same name: all positions of the model are far
 * from it, and close to each other.
 */
function isNamesake(destination: Destination, events: readonly KeyEvent[]): boolean {
  const points = events.flatMap(({ coordinates }) => coordinates ?? []);
  const [first, ...others] = points;
  if (first === undefined || others.length === 0) return false;
  const around = { ...destination, point: first };
  return points.every((point) => !isWithin(point, destination)) &&
    others.every((point) => isWithin(point, around));
}

function completed(
  event: KeyEvent,
  destination: Destination,
  answers: CityPlaces["answers"],
): KeyEvent {
  const { coordinates } = event;
  const isPlausible = coordinates !== null && isWithin(coordinates, destination);
  const known = {
    ...event,
    timeZone: destination.timeZone ?? event.timeZone,
    coordinates: isPlausible ? coordinates : null,
  };
  const answer = answers.find(({ query }) => query === event.mapQuery?.trim())?.answer;
  switch (answer?.outcome) {
    case "found":
      return { ...known, coordinates: { ...answer.place.point, origin: "places" }, verified: true };
    case "not_found":
      return { ...known, verified: false };
    default:
      return known;
  }
}

/** Returns the time zone that all events have; `null`: not known, or not one. */
function commonTimeZone(bundles: Bundles["bundles"]): string | null {
  const zones = new Set(bundles.flatMap(({ keyEvents }) => keyEvents.map((e) => e.timeZone)));
  const [timeZone = null] = zones;
  return zones.size === 1 ? timeZone : null;
}
