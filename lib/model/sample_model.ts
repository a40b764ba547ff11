/**
 * The sample generator: a model without an account. It answers with a plan that the kind of job
 * makes up from the request, in pieces like a real one, so everything around the model is the real
 * thing.
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CallOptions, Model } from "./model.ts";

export interface SampleModelOptions {
  /** Makes the plan; the same request gives the same plan. */
  plan: () => unknown;
  /** What it says of its reasoning, where the job shows that. */
  reasoning?: readonly string[] | undefined;
  /** How long an answer takes, in milliseconds. */
  delayMs: number;
  clock: Clock;
}

/** In how many pieces an answer comes: enough for the parts of a plan to appear one by one. */
const PIECES = 40;

/** So much of the time goes by before the first word. */
const THINKING = 1 / 4;

/** The n-th of so many parts of a time, all in whole milliseconds. */
function part(ms: number, { n, of }: { n: number; of: number }): number {
  return Math.round(ms * (n + 1) / of) - Math.round(ms * n / of);
}

/** Creates the model that answers with `plan()` after `delayMs`. */
export function sampleModel(
  { plan, reasoning = [], delayMs, clock }: SampleModelOptions,
): Model {
  async function pass(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await clock.wait(ms, signal);
    signal.throwIfAborted();
  }

  async function answer({ signal, onEvent }: CallOptions, summaries: readonly string[] = []) {
    const responseId = "sample";
    const text = JSON.stringify(plan());
    signal.throwIfAborted();
    await onEvent?.({ type: "started", responseId, resumable: false });
    const thoughts = Math.max(1, summaries.length);
    const thinkingMs = Math.round(delayMs * THINKING);
    for (let n = 0; n < thoughts; n++) {
      await pass(part(thinkingMs, { n, of: thoughts }), signal);
      const summary = summaries[n];
      if (summary) await onEvent?.({ type: "reasoning", summary });
    }
    const size = Math.ceil(text.length / PIECES);
    const pieces = Math.ceil(text.length / size);
    for (let n = 0; n < pieces; n++) {
      await onEvent?.({ type: "text", delta: text.slice(n * size, (n + 1) * size) });
      await pass(part(delayMs - thinkingMs, { n, of: pieces }), signal);
    }
    return { responseId, text, truncated: false, usage: null };
  }

  return {
    source: "sample",
    chat: (_request, options) => answer(options),
    async respond(_request, options) {
      return {
        ...await answer(options, reasoning),
        output: [],
        calls: [],
        reasoningSummaries: [...reasoning],
        stored: false,
      };
    },
    join: () => Promise.resolve(null),
    cancel: () => Promise.resolve(),
  };
}
