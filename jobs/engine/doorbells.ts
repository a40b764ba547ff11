/**
 * Doorbells tell a worker that a job waits. They may ring late, twice or not at all, because the
 * sweep of the due index finds every job.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";

export interface Doorbell {
  /** Adds the ring to the transaction that accepts the job. */
  announce(commit: Deno.AtomicOperation, jobId: string): void;
  /** Calls `ring` for each ring. Resolves when the database is closed. */
  listen(ring: (jobId: string) => Promise<void>): Promise<void>;
}

const Message = z.object({ jobId: z.uuid() });

const log = getLogger(["tripwright", "doorbell"]);

/**
 * The pause between two messages of an instance. KV writes two transactions to deliver a message.
 * An instance that receives a message sweeps, so one message is enough for several jobs.
 */
const PAUSE_MS = 100;

/**
 * Returns the doorbell that uses the queue of Deno KV. An instance rings it if all its slots are
 * occupied, so that another instance starts the job.
 *
 * The handler returns after the claim and must not wait for the work. KV delivers a message again
 * about every minute while its handler runs.
 */
export function queueDoorbell(kv: Deno.Kv, clock: Clock): Doorbell {
  let announcedAt = -Infinity;
  return {
    announce(commit, jobId) {
      const now = clock.now();
      // The clock may have been set back.
      if (Math.abs(now - announcedAt) < PAUSE_MS) return;
      announcedAt = now;
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
