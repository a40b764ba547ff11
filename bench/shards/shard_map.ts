/**
 * Which database of several has a job, without a lookup.
 *
 * - **A job id names its shard.** Its last three hexadecimal digits, which are random in other ids,
 *   are the number of the shard. So a new shard moves no job, and a new job may go to any shard that
 *   answers. The other 62 random bits still make an id impossible to guess, and ids still begin with
 *   the time.
 * - **An idempotency key is hashed**, because a repeated request must find the shard of the first one
 *   before it knows the id. Rendezvous hashing gives each key to the shard with the highest hash of
 *   both. A new shard then takes over only its own share of the keys.
 * @module
 */
import { createHash } from "node:crypto";
import { newJobId } from "../../lib/job/job_id.ts";

/** Three hexadecimal digits. */
const TAG_DIGITS = 3;

/** As many shards as the tag has values. */
const MAX_SHARDS = 16 ** TAG_DIGITS;

/**
 * Returns a new id of a job.
 *
 * @param shard the number of its shard, from 0
 * @param now epoch milliseconds
 * @throws {RangeError} if an id has no room for the number
 */
export function newShardedId(shard: number, now: number): string {
  if (!Number.isInteger(shard) || shard < 0 || shard >= MAX_SHARDS) {
    throw new RangeError(`Cannot create an id: no shard has the number ${shard}`);
  }
  return newJobId(now).slice(0, -TAG_DIGITS) + shard.toString(16).padStart(TAG_DIGITS, "0");
}

/** Returns the number of the shard that has the job with this id. There may be no such shard. */
export function shardOfId(id: string): number {
  return parseInt(id.slice(-TAG_DIGITS), 16);
}

/** Returns the shard with the highest hash of its number and the key (rendezvous hashing). */
export function shardOfKey(key: string, shards: readonly number[]): number {
  const [first, ...others] = shards.map((shard) => ({ shard, weight: weightOf(key, shard) }));
  if (!first) throw new Error("Cannot choose a shard: there is none");
  return others.reduce((best, next) => (next.weight > best.weight ? next : best), first).shard;
}

/** Equal weights of two shards have a probability of 2⁻⁴⁸, and then the first shard wins. */
function weightOf(key: string, shard: number): number {
  return createHash("sha256").update(`${shard}:${key}`).digest().readUIntBE(0, 6);
}
