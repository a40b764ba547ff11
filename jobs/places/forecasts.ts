/**
 * The forecasts of destinations. A job writes its plan without one if there is none in time.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { ExpiringCache } from "../../lib/expiring_cache.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { fetchForecast } from "./forecast.ts";
import type { DayForecast, Destination } from "./place.ts";
import type { PlaceContext } from "./places.ts";
import { ServicePause } from "./service_pause.ts";

/** The longest wait of a job for a forecast. */
const TIMEOUT_MS = 5_000;

/** Open-Meteo computes new forecasts every hour or less often. */
const VALID_MS = 30 * 60_000;

/** A forecast takes about 2 KB. */
const MAX_CACHED = 500;

/** In a larger area, the weather of its middle says little about a place in it. */
const MAX_RADIUS_KM = 250;

const log = getLogger(["tripwright", "places"]);

/** Fetches forecasts, and remembers them for a short time. */
export class Forecasts {
  readonly #baseUrl: string;
  readonly #known: ExpiringCache<readonly DayForecast[]>;
  readonly #pause: ServicePause;
  readonly #faults: FaultLog;

  /** @param baseUrl the base URL of the forecasts of Open-Meteo */
  constructor(baseUrl: string, clock: Clock) {
    this.#baseUrl = baseUrl;
    this.#known = new ExpiringCache({ clock, maxSize: MAX_CACHED });
    this.#pause = new ServicePause(clock);
    this.#faults = new FaultLog(log, clock, "warning");
  }

  /** Returns the forecast of a destination. See {@link Places.forecast}. */
  async of(
    { point, radiusKm, timeZone }: Destination,
    { signal, clock }: PlaceContext,
  ): Promise<DayForecast[]> {
    signal.throwIfAborted();
    if (radiusKm > MAX_RADIUS_KM) return [];
    const key = [point.latitude.toFixed(2), point.longitude.toFixed(2), timeZone].join(" ");
    const known = this.#known.get(key);
    if (known) return [...known];
    if (this.#pause.isOn) return [];
    try {
      const { days } = await withDeadline(
        (signal) =>
          fetchForecast({ point, timeZone }, {
            baseUrl: this.#baseUrl,
            context: { signal, clock },
          }),
        { ms: TIMEOUT_MS, clock, signal },
      );
      this.#pause.succeeded();
      this.#known.set(key, days, { size: 1, expiresAt: clock.now() + VALID_MS });
      return [...days];
    } catch (error) {
      signal.throwIfAborted();
      this.#pause.failed(error);
      this.#faults.report("forecast not fetched", error);
      return [];
    }
  }
}
