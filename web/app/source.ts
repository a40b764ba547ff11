/**
 * The marks of plans that no language model wrote.
 * @module
 */
import type { Job } from "../client/client.ts";

const marks: Record<string, { mark: string; text: string }> = {
  sample: {
    mark: "Sample",
    text: "This is a sample plan with made-up content. This service runs without a language model.",
  },
  placeholder: {
    mark: "Placeholder",
    text: "This plan has made-up content, because the language model was not available.",
  },
};

/** Returns the mark of a plan and its meaning, or `null` for a plan that a model wrote. */
export function describeSource(source: Job["source"]): { mark: string; text: string } | null {
  return marks[source ?? ""] ?? null;
}
