/**
 * The instances in KV: that each of them lives, and a bell that all of them hear.
 *
 * | key | value |
 * |---|---|
 * | `["instance", holder]` | the instance's heartbeat, one for all its jobs |
 * | `["bell"]` | its versionstamp changes when instances should look for work |
 * | `["wake", holder, id]` | what that job of the instance waits for may be there |
 *
 * Only the versionstamps mean something. Both outlive every job that they may concern.
 * @module
 */
import type { Clock } from "../clock.ts";

/** An instance as its heartbeat shows it. */
export interface InstanceHeartbeat {
  holder: string;
  /** Changes with each beat. */
  versionstamp: string;
}

export interface InstanceStoreOptions {
  clock: Clock;
  /** How long a job lives; heartbeats are kept twice as long. */
  ttlMs: number;
}

const BELL = ["bell"];

/** An instance that has not heard by then is dead, and its jobs are another's. */
const WAKE_MS = 600_000;

/** The instances that share one KV database. */
export class InstanceStore {
  readonly #kv: Deno.Kv;
  readonly #options: InstanceStoreOptions;

  constructor(kv: Deno.Kv, options: InstanceStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** Says that the instance is alive: one write, however many jobs it holds. */
  async beat(holder: string): Promise<void> {
    const commit = this.#kv.atomic();
    this.addBeat(commit, holder);
    await commit.commit();
  }

  /** Adds a heartbeat to a transaction. */
  addBeat(commit: Deno.AtomicOperation, holder: string): void {
    this.#touch(commit, instanceKey(holder));
  }

  /** The instances that have held jobs lately. */
  async list(): Promise<InstanceHeartbeat[]> {
    const found = [];
    for await (const { key, versionstamp } of this.#kv.list({ prefix: ["instance"] })) {
      found.push({ holder: String(key[1]), versionstamp });
    }
    return found;
  }

  /** Lets a transaction succeed only if the instance has not been heard of since `beat`. */
  checkSilent(commit: Deno.AtomicOperation, { holder, versionstamp }: InstanceHeartbeat): void {
    commit.check({ key: instanceKey(holder), versionstamp });
  }

  /** Forgets an instance that holds nothing and has not been heard of since `beat`. */
  async forget(beat: InstanceHeartbeat): Promise<void> {
    const commit = this.#kv.atomic();
    this.checkSilent(commit, beat);
    await commit.delete(instanceKey(beat.holder)).commit();
  }

  /** Adds a ring of the bell to a transaction. */
  addRing(commit: Deno.AtomicOperation): void {
    this.#touch(commit, BELL);
  }

  /**
   * The last ring of the bell: another value, another ring. Asking is one small read, so it can be
   * done often; on Deno Deploy it is answered nearby, and may be late.
   */
  async lastRing(): Promise<string | null> {
    return (await this.#kv.get(BELL, { consistency: "eventual" })).versionstamp;
  }

  /** Adds to a transaction that an instance shall look after one of its jobs, and rings the bell. */
  addWake(commit: Deno.AtomicOperation, { holder, id }: { holder: string; id: string }): void {
    commit.set(["wake", holder, id], {}, { expireIn: WAKE_MS });
    this.addRing(commit);
  }

  /** The jobs that an instance shall look after; each is told once. */
  async takeWakes(holder: string): Promise<string[]> {
    const found = [];
    for await (const { key } of this.#kv.list({ prefix: ["wake", holder] })) {
      found.push(String(key[2]));
      await this.#kv.atomic().delete(key).commit();
    }
    return found;
  }

  #touch(commit: Deno.AtomicOperation, key: Deno.KvKey): void {
    const { clock, ttlMs } = this.#options;
    // The time is for people who look; instances go by the versionstamp.
    commit.set(key, { at: clock.now() }, { expireIn: 2 * ttlMs });
  }
}

function instanceKey(holder: string): Deno.KvKey {
  return ["instance", holder];
}
