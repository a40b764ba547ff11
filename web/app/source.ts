/**
 * Plans that no model has written for this wish, and how they are marked.
 * @module
 */
import type { Job } from "../client/client.ts";

const madeUp: Record<string, { mark: string; text: string }> = {
  sample: {
    mark: "Sample",
    text: "This plan is made up: the service runs without a language model.",
  },
  placeholder: {
    mark: "Placeholder",
    text: "This plan is made up: the language model had no quota left.",
  },
};

/** The mark of a plan and what it means; `null` for a plan that a model has written. */
export function describeSource(source: Job["source"]): { mark: string; text: string } | null {
  return madeUp[source ?? ""] ?? null;
}
