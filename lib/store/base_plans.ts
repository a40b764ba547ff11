/**
 * The plans that refinements start from. Each is a copy of its own, because the plan of the other
 * job may expire first. A copy is stored before its job, and expires with it, also if the job is
 * never stored.
 * @module
 */
import { z } from "zod";
import { readBlob } from "./blob.ts";
import type { Clock } from "../clock.ts";
import type { BlobRef } from "../job/blob_ref.ts";
import { JobCommit } from "./job_commit.ts";
import { keys, prefixes } from "./job_keys.ts";
import type { JobRecord } from "../job/job_record.ts";
import type { Kv } from "../platform/kv.ts";

/** The members of a job that its copy needs. */
type Life = Pick<JobRecord, "id" | "expiresAt">;

/** A plan to start from, and the request that it was written for. */
export const BasePlan = z.object({ plan: z.unknown(), request: z.unknown() });
export type BasePlan = z.infer<typeof BasePlan>;

/** The base plans in one KV database. */
export class BasePlans {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Stores a plan for a job that does not exist yet.
   *
   * @returns the reference for its record
   * @throws {BlobTooLargeError} if the plan is too large
   */
  async put(base: BasePlan, job: Life): Promise<BlobRef> {
    const commit = new JobCommit(this.#kv, this.#clock);
    const ref = commit.putBlob(keys.base(job.id), base, job);
    await commit.commit();
    return ref;
  }

  /**
   * Reads the plan that a job starts from.
   *
   * @returns `null` if the job is no refinement
   * @throws {BlobUnreadableError} if a part is missing or damaged
   */
  async read({ id, refinement }: JobRecord): Promise<BasePlan | null> {
    if (refinement === null) return null;
    return BasePlan.parse(await readBlob(this.#kv, { key: keys.base(id), ref: refinement.base }));
  }

  /** Copies what a job starts from for a replay of it, one commit for each part. */
  async copy(from: JobRecord, to: Life): Promise<void> {
    if (from.refinement === null) return;
    for await (const { key, value } of this.#kv.list({ prefix: prefixes.base(from.id) })) {
      const commit = new JobCommit(this.#kv, this.#clock);
      await commit.put([...keys.base(to.id), key.at(-1)!], value, to).commit();
    }
  }
}
