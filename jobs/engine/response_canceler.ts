/**
 * Cancels responses that go on at the model's side although no job waits for them any more.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { describeError } from "../../lib/log.ts";
import type { CheckpointStore } from "../../lib/store/checkpoint_store.ts";

/** Tells the model's side that a response is not needed. */
export type CancelResponse = (responseId: string) => Promise<void>;

export interface ResponseCancelerOptions {
  checkpoints: Pick<CheckpointStore, "openResponse">;
  cancel: CancelResponse;
}

const log = getLogger(["tripwright", "job"]);

/** Cancels the responses of jobs that have ended without them. */
export class ResponseCanceler {
  readonly #options: ResponseCancelerOptions;
  readonly #running = new Set<Promise<void>>();

  constructor(options: ResponseCancelerOptions) {
    this.#options = options;
  }

  /** Cancels in the background the response that a job was waiting for, if there is one. */
  cancelFor(jobId: string): void {
    const work = this.#cancel(jobId);
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }

  /** Resolves when no cancellation is under way. Never rejects. */
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
 * Cancels one response. Never rejects: a response that goes on costs money, but does no harm.
 *
 * @param ids what the log says of the job
 * @returns whether it was canceled
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
