/**
 * The title of the tab of a trip. It shows the state in a list of tabs. Runs in browsers and on the
 * server.
 * @module
 */
import type { Job } from "../../client/client.ts";
import type { Words } from "../../words/words.ts";
import { titleOfJob } from "../wish.ts";

/** Returns the title of a trip with its state. */
export function tabTitleOf(job: Job, words: Words): string {
  return words.trip.tab[job.status](titleOfJob(job, words));
}
