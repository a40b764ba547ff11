/**
 * The marks of plans that no language model wrote.
 * @module
 */
import type { Job } from "../../client/client.ts";
import type { Words } from "../../words/words.ts";

/** Returns the mark of a plan and its meaning, or `null` for a plan that a model wrote. */
export function describeSource(
  source: Job["source"],
  { trip }: Words,
): { mark: string; text: string } | null {
  if (source === "sample") return trip.sample;
  return source === "placeholder" ? trip.placeholder : null;
}
