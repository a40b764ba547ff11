/**
 * The example of a finished trip on the first page.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { noProgress } from "../../lib/job/progress.ts";
import type { HomeState } from "../../web/app/home/home.tsx";
import { isJob } from "../../web/client/job.ts";
import { landOfJob } from "./trip_land.ts";

/** No trip has this id. */
const EXAMPLE_ID = "example";

/** The example has no times of its own. */
const NO_TIME = new Date(0).toISOString();

/**
 * Writes the example of the first kind that has one. Only the members that views show are in it.
 *
 * @returns `null` if no kind has an example
 */
export async function writeExample(kinds: readonly PublicKind[]): Promise<HomeState["example"]> {
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
  return isJob(job) ? { job, land: await landOfJob(job) } : null;
}
