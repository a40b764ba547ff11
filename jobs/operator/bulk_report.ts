/**
 * Reads what a bulk job has done so far, from the steps that it stores.
 * @module
 */
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import {
  addTotals,
  BULK_VERSION,
  noTotals,
  type PlannedJob,
  PlannedPage,
  type ProcessedJob,
  ProcessedPage,
  stepNames,
  type Totals,
} from "../kinds/bulk/pages.ts";

/** A job of a page. `outcome` is `null`: the bulk job has not acted on it. */
export type ReportedJob = PlannedJob & {
  outcome: ProcessedJob["outcome"] | null;
  reason: ProcessedJob["reason"];
};

/** A page of the jobs of a bulk job. */
export interface ReportedPage {
  jobs: ReportedJob[];
  /** The number of the next page; `null`: this is the last one so far. */
  next: number | null;
}

/** What a bulk job has done. */
export interface BulkSummary {
  totals: Totals;
  /** How many pages it has begun. */
  pages: number;
}

export interface BulkReportOptions {
  store: Pick<JobStore, "read" | "checkpoints">;
}

/** Reads the work of bulk jobs. */
export class BulkReport {
  readonly #store: BulkReportOptions["store"];

  constructor({ store }: BulkReportOptions) {
    this.#store = store;
  }

  /** Returns how many jobs a bulk job has handled. */
  async summarize(job: JobRecord): Promise<BulkSummary> {
    const names = new Set((await this.#store.checkpoints.steps(job.id)).map(({ name }) => name));
    let pages = 0;
    while (names.has(stepNames.planned(pages + 1))) pages++;
    const isProcessed = names.has(stepNames.processed(pages));
    const last = await this.#processed(job.id, isProcessed ? pages : pages - 1);
    const totals = last?.totals ?? noTotals();
    // The page at which it was stopped, or was killed for the last time.
    if (isProcessed || pages === 0 || !isEnded(job)) return { totals, pages };
    const { jobs } = await this.page(job, pages) ?? { jobs: [] };
    const done = jobs.flatMap(({ outcome, ...rest }) => outcome ? [{ ...rest, outcome }] : []);
    return { totals: addTotals(totals, done), pages };
  }

  /**
   * Returns a page of the jobs on which a bulk job acts.
   *
   * @param page counted from 1
   * @returns `null` if there is no such page yet
   */
  async page(job: JobRecord, page: number): Promise<ReportedPage | null> {
    const planned = await this.planned(job.id, page);
    if (!planned) return null;
    const processed = await this.#processed(job.id, page);
    const jobs = processed?.jobs ??
      await Promise.all(planned.jobs.map((planned) => this.#inspect(planned, job)));
    const hasNext = await this.planned(job.id, page + 1) !== null;
    return { jobs, next: hasNext ? page + 1 : null };
  }

  /** Returns the jobs that a bulk job has chosen for a page; `null` if there is no such page yet. */
  async planned(id: string, page: number): Promise<PlannedPage | null> {
    const output = await this.#output(id, stepNames.planned(page));
    return PlannedPage.safeParse(output).data ?? null;
  }

  async #processed(id: string, page: number): Promise<ProcessedPage | null> {
    const output = await this.#output(id, stepNames.processed(page));
    return ProcessedPage.safeParse(output).data ?? null;
  }

  async #output(id: string, name: string): Promise<unknown> {
    const step = { promptVersion: BULK_VERSION, name };
    return await this.#store.checkpoints.readOutput(id, step);
  }

  /** Looks whether a bulk job that did not finish the page has acted on a job. */
  async #inspect({ id, newId }: PlannedJob, bulkJob: JobRecord): Promise<ReportedJob> {
    const snapshot = await this.#store.read(newId ?? id);
    const job = snapshot?.job;
    const isDone = newId === null
      ? job?.state === "canceled" && job.finishedAt >= bulkJob.createdAt
      : job !== undefined;
    return { id, newId, outcome: isDone ? "done" : null, reason: null };
  }
}
