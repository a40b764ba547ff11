/**
 * Cancels background responses that still run at the provider although no job waits for them.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { describeError } from "../../lib/log.ts";
import type { CheckpointStore } from "../../lib/store/checkpoint_store.ts";

/** Asks the provider to cancel a response. */
export type CancelResponse = (responseId: string) => Promise<void>;

export interface ResponseCancelerOptions {
  checkpoints: Pick<CheckpointStore, "openResponse">;
  cancel: CancelResponse;
}

const log = getLogger(["tripwright", "job"]);

/** Cancels the responses of jobs that ended without a plan. */
export class ResponseCanceler {
  readonly #options: ResponseCancelerOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: ResponseCancelerOptions) {
    this.#options = options;
  }

  /** Starts to cancel the response that a job was waiting for, if any. */
  cancelFor(jobId: string): void {
    const work = this.#cancel(jobId);
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }

  /** Resolves when no cancellation is running. Never rejects. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #cancel(jobId: string): Promise<void> {
    const { checkpoints, cancel } = this.#options;
    try {
      const responseId = await checkpoints.openResponse(jobId);
      if (responseId === null) return;
      if (await cancelResponse(cancel, responseId, { jobId })) {
        log.info("response canceled", { jobId });
      }
    } catch (error) {
      logNotCanceled(error, { jobId });
    }
  }
}

/**
 * Cancels one response. Never rejects, because a running response costs money but does no harm.
 *
 * @param ids the members that identify the job in the log
 * @returns whether the response was canceled
 */
export async function cancelResponse(
  cancel: CancelResponse,
  responseId: string,
  ids: Record<string, unknown>,
): Promise<boolean> {
  try {
    await cancel(responseId);
    return true;
  } catch (error) {
    logNotCanceled(error, ids);
    return false;
  }
}

function logNotCanceled(error: unknown, ids: Record<string, unknown>): void {
  log.warning("response not canceled", { ...ids, error: describeError(error) });
}
