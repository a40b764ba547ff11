/**
 * Doorbells tell a worker that a job waits. They may ring late, twice or not at all, because the
 * sweep of the due index finds every job.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { AtomicOperation, Kv } from "../../lib/platform/kv.ts";

export interface Doorbell {
  /** Adds the ring to the transaction that accepts the job. */
  announce(commit: AtomicOperation, jobId: string): void;
  /**
   * Calls `ring` for each ring. Resolves when the database is closed, or when `signal` aborts before
   * the first ring is possible.
   */
  listen(ring: (jobId: string) => Promise<void>, signal: AbortSignal): Promise<void>;
}

const Message = z.object({ jobId: z.uuid() });

const log = getLogger(["tripwright", "doorbell"]);

/**
 * The pause between two messages of an instance. KV writes two transactions to deliver a message.
 * An instance that receives a message sweeps, so one message is enough for several jobs.
 */
const PAUSE_MS = 100;

export interface QueueOptions {
  clock: Clock;
  storage: Pick<StorageSpace, "acceptsJobs" | "untilOk">;
}

/**
 * Returns the doorbell that uses the queue of Deno KV. An instance rings it if all its slots are
 * occupied, so that another instance starts the job.
 *
 * The handler returns after the claim and must not wait for the work. KV delivers a message again
 * about every minute while its handler runs.
 *
 * Each delivery writes to the database, and if that finds no space, Deno ends the process. So without
 * enough space no message is sent, and an instance that starts then listens later.
 */
export function queueDoorbell(kv: Kv, { clock, storage }: QueueOptions): Doorbell {
  let announcedAt = -Infinity;
  return {
    announce(commit, jobId) {
      if (!storage.acceptsJobs) return;
      const now = clock.now();
      // The clock may have been set back.
      if (Math.abs(now - announcedAt) < PAUSE_MS) return;
      announcedAt = now;
      commit.enqueue({ jobId });
    },
    async listen(ring, signal) {
      await storage.untilOk(signal);
      if (signal.aborted) return;
      await kv.listenQueue(async (value) => {
        const message = Message.safeParse(value);
        if (message.success) await ring(message.data.jobId);
        else log.error("dropped an unknown queue message");
      });
    },
  };
}

/** Returns a doorbell that never rings, for databases without a queue. Sweeps find the jobs. */
export function noDoorbell(): Doorbell {
  return { announce: () => {}, listen: () => Promise.resolve() };
}
