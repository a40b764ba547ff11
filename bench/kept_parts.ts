/**
 * Checks changed plans in a database: the parts that a change does not name must be those of the plan
 * before it.
 */
import { readBlob } from "../lib/store/blob.ts";
import { keys } from "../lib/store/job_keys.ts";
import type { JobRecord, SucceededJob } from "../lib/job/job_record.ts";
import { CHANGED_PART } from "./faulty_model.ts";
import type { Kv } from "../lib/platform/kv.ts";

/**
 * Returns the ids of completed refinements with a part that should be as before and is not, or with
 * a wrong lineage.
 *
 * @param records the jobs of the database, by id
 */
export async function findBrokenRefinements(
  kv: Kv,
  records: ReadonlyMap<string, JobRecord>,
): Promise<string[]> {
  const broken: string[] = [];
  for (const job of records.values()) {
    if (job.state !== "succeeded" || job.refinement === null) continue;
    const { refines, lineage } = job.refinement;
    const parent = records.get(refines);
    const isSound = parent?.state === "succeeded" && lineage.at(-1) === parent.id &&
      keepsParts(await partsOf(kv, job), await partsOf(kv, parent));
    if (!isSound) broken.push(job.id);
  }
  return broken;
}

/** Returns the days or bundles of a plan, each as JSON. */
async function partsOf(kv: Kv, { id, result }: SucceededJob): Promise<string[]> {
  const plan = await readBlob(kv, { key: keys.result(id), ref: result });
  const { days, bundles } = plan as { days?: unknown[]; bundles?: unknown[] };
  return (days ?? bundles ?? []).map((part) => JSON.stringify(part));
}

function keepsParts(parts: readonly string[], before: readonly string[]): boolean {
  return parts.length === before.length &&
    parts.every((part, index) => (part === before[index]) === (index !== CHANGED_PART - 1));
}
