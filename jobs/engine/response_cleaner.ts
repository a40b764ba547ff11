/**
 * Cancels background responses for which no job waits, and deletes them at the provider once their
 * job has ended. Both are best effort: no job waits for them, and none fails with them.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import pLimit from "p-limit";
import { describeError } from "../../lib/log.ts";
import type { Model } from "../../lib/model/model.ts";
import type { CheckpointStore } from "../../lib/store/checkpoint_store.ts";

/** The part of a model that ends responses. */
export type ResponseEnder = Pick<Model, "cancel" | "delete">;

export interface ResponseCleanerOptions {
  checkpoints: Pick<CheckpointStore, "openResponse" | "storedResponses">;
  /** Returns the model that has begun the responses. */
  model: () => ResponseEnder;
  /** Whether the provider stores responses, so that there may be some to delete. */
  deletes: boolean;
}

/** Deletions at the same time, of all jobs: they must not delay model calls. */
const MAX_DELETIONS = 4;

/** While the provider hangs, more jobs than this may end. Their responses stay at the provider. */
const MAX_WAITING_JOBS = 1_000;

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
    const work = this.#cleanUp(jobId, hasPlan);
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
    const { checkpoints, model } = this.#options;
    const ids = await checkpoints.storedResponses(jobId);
    let deleted = 0;
    for (const id of ids) deleted += Number(await tryDelete(model(), id, { jobId }));
    if (deleted > 0) log.debug("responses deleted", { jobId, count: deleted });
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
