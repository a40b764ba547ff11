/**
 * The marks of plans that no language model wrote.
 * @module
 */
import type { Job } from "../../client/client.ts";

const marks: Record<string, { mark: string; text: string }> = {
  sample: {
    mark: "Sample",
    text:
      "Sample plan: in some cities the places are real, everywhere else they are made up. Times " +
      "and prices are guesses, so check everything before you go. This site only writes sample plans.",
  },
  placeholder: {
    mark: "Made up",
    text:
      "We couldn't write a real plan, so this one is made up. Don't travel with it. Plan this " +
      "trip again later.",
  },
};

/** Returns the mark of a plan and its meaning, or `null` for a plan that a model wrote. */
export function describeSource(source: Job["source"]): { mark: string; text: string } | null {
  return marks[source ?? ""] ?? null;
}
