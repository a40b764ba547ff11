/**
 * The land below the map of a trip.
 * @module
 */
import { tripViewOf } from "../../web/app/kinds/registry.ts";
import { frameOf, type Land } from "../../web/app/map/land.ts";
import type { Job } from "../../web/client/job.ts";
import { landOf } from "../atlas/atlas.ts";

/** Returns the land below the places of a plan; `null`: the plan has none. */
export async function landOfJob(job: Job): Promise<Land | null> {
  const frame = frameOf(tripViewOf(job).stopsOf?.(job) ?? []);
  return frame && await landOf(frame);
}
