/**
 * The example of a finished trip on the first page.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { noProgress } from "../../lib/job/progress.ts";
import { isJob, type Job } from "../../web/client/job.ts";

/** No trip has this id. */
const EXAMPLE_ID = "example";

/** The example has no times of its own. */
const NO_TIME = new Date(0).toISOString();

/**
 * Writes the example of the first kind that has one. Only the members that views show are in it.
 *
 * @returns `null` if no kind has an example
 */
export async function writeExample(kinds: readonly PublicKind[]): Promise<Job | null> {
  const kind = kinds.find(({ writeExample }) => writeExample);
  if (!kind) return null;
  const { request, result } = await kind.writeExample!();
  const job = {
    [kind.http.idName]: EXAMPLE_ID,
    status: "completed",
    ...kind.presentRequest(request),
    ...kind.presentResult({ result, progress: noProgress }),
    createdAt: NO_TIME,
    completedAt: NO_TIME,
    expiresAt: NO_TIME,
    source: "sample",
    partial: null,
    warnings: [],
  };
  return isJob(job) ? job : null;
}
