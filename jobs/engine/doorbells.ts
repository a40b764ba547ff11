/**
 * Doorbells tell a worker that a job waits. They may ring late, twice or not at all: the sweep of
 * the due index finds every job all the same.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";

export interface Doorbell {
  /** Adds the ring to the transaction that accepts the job. */
  announce(commit: Deno.AtomicOperation, jobId: string): void;
  /** Calls `ring` for each ring. Resolves when the database is closed. */
  listen(ring: (jobId: string) => Promise<void>): Promise<void>;
}

const Message = z.object({ jobId: z.uuid() });

const log = getLogger(["tripwright", "doorbell"]);

/**
 * The queue of Deno KV.
 *
 * Its handler returns once the job is claimed and must not wait for the work: a message whose
 * handler still runs is delivered again about every minute.
 */
export function queueDoorbell(kv: Deno.Kv): Doorbell {
  return {
    announce: (commit, jobId) => {
      commit.enqueue({ jobId });
    },
    listen: (ring) =>
      kv.listenQueue(async (value) => {
        const message = Message.safeParse(value);
        if (message.success) await ring(message.data.jobId);
        else log.error("dropped a queue message that is not ours");
      }),
  };
}

/** No bell at all, where there is no queue: the sweep does the work. */
export function noDoorbell(): Doorbell {
  return { announce: () => {}, listen: () => Promise.resolve() };
}
