/**
 * Identical jobs in flight: the leader calls the model, the followers wait and take over its plan
 * or failure.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { JobCommit } from "./job_commit.ts";
import { parseReadableJob } from "./job_entry.ts";
import { keys } from "./job_keys.ts";
import type { JobRecord, QueuedJob, RunningJob } from "../job/job_record.ts";
import type { Progress } from "../job/progress.ts";
import { decodeProgress } from "./progress_codec.ts";
import type { Kv, KvEntryMaybe } from "../platform/kv.ts";

/** The leader among jobs with the same `dedupeKey`. */
const InFlight = z.object({
  leader: z.string(),
  /**
   * The previous leader that ended with a plan or a failure. The jobs that waited for it still
   * follow it. Otherwise they could wait for one new leader after another, and never start.
   */
  ended: z.object({ id: z.string(), finishedAt: z.number() }).nullable(),
});
type InFlight = z.infer<typeof InFlight>;

/** The role of a due job among identical jobs. */
export type DedupeRole =
  | { next: "generate" }
  | LeaderRole
  | { next: "follow"; leader: string }
  | { next: "wait" };

/** The role of the leader. The commit that claims it replaces the entry `found`. */
export interface LeaderRole {
  next: "lead";
  found: KvEntryMaybe<unknown>;
  ended: InFlight["ended"];
}

/** The leaders and followers of one KV database. */
export class InFlightStore {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /** Returns the role of a due job among identical jobs. */
  async dedupeRoleOf({ id, dedupeKey, createdAt }: QueuedJob): Promise<DedupeRole> {
    if (dedupeKey === null) return { next: "generate" };
    const found = await this.#kv.get(keys.inFlight(dedupeKey));
    const inFlight = InFlight.safeParse(found.value).data;
    const ended = inFlight?.ended ?? null;
    if (!inFlight || inFlight.leader === id) return { next: "lead", found, ended };
    if (ended && ended.finishedAt >= createdAt) return { next: "follow", leader: ended.id };
    const leader = this.#parse(await this.#kv.get(keys.job(inFlight.leader)));
    if (leader?.state === "queued" || leader?.state === "running") return { next: "wait" };
    if (!leader || leader.state === "canceled") return { next: "lead", found, ended };
    const { finishedAt } = leader;
    // A request after the leader has ended gets a new plan.
    return finishedAt >= createdAt
      ? { next: "follow", leader: leader.id }
      : { next: "lead", found, ended: { id: leader.id, finishedAt } };
  }

  /**
   * Makes a job the leader in the commit that claims it. The commit fails if there is a new leader.
   */
  addLeader(commit: JobCommit, { found, ended, job }: LeaderRole & { job: RunningJob }): void {
    const inFlight: InFlight = { leader: job.id, ended };
    commit.check(found).put(found.key, inFlight, job);
  }

  /** Returns the progress of the running leader of a waiting job, or `null` if there is none. */
  async progressOfLeader(
    { id, state, dedupeKey }: JobRecord,
  ): Promise<{ progress: Progress; version: string } | null> {
    if (state !== "queued" || dedupeKey === null) return null;
    const found = await this.#kv.get(keys.inFlight(dedupeKey));
    const leaderId = InFlight.safeParse(found.value).data?.leader ?? id;
    if (leaderId === id) return null;
    const [record, progress] = await this.#kv.getMany([
      keys.job(leaderId),
      keys.progress(leaderId),
    ]);
    if (this.#parse(record)?.state !== "running") return null;
    // The leader pays, so the follower shows no usage.
    return {
      progress: { ...decodeProgress(progress.value), usage: null },
      version: `${record.versionstamp}-${progress.versionstamp ?? ""}`,
    };
  }

  #parse(entry: KvEntryMaybe<unknown>): JobRecord | null {
    return parseReadableJob(entry, this.#clock.now());
  }
}
