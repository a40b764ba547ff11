/**
 * Cancels background responses for which no job waits, and deletes them at the provider once their
 * job has ended. Both are best effort: no job waits for them, and none fails with them. A deletion
 * that has failed is repeated once an hour, until the job expires.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import pLimit from "p-limit";
import { describeError } from "../../lib/log.ts";
import type { Model } from "../../lib/model/model.ts";
import type { CheckpointStore } from "../../lib/store/checkpoint_store.ts";
import type { StoredResponse, StoredResponses } from "../../lib/store/stored_responses.ts";

/** The part of a model that ends responses. */
export type ResponseEnder = Pick<Model, "cancel" | "delete">;

export interface ResponseCleanerOptions {
  checkpoints: Pick<CheckpointStore, "openResponse" | "storedResponses">;
  /** The responses of ended jobs. Unset: failed deletions are not repeated. */
  leftovers?: StoredResponses;
  /** Returns the model that has begun the responses. */
  model: () => ResponseEnder;
  /** Whether the provider stores responses, so that there may be some to delete. */
  deletes: boolean;
}

/** Deletions at the same time, of all jobs: they must not delay model calls. */
const MAX_DELETIONS = 4;

/** While the provider hangs, more jobs than this may end. Their responses stay at the provider. */
const MAX_WAITING_JOBS = 1_000;

/**
 * After this many failures the provider may be out of reach, so the sweep ends. The next one begins
 * after them.
 */
const MAX_SWEEP_FAILURES = 20;

const log = getLogger(["tripwright", "job"]);

/** Cleans up at the provider after jobs that have ended. */
export class ResponseCleaner {
  readonly #options: ResponseCleanerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #limit = pLimit(MAX_DELETIONS);

  constructor(options: ResponseCleanerOptions) {
    this.#options = options;
  }

  /**
   * Starts to clean up after a job that has ended.
   *
   * @param options `hasPlan`: whether the model has written its plan. If not, a response may run.
   */
  cleanUpAfter(jobId: string, { hasPlan }: { hasPlan: boolean }): void {
    if (hasPlan && !this.#options.deletes) return;
    this.#track(this.#cleanUp(jobId, hasPlan));
  }

  /**
   * Starts to repeat failed deletions, if it is time for that. Does not wait for it.
   *
   * @param signal ends the work
   */
  sweep(signal: AbortSignal): void {
    const { deletes, leftovers } = this.#options;
    if (deletes && leftovers) this.#track(this.#sweep(leftovers, signal));
  }

  /** @param work never rejects */
  #track(work: Promise<void>): void {
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }

  /** Resolves when no work is running. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #cleanUp(jobId: string, hasPlan: boolean): Promise<void> {
    try {
      if (!hasPlan) await this.#cancel(jobId);
      if (!this.#options.deletes) return;
      if (this.#limit.pendingCount >= MAX_WAITING_JOBS) throw new Error("too many jobs wait");
      await this.#limit(() => this.#delete(jobId));
    } catch (error) {
      log.warning("responses not cleaned up", { jobId, error: describeError(error) });
    }
  }

  async #cancel(jobId: string): Promise<void> {
    const { checkpoints, model } = this.#options;
    const responseId = await checkpoints.openResponse(jobId);
    if (responseId === null) return;
    if (await tryCancel(model(), responseId, { jobId })) log.info("response canceled", { jobId });
  }

  async #delete(jobId: string): Promise<void> {
    const ids = await this.#options.checkpoints.storedResponses(jobId);
    let deleted = 0;
    for (const responseId of ids) deleted += Number(await this.#deleteOne({ jobId, responseId }));
    if (deleted > 0) log.debug("responses deleted", { jobId, count: deleted });
  }

  /** Deletes a response. If that fails, its entry stays, and a sweep deletes it later. */
  async #deleteOne({ jobId, responseId }: StoredResponse): Promise<boolean> {
    const { leftovers, model } = this.#options;
    if (!await tryDelete(model(), responseId, { jobId })) return false;
    await leftovers?.forget({ jobId, responseId });
    return true;
  }

  async #sweep(leftovers: StoredResponses, signal: AbortSignal): Promise<void> {
    let [deleted, failed] = [0, 0];
    try {
      const sweep = await leftovers.claimSweep();
      if (sweep === null) return;
      for await (const response of leftovers.ofEndedJobs(sweep)) {
        if (signal.aborted) break;
        if (await this.#limit(() => this.#deleteOne(response))) deleted++;
        else if (++failed >= MAX_SWEEP_FAILURES) {
          await leftovers.endSweep(sweep, response);
          break;
        }
      }
    } catch (error) {
      log.warning("responses not swept", { error: describeError(error) });
    }
    if (deleted + failed > 0) log.info("responses swept", { deleted, failed });
  }
}

/**
 * Cancels and deletes one response of a job that continues without it. Never rejects, because a
 * response that stays costs money but does no harm.
 *
 * @param ids the members that identify the job in the log
 */
export async function endResponse(
  model: ResponseEnder,
  responseId: string,
  ids: Record<string, unknown>,
): Promise<void> {
  await tryCancel(model, responseId, ids);
  await tryDelete(model, responseId, ids);
}

async function tryCancel(
  model: ResponseEnder,
  responseId: string,
  ids: Record<string, unknown>,
): Promise<boolean> {
  try {
    await model.cancel(responseId);
    return true;
  } catch (error) {
    log.warning("response not canceled", { ...ids, error: describeError(error) });
    return false;
  }
}

async function tryDelete(
  model: ResponseEnder,
  responseId: string,
  ids: Record<string, unknown>,
): Promise<boolean> {
  try {
    await model.delete(responseId);
    return true;
  } catch (error) {
    log.warning("response not deleted", { ...ids, error: describeError(error) });
    return false;
  }
}
