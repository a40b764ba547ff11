/**
 * The sample generator: a model without an account. It answers with a plan that the kind of job
 * makes up from the request, so everything around the model is the real thing.
 * @module
 */
import type { Clock } from "./clock.ts";
import type { Model } from "./model.ts";

export interface SampleModelOptions {
  /** Makes the plan; the same request gives the same plan. */
  plan: () => unknown;
  /** How long an answer takes, in milliseconds. */
  delayMs: number;
  clock: Clock;
}

/** Creates the model that answers with `plan()` after `delayMs`. */
export function sampleModel({ plan, delayMs, clock }: SampleModelOptions): Model {
  async function answer(signal: AbortSignal) {
    if (delayMs > 0) await clock.wait(delayMs, signal);
    signal.throwIfAborted();
    return { responseId: "sample", text: JSON.stringify(plan()), truncated: false };
  }
  return {
    source: "sample",
    chat: (_request, signal) => answer(signal),
    async respond(_request, signal) {
      return {
        ...await answer(signal),
        output: [],
        calls: [],
        reasoningSummaries: [
          "Reading the wish: what matters most, and when",
          "Putting together sample bundles that differ from each other",
        ],
      };
    },
  };
}
