/**
 * Connects bulk jobs to the engine: what they list, replay and cancel.
 * @module
 */
import { newJobId } from "../../lib/job/job_id.ts";
import { UnreadableJobError } from "../../lib/store/job_entry.ts";
import type { BulkTurns } from "../../lib/store/bulk_turns.ts";
import type { JobQuery } from "../../lib/store/job_listing.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import type { Admission } from "../engine/admission.ts";
import type { JobService } from "../engine/job_service.ts";
import type { BulkOptions } from "../kinds/bulk/kind.ts";
import type { Outcome } from "../kinds/bulk/pages.ts";
import { type JobFilter, queryOf } from "./job_filter.ts";
import { BulkReport } from "./bulk_report.ts";

/** Which part of the queue replays may fill. The rest is for new jobs. */
const QUEUE_SHARE = 1 / 2;

export interface BulkAccessOptions {
  store: JobStore;
  turns: BulkTurns;
  admission: Pick<Admission, "roomIn">;
  /** The service is created after the kinds of job. */
  jobs: () => JobService;
  /** The names of the kinds on which bulk jobs act. */
  kinds: ReadonlySet<string>;
}

/** Returns what bulk jobs need of the engine. */
export function bulkAccess(
  { store, turns, admission, jobs, kinds }: BulkAccessOptions,
): BulkOptions {
  const report = new BulkReport({ store });
  return {
    async list(filter, { before, ...page }) {
      const { jobs, cursor } = await store.listing.page(queryBefore(filter, before), page);
      return { jobs: jobs.filter(({ kind }) => kinds.has(kind)), cursor };
    },
    replay: (id, options) =>
      unlessUnreadable(async () => {
        const replay = await jobs().replayAs(id, options);
        if (!replay) return { outcome: "skipped", reason: "expired" };
        const isOurs = replay.job.id === options.newId;
        return isOurs ? { outcome: "done" } : { outcome: "skipped", reason: "already_replayed" };
      }),
    cancel: (id, { unlessStarted }) =>
      unlessUnreadable(async () => {
        const result = await jobs().cancelById(id, { unlessStarted });
        if (result === "canceled") return { outcome: "done" };
        if (result === "started") return { outcome: "skipped", reason: "started" };
        const job = (await store.read(id))?.job;
        // By this bulk job, before a crash.
        if (job?.state === "canceled") return { outcome: "done" };
        return { outcome: "skipped", reason: job ? "ended" : "expired" };
      }),
    plannedBy: (id, page) => report.planned(id, page),
    takeTurn: (sort, id) => turns.take(sort, id),
    room: () => admission.roomIn(QUEUE_SHARE),
    hasSpace: () => jobs().acceptsJobs,
    newId: newJobId,
  };
}

/** Returns a filter as the store takes it, for jobs that were created before a time. */
export function queryBefore(filter: JobFilter, before: number): JobQuery {
  const query = queryOf(filter, before);
  return { ...query, until: Math.min(query.until ?? Infinity, before) };
}

async function unlessUnreadable(act: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UnreadableJobError)) throw error;
    return { outcome: "failed", reason: "unreadable" };
  }
}
