/**
 * What operators pause, resume and close, and the instances that they see. Each change is in the
 * audit.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { describeError } from "../../lib/log.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { ControlsStore } from "../../lib/store/controls_store.ts";
import type { PresentInstance } from "../../lib/store/history_store.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import type { Health, InstanceHealth, KindHealth } from "../engine/health.ts";
import type { Actor, Audit } from "./audit.ts";

/** The name of all new jobs, beside the names of kinds. No kind may have it. */
export const INTAKE = "intake";

export interface OperatorControlsOptions {
  controls: ControlsStore;
  breaker: Breaker;
  store: Pick<JobStore, "index" | "endPause">;
  health: Pick<Health, "readKinds" | "readInstances" | "inTime">;
  /** Lists the instances that report once a minute. */
  readPresent: () => Promise<PresentInstance[]>;
  audit: Audit;
  /** The names of the kinds that operators pause. */
  kinds: readonly string[];
  /** Starts due jobs on this instance. Never rejects. */
  sweep: () => Promise<void>;
}

/** What is paused, and the breakers. */
export interface ControlsReport {
  intake: "open" | "paused";
  /** What travelers read while the intake is paused. */
  note: string | null;
  /** The last change; `null`: there was none. `at`: in epoch milliseconds. */
  changed: { by: string; at: number } | null;
  kinds: KindControls[];
}

/** The controls of one kind. */
export interface KindControls extends KindHealth {
  isPaused: boolean;
}

/** An instance, and the jobs that it holds. */
export interface InstanceReport extends InstanceHealth {
  /** The first jobs that it holds, by id. */
  jobs: string[];
  /** Whether it holds more. */
  hasMore: boolean;
  /** What it has reported of itself; `null`: nothing within three minutes. */
  presence: PresentInstance | null;
}

/** How many jobs of an instance a report names. `WORKER_CONCURRENCY` is 32 by default. */
const NAMED_JOBS = 100;

/** How many waiting jobs the closing of a breaker makes due. Later ones start at their own time. */
const ENDED_PAUSES = 1_000;

const log = getLogger(["tripwright", "controls"]);

/** The controls of one database, for operators. */
export class OperatorControls {
  readonly #options: OperatorControlsOptions;

  constructor(options: OperatorControlsOptions) {
    this.#options = options;
  }

  /** The names that {@link pause} takes: all new jobs, and the kinds. */
  get names(): readonly string[] {
    return [INTAKE, ...this.#options.kinds];
  }

  /**
   * Reads all, after two seconds at most. Never rejects: what the database does not tell in time is
   * `null`.
   */
  async readInTime(): Promise<{
    controls: ControlsReport | null;
    instances: InstanceReport[] | null;
  }> {
    const { health } = this.#options;
    const [controls, instances] = await Promise.all([
      health.inTime(() => this.read()),
      health.inTime(() => this.instances()),
    ]);
    return { controls, instances };
  }

  /** Reads what is paused, and the breakers. */
  async read(): Promise<ControlsReport> {
    const { controls, health } = this.#options;
    const [{ intake, note, kinds, by, at }, breakers] = await Promise.all([
      controls.read(),
      health.readKinds(),
    ]);
    return {
      intake,
      note,
      changed: at === 0 ? null : { by, at },
      kinds: breakers.map((health) => ({
        ...health,
        isPaused: Object.hasOwn(kinds, health.kind),
      })),
    };
  }

  /**
   * Pauses the intake of new jobs, or the jobs of a kind, on all instances.
   *
   * @param what {@link INTAKE} or the name of a kind
   * @param note what travelers read while the intake is paused. The audit does not contain it.
   */
  async pause(
    actor: Actor,
    { what, note = null }: { what: string; note?: string | null | undefined },
  ): Promise<void> {
    await this.#change(actor, { what, isPaused: true, note });
  }

  /** Resumes what {@link pause} has paused. Waiting jobs start at once, on all instances. */
  async resume(actor: Actor, what: string): Promise<void> {
    await this.#change(actor, { what, isPaused: false, note: null });
    await this.#options.sweep();
  }

  async #change(
    actor: Actor,
    { what, isPaused, note }: { what: string; isPaused: boolean; note: string | null },
  ): Promise<void> {
    const { controls, audit } = this.#options;
    const isIntake = what === INTAKE;
    const verb = isPaused ? "pause" : "resume";
    const action = isIntake ? `intake.${verb}` as const : `kind.${verb}` as const;
    const target = isIntake ? null : what;
    await audit.record(actor, { action, target }, () =>
      controls.change({
        what: isIntake ? { intake: true } : { kind: what },
        isPaused,
        note,
        by: actor.name,
      }));
  }

  /**
   * Closes the breaker of a kind on all instances. The jobs that wait for it start at once, also
   * jobs that it has put back for later.
   *
   * @returns whether it was open for any job
   */
  async closeBreaker(actor: Actor, kind: string): Promise<boolean> {
    const { breaker, audit, sweep } = this.#options;
    const wasOpen = await audit.record(
      actor,
      { action: "breaker.close", target: kind },
      async (note) => {
        // First: the ring of the breaker then starts them on the other instances too.
        note({ jobsDue: await this.#endPauses(kind) });
        return await breaker.closeNow(kind);
      },
    );
    await sweep();
    return wasOpen;
  }

  /** Makes the jobs due that the breaker has put back for later. Returns their number. */
  async #endPauses(kind: string): Promise<number> {
    const { store } = this.#options;
    let ended = 0;
    for (const id of await store.index.dueLater(kind, { limit: ENDED_PAUSES })) {
      try {
        if (await store.endPause(id)) ended++;
      } catch (error) {
        // One damaged record must not keep the others waiting.
        log.warning("pause not ended", { jobId: id, error: describeError(error) });
      }
    }
    return ended;
  }

  /** Lists the instances that run or have lately held jobs, with the jobs that they hold. */
  async instances(): Promise<InstanceReport[]> {
    const { health, store, readPresent } = this.#options;
    const [holders, present] = await Promise.all([health.readInstances(), readPresent()]);
    const known = new Set(holders.map(({ id }) => id));
    const idle = present.filter(({ holder }) => !known.has(holder))
      .map(({ holder }) => ({ id: holder, isAlive: true, heartbeatAt: null }));
    return await Promise.all([...holders, ...idle].map(async (instance) => {
      const held = await store.index.heldBy(instance.id, { limit: NAMED_JOBS + 1 });
      const jobs = held.slice(0, NAMED_JOBS).map(({ id }) => id);
      const presence = present.find(({ holder }) => holder === instance.id) ?? null;
      // An instance without jobs renews no heartbeat.
      const isAlive = instance.isAlive || (held.length === 0 && presence !== null);
      return { ...instance, isAlive, jobs, hasMore: held.length > NAMED_JOBS, presence };
    }));
  }
}
