/**
 * Finds the destination of a trip, and remembers it.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, withDeadline } from "../../lib/clock.ts";
import { ExpiringCache } from "../../lib/expiring_cache.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { DestinationSearch } from "./destination_search.ts";
import type { Destination } from "./place.ts";
import type { PlaceContext } from "./places.ts";
import { ServicePause } from "./service_pause.ts";

/** The longest time for all requests together. The job writes its plan without the destination. */
const TIMEOUT_MS = 5_000;

/** The longest text that is read. */
const MAX_CHARACTERS = 200;

/** Cities hardly change. */
const FOUND_MS = 24 * 60 * 60_000;

/** The geocoding gets new names from time to time. */
const NOT_FOUND_MS = 60 * 60_000;

/** A destination takes about 500 bytes. */
const MAX_CACHED = 2_000;

/** What {@link DestinationFinder} remembers. */
interface Known {
  destination: Destination | null;
}

const log = getLogger(["tripwright", "places"]);

/** Finds destinations, and remembers them. */
export class DestinationFinder {
  readonly #baseUrl: string;
  readonly #known: ExpiringCache<Known>;
  readonly #pause: ServicePause;
  readonly #faults: FaultLog;

  /** @param baseUrl the base URL of the geocoding of Open-Meteo */
  constructor(baseUrl: string, clock: Clock) {
    this.#baseUrl = baseUrl;
    this.#known = new ExpiringCache({ clock, maxSize: MAX_CACHED });
    this.#pause = new ServicePause(clock);
    this.#faults = new FaultLog(log, clock, "warning");
  }

  /** Finds a destination. See {@link Places.findDestination}. */
  async find(text: string, context: PlaceContext): Promise<Destination | null> {
    const { signal, clock } = context;
    signal.throwIfAborted();
    const words = text.normalize("NFC").slice(0, MAX_CHARACTERS).replace(/[\s\p{C}]+/gu, " ")
      .trim();
    const known = this.#known.get(words);
    if (known) return known.destination;
    if (this.#pause.isOn || words === "") return null;
    try {
      const destination = await withDeadline((signal) => {
        const search = new DestinationSearch({
          baseUrl: this.#baseUrl,
          context: { signal, clock },
        });
        return search.find(words);
      }, { ms: TIMEOUT_MS, clock, signal });
      this.#pause.succeeded();
      const expiresAt = clock.now() + (destination ? FOUND_MS : NOT_FOUND_MS);
      this.#known.set(words, { destination }, { size: 1, expiresAt });
      return destination;
    } catch (error) {
      signal.throwIfAborted();
      this.#pause.failed(error);
      this.#faults.report("destination not looked up", error);
      return null;
    }
  }
}
