/**
 * The sample generator: a model without an account. It returns a plan that the kind of job invents
 * from the request. It streams the plan in pieces like a real model, so all other code runs as
 * usual.
 * @module
 */
import type { Clock } from "../clock.ts";
import type { CallOptions, Model } from "./model.ts";

export interface SampleModelOptions {
  /** Creates the plan, or a promise of it. The same request must give the same plan. */
  plan: () => unknown;
  /** Its reasoning summaries, for kinds that show them. */
  reasoning?: readonly string[] | undefined;
  /** How long an answer takes, in milliseconds. */
  delayMs: number;
  clock: Clock;
}

/** The number of pieces of an answer: enough for the parts of a plan to appear one by one. */
const PIECES = 40;

/** The share of the delay before the first piece of text. */
const THINKING = 1 / 4;

/** Returns the length of the n-th of equal parts of a time, in whole milliseconds. */
function part(ms: number, { n, of }: { n: number; of: number }): number {
  return Math.round(ms * (n + 1) / of) - Math.round(ms * n / of);
}

/** Creates a model that returns `plan()` after `delayMs`. */
export function sampleModel(
  { plan, reasoning = [], delayMs, clock }: SampleModelOptions,
): Model {
  async function pass(ms: number, signal: AbortSignal): Promise<void> {
    if (ms > 0) await clock.wait(ms, signal);
    signal.throwIfAborted();
  }

  async function answer({ signal, onEvent }: CallOptions, summaries: readonly string[] = []) {
    const responseId = "sample";
    const text = JSON.stringify(await plan());
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
    delete: () => Promise.resolve(),
  };
}
