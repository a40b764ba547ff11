/**
 * Doorbells tell a worker that a job waits. They may ring late, twice or not at all, because the
 * sweep of the due index finds every job.
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
 * Returns the doorbell that uses the queue of Deno KV.
 *
 * The handler returns after the claim and must not wait for the work. KV delivers a message again
 * about every minute while its handler runs.
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
        else log.error("dropped an unknown queue message");
      }),
  };
}

/** Returns a doorbell that never rings, for databases without a queue. Sweeps find the jobs. */
export function noDoorbell(): Doorbell {
  return { announce: () => {}, listen: () => Promise.resolve() };
}
