/**
 * What the providers of places have in common.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { JsonFetchOptions } from "../../lib/http/json_fetch.ts";
import { VERSION } from "../../lib/version.ts";
import type { Destination, PlaceAnswer } from "./place.ts";
import type { PlaceContext } from "./places.ts";

/** A geocoder that an operator runs. */
export interface PlaceProvider {
  /** Tells its answers from those of other providers. */
  readonly id: string;
  /**
   * Looks up a name near a destination, with one request or two.
   *
   * @param turn waits for the turn of a further request; the caller has waited for that of the first
   * @throws {JsonFetchError} if the provider fails
   */
  lookUp(query: string, near: Destination, options: LookUpOptions): Promise<PlaceAnswer>;
}

export interface LookUpOptions extends PlaceContext {
  turn: () => Promise<void>;
}

/** The longest wait for one answer. A plan waits for it only once while the provider is slow. */
const TIMEOUT_MS = 3_000;

/** Five famous places with all their names take about 60 KB. */
const MAX_BYTES = 500_000;

/** The most hits that are compared with a name. */
export const MAX_HITS = 5;

/** The headers of all requests to services that are built on OpenStreetMap: who asks. */
export const askedBy = { "user-agent": `Tripwright/${VERSION}` };

/** The limits of a request. */
export function requestLimits(
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Omit<JsonFetchOptions<unknown>, "schema"> {
  return { signal, clock, headers: askedBy, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES };
}
