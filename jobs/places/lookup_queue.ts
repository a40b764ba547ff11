/**
 * The lookups that wait for the provider of places. The jobs of an instance take turns, so that a
 * long plan does not hold up a short one, and all instances together keep to the rate.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { FaultLog } from "../../lib/fault_log.ts";
import { type Destination, type PlaceAnswer, UNKNOWN } from "./place.ts";
import type { PlaceProvider } from "./place_provider.ts";
import { ServicePause } from "./service_pause.ts";

/** A name to look up. */
export interface Ask {
  /** The same for equal questions. */
  key: string;
  query: string;
  near: Destination;
}

/** A lookup that waits or runs. Several jobs may want it. */
interface Lookup extends Ask {
  askers: Set<AbortSignal>;
  answer: PromiseWithResolvers<PlaceAnswer>;
  isStarted: boolean;
  /** Aborts when no job wants the answer any more. */
  abort: AbortController;
}

export interface LookupQueueOptions {
  provider: PlaceProvider;
  /** Waits for a turn of this instance. It rejects with the reason of the signal, if that aborts. */
  turn: (signal: AbortSignal) => Promise<void>;
  /** The time between two turns of all instances, in milliseconds. */
  intervalMs: number;
  clock: Clock;
  /** Keeps an answer. A lookup counts as running until then. */
  keep: (key: string, answer: PlaceAnswer) => Promise<void>;
  /** Counts how a lookup has ended. */
  count: (outcome: LookupOutcome) => void;
}

/** How a lookup ends. `unclear`: something was found that may be another place. */
export type LookupOutcome = "found" | "not_found" | "unclear" | "failed";

/** A server that takes three seconds for an answer still gets a request each second. */
const MAX_RUNNING = 4;

/** The names of a plan for 30 days fit, also after a repair. */
const MAX_WAITING_PER_JOB = 300;

const log = getLogger(["tripwright", "places"]);

/** The queue of one instance. */
export class LookupQueue {
  readonly #options: LookupQueueOptions;
  readonly #pause: ServicePause;
  readonly #faults: FaultLog;
  readonly #lookups = new Map<string, Lookup>();
  /** What waits, by the job that asked, the job of the next turn first. */
  readonly #waiting = new Map<AbortSignal, Lookup[]>();
  /** The jobs whose end is listened for. */
  readonly #jobs = new WeakSet<AbortSignal>();
  #running = 0;
  #isDriving = false;
  /** Aborts the wait for a turn when nothing waits any more. */
  #idle = new AbortController();
  /** Resolves when a running lookup ends. */
  #ended = Promise.withResolvers<void>();

  constructor(options: LookupQueueOptions) {
    this.#options = options;
    this.#pause = new ServicePause(options.clock);
    this.#faults = new FaultLog(log, options.clock, "warning");
  }

  /** Whether the provider is not asked for a while, because it has failed. */
  get isPaused(): boolean {
    return this.#pause.isOn;
  }

  /**
   * Adds lookups for a job, unless they already wait or run.
   *
   * @param signal of the job. When it aborts, lookups that no other job wants end without an answer.
   * @returns the answers, in the same order. They never reject.
   */
  add(asks: readonly Ask[], signal: AbortSignal): Promise<PlaceAnswer>[] {
    return asks.map((ask) => {
      const known = this.#lookups.get(ask.key);
      if (signal.aborted || (!known && this.isPaused)) return Promise.resolve(UNKNOWN);
      const list = this.#waiting.get(signal) ?? this.#register(signal);
      if (!known && list.length >= MAX_WAITING_PER_JOB) return Promise.resolve(UNKNOWN);
      const lookup = known ?? this.#create(ask);
      if (!lookup.askers.has(signal)) {
        lookup.askers.add(signal);
        if (!lookup.isStarted) list.push(lookup);
      }
      this.#drive();
      return lookup.answer.promise;
    });
  }

  /** Returns when about a lookup of a job begins at the latest, in milliseconds from now. */
  startsInMs({ key }: Ask, signal: AbortSignal): number {
    const lookup = this.#lookups.get(key);
    if (!lookup || lookup.isStarted) return 0;
    const list = (this.#waiting.get(signal) ?? []).filter(({ isStarted }) => !isStarted);
    return (list.indexOf(lookup) + 1) * this.#waiting.size * this.#options.intervalMs;
  }

  #create(ask: Ask): Lookup {
    const lookup: Lookup = {
      ...ask,
      askers: new Set(),
      answer: Promise.withResolvers(),
      isStarted: false,
      abort: new AbortController(),
    };
    this.#lookups.set(ask.key, lookup);
    return lookup;
  }

  #register(signal: AbortSignal): Lookup[] {
    const list: Lookup[] = [];
    this.#waiting.set(signal, list);
    if (!this.#jobs.has(signal)) {
      this.#jobs.add(signal);
      signal.addEventListener("abort", () => this.#leave(signal), { once: true });
    }
    return list;
  }

  /** Ends the lookups that only this job wants. */
  #leave(signal: AbortSignal): void {
    this.#waiting.delete(signal);
    for (const lookup of [...this.#lookups.values()]) {
      if (!lookup.askers.delete(signal) || lookup.askers.size > 0) continue;
      lookup.abort.abort();
      this.#end(lookup, UNKNOWN);
    }
    this.#stopIfIdle();
  }

  #end(lookup: Lookup, answer: PlaceAnswer): void {
    lookup.answer.resolve(answer);
    // A job may have asked anew since all others had left.
    if (this.#lookups.get(lookup.key) === lookup) this.#lookups.delete(lookup.key);
  }

  /** Ends all lookups that wait. The others go on, but no job waits for them. */
  #giveUp(): void {
    for (const lookup of [...this.#lookups.values()]) {
      if (lookup.isStarted) lookup.answer.resolve(UNKNOWN);
      else this.#end(lookup, UNKNOWN);
    }
    this.#waiting.clear();
    this.#stopIfIdle();
  }

  #stopIfIdle(): void {
    if (this.#hasWaiting()) return;
    this.#idle.abort();
    this.#idle = new AbortController();
  }

  #hasWaiting(): boolean {
    return this.#waiting.values().some((list) => list.some(({ isStarted }) => !isStarted));
  }

  /** Starts lookups, one in each turn, until none waits. */
  async #drive(): Promise<void> {
    if (this.#isDriving) return;
    this.#isDriving = true;
    try {
      while (this.#hasWaiting()) {
        const { signal } = this.#idle;
        // With the turn in hand, the choice is as late as possible.
        await this.#options.turn(signal).catch((error) => {
          if (!signal.aborted) throw error;
        });
        const lookup = signal.aborted ? null : this.#next();
        if (lookup) this.#run(lookup);
        while (this.#running >= MAX_RUNNING) await this.#ended.promise;
      }
    } catch (error) {
      this.#faults.report("no turn to look up places", error);
      this.#giveUp();
    } finally {
      this.#isDriving = false;
    }
  }

  /** Takes the first lookup of the job whose turn it is. */
  #next(): Lookup | null {
    for (const [signal, list] of [...this.#waiting]) {
      this.#waiting.delete(signal);
      const index = list.findIndex(({ isStarted }) => !isStarted);
      if (index < 0) continue;
      const rest = list.slice(index + 1);
      if (rest.length > 0) this.#waiting.set(signal, rest);
      return list[index]!;
    }
    return null;
  }

  async #run(lookup: Lookup): Promise<void> {
    const { provider, clock, turn, keep, count } = this.#options;
    const { key, query, near, abort: { signal } } = lookup;
    lookup.isStarted = true;
    this.#running++;
    try {
      const options = { signal, clock, turn: () => turn(signal) };
      const answer = await provider.lookUp(query, near, options);
      this.#pause.succeeded();
      count(answer.outcome === "unknown" ? "unclear" : answer.outcome);
      lookup.answer.resolve(answer);
      await keep(key, answer).catch((error) => this.#faults.report("place not stored", error));
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    this.#end(lookup, UNKNOWN);
    this.#running--;
    this.#ended.resolve();
    this.#ended = Promise.withResolvers();
  }

  #fail(error: unknown): void {
    this.#options.count("failed");
    this.#pause.failed(error);
    this.#faults.report("place not looked up", error, { paused: this.isPaused });
    if (this.isPaused) this.#giveUp();
  }
}
