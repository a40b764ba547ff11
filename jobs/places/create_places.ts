/**
 * Creates what kinds ask about places, as it is configured.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Config } from "../../lib/config.ts";
import type { Metrics } from "../../lib/metrics/metrics.ts";
import { PlaceStore, PlaceTurns } from "../../lib/store/place_store.ts";
import { DestinationFinder } from "./destination.ts";
import { Forecasts } from "./forecasts.ts";
import { nominatim } from "./nominatim.ts";
import { photon } from "./photon.ts";
import { PlaceAnswer } from "./place.ts";
import { PlaceChecker } from "./place_checker.ts";
import type { Places } from "./places.ts";
import { Walks } from "./router.ts";
import type { Kv } from "../../lib/platform/kv.ts";

export interface PlacesOptions {
  kv: Kv;
  clock: Clock;
  /** Counts the lookups. */
  metrics: Metrics;
}

const providers = { nominatim, photon };

/**
 * Creates it for all jobs of an instance.
 *
 * @returns `null` with the sample generator, which sends no requests
 */
export function createPlaces(config: Config, options: PlacesOptions): Places | null {
  const { generator, openMeteo, places: { routerUrl } } = config;
  if (generator === "sample") return null;
  const { clock } = options;
  const destinations = new DestinationFinder(openMeteo.geocodingBaseUrl, clock);
  const forecasts = new Forecasts(openMeteo.baseUrl, clock);
  const walks = routerUrl === null ? null : new Walks(routerUrl, clock);
  const checker = createChecker(config, options);
  return {
    isLocal: false,
    findDestination: (text, context) => destinations.find(text, context),
    check: checker && ((queries, near, context) => checker.check(queries, near, context)),
    prefetch: (queries, near, context) => checker?.prefetch(queries, near, context),
    walk: walks && ((legs, context) => walks.measure(legs, context)),
    forecast: (destination, context) => forecasts.of(destination, context),
  };
}

function createChecker(
  { places: { provider, intervalMs } }: Config,
  { kv, clock, metrics }: PlacesOptions,
): PlaceChecker | null {
  if (provider === null) return null;
  const turns = new PlaceTurns(kv, { clock, intervalMs });
  return new PlaceChecker({
    provider: providers[provider.name](provider.baseUrl),
    store: new PlaceStore(kv, { clock, schema: PlaceAnswer }),
    turn: (signal) => turns.take(signal),
    intervalMs,
    clock,
    count: (outcome) => metrics.add("tripwright.places", 1, { outcome }),
  });
}
