/**
 * A follower takes over the plan or failure of its leader, an identical job that has ended.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { BlobUnreadableError } from "../../lib/store/blob.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { persist } from "../../lib/store/persist.ts";
import { tokensOf } from "../../lib/usage.ts";
import type { JobKind } from "../kind.ts";
import type { Ended } from "./outcome.ts";

export interface FollowerOptions {
  store: JobStore;
  clock: Clock;
  /** The kinds by name. */
  kinds: ReadonlyMap<string, JobKind>;
}

const log = getLogger(["tripwright", "job"]);

/**
 * Takes over the plan or failure of the job `lease.follows`. Never rejects.
 *
 * @returns `null` if the job must generate its own plan: it has no leader, or the leader has
 * neither a plan nor a failure
 */
export async function follow(
  lease: Lease,
  options: FollowerOptions,
): Promise<{ ended: Ended; savedTokens: number } | null> {
  const { job: { id: jobId, kind, attempt }, follows } = lease;
  if (follows === undefined) return null;
  const ids = { jobId, kind, attempt, follows };
  try {
    const leader = await readLeader(follows, options);
    const ended = leader && endOf(leader, options);
    if (!ended) {
      log.warning("leader not usable", ids);
      return null;
    }
    log.info("followed", ids);
    await showProgress(lease, leader, options);
    return { ended, savedTokens: tokensSpent(leader.job) };
  } catch (error) {
    return { ended: { error }, savedTokens: 0 };
  }
}

/**
 * Reads the leader. Returns `null` if it is gone, or unreadable, because a retry would not help.
 */
async function readLeader(
  id: string,
  { store, clock }: FollowerOptions,
): Promise<JobSnapshot | null> {
  return await persist(() => store.read(id).catch(ignoreUnreadable), clock);
}

function ignoreUnreadable(error: unknown): null {
  if (error instanceof UnreadableJobError || error instanceof BlobUnreadableError) return null;
  throw error;
}

function endOf({ job, result }: JobSnapshot, { kinds }: FollowerOptions): Ended | null {
  if (job.state === "failed") return { failure: job.failure };
  if (job.state !== "succeeded") return null;
  const checked = kinds.get(job.kind)?.result.safeParse(result);
  if (!checked?.success) return null;
  const { source, promptVersion } = job;
  return { plan: { result: checked.data, source, promptVersion } };
}

function tokensSpent(job: JobRecord): number {
  return "usage" in job && job.usage ? tokensOf(job.usage) : 0;
}

/** Copies the leader's progress, so that the reasoning that clients saw stays visible. */
async function showProgress(
  lease: Lease,
  { progress }: JobSnapshot,
  { store, clock }: FollowerOptions,
): Promise<void> {
  await persist(() => store.checkpoints.report(lease, { ...progress, usage: null }), clock);
}
