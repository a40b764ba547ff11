/**
 * The health of an instance and of what it depends on, for operators. It calls no model.
 * @module
 */
import { type Clock, withDeadline } from "../../lib/clock.ts";
import type { FailureCode } from "../../lib/job/failure.ts";
import type { Breaker, ModelCall } from "../../lib/store/breaker.ts";
import { type BreakerReach, type BreakerState, reachOf } from "../../lib/store/breaker_state.ts";
import type { InstanceStore } from "../../lib/store/instance_store.ts";
import type { StorageReport, StorageSpace } from "../../lib/store/storage_space.ts";
import type { Slots } from "./slots.ts";

/** A database that takes longer does not respond. */
const READ_MS = 2_000;

/** A breaker, and the last call of the model, of one kind of job. */
export interface KindHealth {
  kind: string;
  /** `half_open`: one call tests whether the model has recovered. */
  breaker: "closed" | "open" | "half_open";
  /** When the breaker lets the next call through, in epoch milliseconds; `null`: it is closed. */
  openUntil: number | null;
  /** The failure that opened the breaker. */
  openedBy: FailureCode | null;
  /** Which jobs it holds back; `null`: it is closed. */
  holdsBack: BreakerReach | null;
  /** The last call that this instance has made; `null`: none since its start. */
  lastCall: ModelCall | null;
}

/** An instance that answers, or that has held jobs recently. */
export interface InstanceHealth {
  id: string;
  isAlive: boolean;
  /** Epoch milliseconds by its own clock; `null`: none, because it has held no job yet. */
  heartbeatAt: number | null;
}

/** What needs the database is `null` if that does not respond. */
export interface HealthReport {
  storage: StorageReport;
  /** How long a read of the database took, in milliseconds. */
  databaseMs: number | null;
  /** How many jobs this instance works on. */
  running: number;
  kinds: KindHealth[] | null;
  instances: InstanceHealth[] | null;
}

/** Returns the state of a breaker in a word. */
export function stateOf(state: BreakerState | null, now: number): KindHealth["breaker"] {
  if (state === null) return "closed";
  return state.probe === null && state.openUntil > now ? "open" : "half_open";
}

export interface HealthOptions {
  holder: string;
  /** The names of the kinds that call a model. */
  kinds: readonly string[];
  ping: () => Promise<void>;
  slots: Slots;
  storage: StorageSpace;
  breaker: Breaker;
  instances: InstanceStore;
  clock: Clock;
  leaseMs: number;
}

/** Reads the health of one instance. */
export class Health {
  readonly #options: HealthOptions;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Returns the report, after two seconds at most. Never rejects. */
  async read(): Promise<HealthReport> {
    const { storage, slots } = this.#options;
    const [databaseMs, kinds, instances] = await Promise.all([
      this.inTime(() => this.#measurePing()),
      this.inTime(() => this.readKinds()),
      this.inTime(() => this.readInstances()),
    ]);
    return { storage: storage.report, databaseMs, running: slots.size, kinds, instances };
  }

  /** Reads something. Returns `null` if that fails or the database does not respond in time. */
  async inTime<T>(read: () => Promise<T>): Promise<T | null> {
    return await withDeadline(read, { ms: READ_MS, clock: this.#options.clock }).catch(() => null);
  }

  async #measurePing(): Promise<number> {
    const { ping, clock } = this.#options;
    const startedAt = clock.now();
    await ping();
    return clock.now() - startedAt;
  }

  /** Reads the breakers. */
  async readKinds(): Promise<KindHealth[]> {
    const { kinds, breaker, clock } = this.#options;
    return await Promise.all(kinds.map(async (kind) => {
      const state = await breaker.read(kind);
      return {
        kind,
        breaker: stateOf(state, clock.now()),
        openUntil: state?.openUntil ?? null,
        openedBy: state?.failure.code ?? null,
        holdsBack: state && reachOf(state),
        lastCall: breaker.lastCall(kind),
      };
    }));
  }

  /** Lists the instances that answer or have held jobs recently. */
  async readInstances(): Promise<InstanceHealth[]> {
    const { instances, holder, clock, leaseMs } = this.#options;
    const beats = new Map((await instances.list()).map((beat) => [beat.holder, beat.at]));
    // An instance without jobs may have no heartbeat, but this one certainly lives.
    if (!beats.has(holder)) beats.set(holder, null);
    return [...beats].map(([id, at]) => ({
      id,
      // The clocks of machines differ, so this is only for people.
      isAlive: id === holder || (at !== null && Math.abs(clock.now() - at) < leaseMs),
      heartbeatAt: at,
    }));
  }
}
