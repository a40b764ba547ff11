/**
 * Checks the names of places with a provider. It reads what earlier plans have learned, and looks up
 * the rest within the time that a traveller waits for anyway.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, DAY_MS } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { hashJson } from "../../lib/hash.ts";
import type { PlaceStore } from "../../lib/store/place_store.ts";
import { type Ask, LookupQueue, type LookupQueueOptions } from "./lookup_queue.ts";
import { type Destination, type PlaceAnswer, UNKNOWN } from "./place.ts";
import type { PlaceContext } from "./places.ts";

/** How long a plan waits for lookups. The names of two or three days take it at one a second. */
const WAIT_MS = 15_000;

/** What begins later than this does not end within the wait. */
const STARTS_WITHIN_MS = WAIT_MS - 1_000;

/** A place hardly moves. */
const FOUND_MS = 30 * DAY_MS;

/** A new place, or a name that was corrected, is soon on the map. */
const NOT_FOUND_MS = DAY_MS;

/** The longest name that is looked up. */
const MAX_CHARACTERS = 200;

/**
 * If none of so many names is near the destination, the map of the provider does not cover it, or it
 * is another city of its name. So nothing is known about the names.
 */
const MIN_FOREIGN = 3;

export interface PlaceCheckerOptions
  extends Pick<LookupQueueOptions, "provider" | "turn" | "intervalMs"> {
  store: PlaceStore<PlaceAnswer>;
  clock: Clock;
  /** Counts names by what is learned about them. `cached`: an earlier lookup has answered. */
  count: (outcome: Parameters<LookupQueueOptions["count"]>[0] | "cached") => void;
}

const log = getLogger(["tripwright", "places"]);

/** Checks names for all jobs of one instance. */
export class PlaceChecker {
  readonly #options: PlaceCheckerOptions;
  readonly #queue: LookupQueue;
  readonly #faults: FaultLog;

  constructor(options: PlaceCheckerOptions) {
    const { provider, turn, intervalMs, clock, count, store } = options;
    this.#options = options;
    this.#faults = new FaultLog(log, clock, "warning");
    this.#queue = new LookupQueue({
      provider,
      turn,
      intervalMs,
      clock,
      count,
      keep: (key, answer) =>
        store.write(key, answer, { ttlMs: answer.outcome === "found" ? FOUND_MS : NOT_FOUND_MS }),
    });
  }

  /** Looks up names. See {@link CheckPlaces}. */
  async check(
    queries: readonly string[],
    near: Destination,
    context: PlaceContext,
  ): Promise<Map<string, PlaceAnswer>> {
    context.signal.throwIfAborted();
    const asks = new Map(queries.map((query) => [query, this.#askOf(query, near)]));
    const answers = await this.#read(asks.values());
    for (const _ of answers) this.#options.count("cached");
    await this.#lookUp(missingIn(answers, asks.values()), { answers, context });
    context.signal.throwIfAborted();
    return withoutForeign(
      new Map(
        asks.entries().map(([query, ask]) => [query, answers.get(ask?.key ?? "") ?? UNKNOWN]),
      ),
    );
  }

  /** Starts lookups. See {@link Places.prefetch}. */
  prefetch(queries: readonly string[], near: Destination, { signal }: PlaceContext): void {
    const asks = queries.map((query) => this.#askOf(query, near));
    this.#read(asks).then((answers) => this.#queue.add(missingIn(answers, asks), signal));
  }

  /** Reads what is stored. Without the database, nothing is known. */
  async #read(asks: Iterable<Ask | null>): Promise<Map<string, PlaceAnswer>> {
    const keys = new Set([...asks].flatMap((ask) => ask?.key ?? []));
    try {
      return await this.#options.store.read([...keys]);
    } catch (error) {
      this.#faults.report("places not read", error);
      return new Map();
    }
  }

  /** Waits for lookups, and adds the answers that arrive in time. The others continue. */
  async #lookUp(
    asks: readonly Ask[],
    { answers, context }: { answers: Map<string, PlaceAnswer>; context: PlaceContext },
  ): Promise<void> {
    const { signal, clock } = context;
    const lookups = this.#queue.add(asks, signal).map((answer, index) => {
      const { key } = asks[index]!;
      return answer.then((answer) => void answers.set(key, answer));
    });
    const awaited = lookups.filter((_, index) =>
      this.#queue.startsInMs(asks[index]!, signal) <= STARTS_WITHIN_MS
    );
    const ended = new AbortController();
    const all = Promise.all(awaited).then(() => ended.abort());
    await Promise.race([all, clock.wait(WAIT_MS, AbortSignal.any([ended.signal, signal]))]);
    ended.abort();
  }

  /** Returns what to look up; `null`: the text is no name. */
  #askOf(text: string, near: Destination): Ask | null {
    const query = text.normalize("NFC").replace(/[\s\p{C}]+/gu, " ").trim();
    if (query.length > MAX_CHARACTERS || !/[\p{L}\p{N}]/u.test(query)) return null;
    const key = hashJson({
      provider: this.#options.provider.id,
      query: query.toLowerCase(),
      // The same city has slightly different positions in different texts.
      near: [near.point.latitude.toFixed(1), near.point.longitude.toFixed(1)],
      radiusKm: Math.round(near.radiusKm / 10),
    });
    return { key, query, near };
  }
}

/** Returns what to look up, each name once. */
function missingIn(answers: ReadonlyMap<string, PlaceAnswer>, asks: Iterable<Ask | null>): Ask[] {
  const missing = new Map<string, Ask>();
  for (const ask of asks) {
    if (ask && !answers.has(ask.key) && !missing.has(ask.key)) missing.set(ask.key, ask);
  }
  return [...missing.values()];
}

/** Returns the answers, without those about names of which none at all is near. */
function withoutForeign(answers: Map<string, PlaceAnswer>): Map<string, PlaceAnswer> {
  const known = [...answers.values()].filter(({ outcome }) => outcome !== "unknown");
  const isForeign = known.length >= MIN_FOREIGN &&
    known.every(({ outcome }) => outcome === "not_found");
  return isForeign ? new Map(answers.keys().map((query) => [query, UNKNOWN])) : answers;
}
