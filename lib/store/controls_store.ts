/**
 * What operators have paused: the intake of new jobs, or the work on a kind of job. All instances
 * share it.
 *
 * | key | value |
 * |---|---|
 * | `["controls"]` | what operators have paused (`Controls`); it never expires; no key: nothing |
 *
 * Each change rings the bell. Every instance reads the key when it hears the bell, and with each
 * sweep, in case it has missed a ring. In between it decides from memory.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { AtomicOperation, Kv } from "../platform/kv.ts";

export const Controls = z.object({
  /** Whether the service accepts new jobs. */
  intake: z.enum(["open", "paused"]),
  /** The paused kinds. Workers claim none of their jobs. */
  kinds: z.record(z.string(), z.literal("paused")),
  /** The name of the operator who made the last change. */
  by: z.string(),
  /** The time of the last change, in epoch milliseconds. */
  at: z.number(),
  /** What travelers read while the intake is paused. */
  note: z.string().nullable().default(null),
});
export type Controls = z.infer<typeof Controls>;

/** What an operator pauses or resumes. */
export interface ControlChange {
  /** The name of a kind, or all new jobs. */
  what: { intake: true } | { kind: string };
  isPaused: boolean;
  /** For travelers, while the intake is paused. */
  note?: string | null | undefined;
  /** The name of the operator. */
  by: string;
}

export interface ControlsStoreOptions {
  clock: Clock;
  /** Adds a ring of the bell to a commit. */
  ring: (commit: AtomicOperation) => void;
}

const KEY = ["controls"];

const NOTHING_PAUSED: Controls = { intake: "open", kinds: {}, by: "", at: 0, note: null };

const log = getLogger(["tripwright", "store"]);

/** The controls of one KV database, as this instance has read them last. */
export class ControlsStore {
  readonly #kv: Kv;
  readonly #options: ControlsStoreOptions;
  #current: Controls | undefined;

  constructor(kv: Kv, options: ControlsStoreOptions) {
    this.#kv = kv;
    this.#options = options;
  }

  /** What is paused, as far as this instance knows. */
  get current(): Controls {
    return this.#current ?? NOTHING_PAUSED;
  }

  /** Whether the service accepts no new jobs. */
  get isIntakePaused(): boolean {
    return this.current.intake === "paused";
  }

  /** Returns whether workers must not claim jobs of this kind. */
  isPaused(kind: string): boolean {
    return Object.hasOwn(this.current.kinds, kind);
  }

  /** Reads the controls if this instance has not read them yet. Later calls cost nothing. */
  async ready(): Promise<void> {
    if (!this.#current) await this.read();
  }

  /** Reads and remembers the controls. */
  async read(): Promise<Controls> {
    return this.#remember((await this.#kv.get(KEY)).value);
  }

  /** Pauses or resumes, for all instances. Returns the controls after the change. */
  async change(change: ControlChange): Promise<Controls> {
    for (;;) {
      const entry = await this.#kv.get(KEY);
      const next = changed(this.#remember(entry.value), change, this.#options.clock.now());
      const commit = this.#kv.atomic().check(entry).set(KEY, next);
      this.#options.ring(commit);
      // A conflict means that another operator was faster. The next round keeps that change.
      if (await this.#isSaved(commit, next)) return this.#current = next;
    }
  }

  async #isSaved(commit: AtomicOperation, controls: Controls): Promise<boolean> {
    try {
      return (await commit.commit()).ok;
    } catch (error) {
      // Perhaps only the answer was lost.
      if (isDeepStrictEqual((await this.#kv.get(KEY)).value, controls)) return true;
      throw error;
    }
  }

  #remember(value: unknown): Controls {
    const { data, error } = Controls.safeParse(value ?? NOTHING_PAUSED);
    // A newer version wrote it. What this instance knew is the better guess than nothing.
    if (error) log.error("controls not readable", { error: error.message });
    return this.#current = data ?? this.current;
  }
}

/** Returns the controls after a change. */
function changed(
  controls: Controls,
  { what, isPaused, note = null, by }: ControlChange,
  now: number,
): Controls {
  if ("intake" in what) {
    const intake = isPaused ? "paused" : "open";
    return { ...controls, intake, note: isPaused ? note : null, by, at: now };
  }
  const { [what.kind]: _, ...others } = controls.kinds;
  const kinds: Controls["kinds"] = isPaused ? { ...others, [what.kind]: "paused" } : others;
  return { ...controls, kinds, by, at: now };
}
