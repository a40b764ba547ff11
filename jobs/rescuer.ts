/**
 * Finds instances that have died and puts their jobs back into the queue.
 *
 * Whether an instance lives is seen from its heartbeat changing, by the observer's own clock: two
 * machines' clocks are not compared, unless they are so far apart that no drift explains it.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../lib/clock.ts";
import type { InstanceHeartbeat, JobStore } from "../lib/job_store.ts";

export interface RescuerOptions {
  store: JobStore;
  clock: Clock;
  /** An instance that is silent for this long has lost its jobs. */
  leaseMs: number;
}

/**
 * A heartbeat that says it is this much older than the lease is dead at first sight: an instance
 * that lives for seconds only (as on Deno Deploy) never sees one stay still for a whole lease.
 */
const CLOCK_DRIFT_MS = 60_000;

interface Sighting {
  versionstamp: string;
  /** When this heartbeat was first seen, by our clock. */
  since: number;
}

const log = getLogger(["tripwright", "rescuer"]);

export class Rescuer {
  readonly #options: RescuerOptions;
  #seen = new Map<string, Sighting>();

  constructor(options: RescuerOptions) {
    this.#options = options;
  }

  /**
   * Looks at every instance once; reads the jobs of dead ones only.
   *
   * @param except an instance that is known to live, however old its heartbeat: this one, when the
   * machine has slept
   */
  async run(except?: string): Promise<void> {
    const { store } = this.#options;
    const instances = (await store.instances()).filter(({ holder }) => holder !== except);
    const seen = new Map(instances.map((beat) => [beat.holder, this.#sighting(beat)]));
    this.#seen = seen;
    for (const beat of instances) {
      if (this.#isDead(beat, seen.get(beat.holder)!)) await this.#rescueJobsOf(beat);
    }
  }

  #sighting(beat: InstanceHeartbeat): Sighting {
    const last = this.#seen.get(beat.holder);
    if (last?.versionstamp === beat.versionstamp) return last;
    return { versionstamp: beat.versionstamp, since: this.#options.clock.now() };
  }

  #isDead(beat: InstanceHeartbeat, { since }: Sighting): boolean {
    const { clock, leaseMs } = this.#options;
    const now = clock.now();
    return now - since >= leaseMs || now - beat.beatAt >= leaseMs + CLOCK_DRIFT_MS;
  }

  async #rescueJobsOf(beat: InstanceHeartbeat): Promise<void> {
    const { store } = this.#options;
    for (const id of await store.heldBy(beat.holder)) {
      const job = await store.rescue(id, beat.holder, beat);
      if (job) log.warning("rescued", { jobId: id, attempt: job.attempt, state: job.state });
    }
    await store.forget(beat);
  }
}
