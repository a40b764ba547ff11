/**
 * What the program knows of a trip besides the wish: where the destination is, and the weather of the
 * days. Other services tell it, for a few seconds at most. Without it, a plan has less in it.
 * @module
 */
import { z } from "zod";
import { DAY_MS, withDeadline } from "../../../lib/clock.ts";
import { localMs } from "../../../lib/local_time.ts";
import type { JobContext } from "../../kind.ts";
import { FORECAST_DAYS } from "../../places/forecast.ts";
import { DayForecast, Destination } from "../../places/place.ts";
import type { Places } from "../../places/places.ts";
import { askPlaces } from "../place_step.ts";
import type { ItineraryRequest } from "./request.ts";

/** What {@link assembleItinerary} needs besides the days of the model. */
export interface Surroundings {
  /** The date of the first day; `null`: the wish names none. */
  startDate: string | null;
  /** `null`: not known. */
  destination: Destination | null;
  /** The days whose weather is known, by their local date. */
  forecast: readonly DayForecast[];
}

/** Nothing is known. */
export const NO_SURROUNDINGS: Surroundings = { startDate: null, destination: null, forecast: [] };

/** A plan takes about 20 seconds. More time for its weather would be felt. */
const TIMEOUT_MS = 5_000;

const Found = z.object({ destination: Destination.nullable(), forecast: z.array(DayForecast) });
type Found = z.infer<typeof Found>;

/** Returns what the wish alone tells. */
export function surroundingsOf({ startDate }: ItineraryRequest): Surroundings {
  return { ...NO_SURROUNDINGS, startDate: startDate ?? null };
}

/** What is known when the model begins, and what will be known. */
export interface Gathering {
  /** What the model gets. */
  early: Surroundings;
  /** What the plan is completed with. */
  gathered: Promise<Surroundings>;
}

/**
 * Begins to look up what the trip needs. Without a first day, the model needs none of it, and does not
 * wait.
 *
 * @throws as {@link gatherSurroundings}
 */
export async function beginGathering(
  request: ItineraryRequest,
  options: { places: Places | null; context: JobContext },
): Promise<Gathering> {
  const gathered = gatherSurroundings(request, options);
  // A failure of the model may come first.
  gathered.catch(() => {});
  const early = request.startDate === undefined ? surroundingsOf(request) : await gathered;
  return { early, gathered };
}

/**
 * Looks up the destination and its weather, as one step of the job. A later attempt gets the same
 * answer, so it sends the same prompt.
 *
 * @param options `places`: whom to ask; `null`: the step does not take place
 * @throws only errors of `context.step`, and the reason of the context's signal if it aborts
 */
export async function gatherSurroundings(
  request: ItineraryRequest,
  { places, context }: { places: Places | null; context: JobContext },
): Promise<Surroundings> {
  const known = surroundingsOf(request);
  if (places === null) return known;
  const lookUp = () => find(request, { places, context });
  const name = "surroundings";
  return { ...known, ...await askPlaces(places, { name, schema: Found, context, ask: lookUp }) };
}

/** Finds what there is to find in time. */
async function find(
  { destination: text, startDate, durationDays }: ItineraryRequest,
  { places, context: { signal, clock } }: { places: Places; context: JobContext },
): Promise<Found> {
  const found: Found = { destination: null, forecast: [] };
  const lookUp = async (signal: AbortSignal) => {
    const context = { signal, clock };
    found.destination = await places.findDestination(text, context);
    if (found.destination === null || startDate === undefined) return;
    const days = { from: startDate, to: dateOfDay(startDate, durationDays) };
    if (!mayBeForecast(days, clock.now())) return;
    const forecast = await places.forecast(found.destination, context);
    found.forecast = forecast.filter(({ date }) => date >= days.from && date <= days.to);
  };
  try {
    await withDeadline(lookUp, { ms: TIMEOUT_MS, clock, signal });
  } catch {
    signal.throwIfAborted();
  }
  return { ...found };
}

/** Returns whether some of the days are so close that the forecast may have them. */
function mayBeForecast({ from, to }: { from: string; to: string }, now: number): boolean {
  // The destination's date may be a day off the date in UTC.
  return localMs(to) >= now - 2 * DAY_MS && localMs(from) <= now + (FORECAST_DAYS + 1) * DAY_MS;
}

/** Returns the date of a day of a trip. Days count from 1. */
export function dateOfDay(startDate: string, day: number): string {
  return new Date(localMs(startDate) + (day - 1) * DAY_MS).toISOString()
    .slice(0, "YYYY-MM-DD".length);
}
