/**
 * What kinds of job learn about places from other services. No failure of such a service is a
 * reason for a job to fail: the answer is then that nothing is known.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { DayForecast, Destination, Leg, PlaceAnswer, Walk } from "./place.ts";

/** The context of a question. */
export interface PlaceContext {
  /** Aborts when this worker must stop work on the job. */
  signal: AbortSignal;
  clock: Clock;
}

/**
 * Looks up names near a destination. It waits for the answers that arrive within some seconds, and
 * less while the provider does not answer. The other lookups continue, so that a later call finds
 * their answers.
 *
 * @param queries names as a geocoder finds them, with their city: `Livraria Bertrand, Lisboa`
 * @returns the answer by name, for each of `queries`
 * @throws only the reason of the context's signal, if it aborts
 */
export type CheckPlaces = (
  queries: readonly string[],
  near: Destination,
  context: PlaceContext,
) => Promise<Map<string, PlaceAnswer>>;

/**
 * Measures walks along streets. Consecutive legs, each of which begins where the one before it ends,
 * cost one request together.
 *
 * @returns a walk for each leg, in the same order; an estimate where the router has no answer
 * @throws only the reason of the context's signal, if it aborts
 */
export type MeasureWalks = (legs: readonly Leg[], context: PlaceContext) => Promise<Walk[]>;

/** What kinds ask about places. */
export interface Places {
  /** Whether it asks no other service, and so gives the same answers each time. */
  readonly isLocal: boolean;
  /**
   * Finds the destination of a trip.
   *
   * @param text as the traveller wrote it: `Tokyo, Japan`, `Lissabon`, `東京`, `Rome and Florence`
   * @returns `null` if it is not known, or if it is not clear which place is meant
   * @throws only the reason of the context's signal, if it aborts
   */
  findDestination(text: string, context: PlaceContext): Promise<Destination | null>;
  /** `null`: there is no provider of places. */
  readonly check: CheckPlaces | null;
  /**
   * Starts lookups, for example while the model still writes the plan. `check` finds their answers.
   * It returns at once, never throws, and does nothing without a provider. The lookups end when the
   * context's signal aborts.
   */
  prefetch(queries: readonly string[], near: Destination, context: PlaceContext): void;
  /** `null`: there is no router. */
  readonly walk: MeasureWalks | null;
  /**
   * Returns the forecast of the next days. Empty: there is none for the moment.
   *
   * @throws only the reason of the context's signal, if it aborts
   */
  forecast(destination: Destination, context: PlaceContext): Promise<DayForecast[]>;
}
