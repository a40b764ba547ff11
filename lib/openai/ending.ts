/**
 * The reasons why a model ended its answer. Each server has words of its own.
 * @module
 */

/** An end that means more than that the answer has ended. */
export type Ending = "truncated" | "filtered" | "refused" | "failed";

/** The words in the reasons, in the order in which they are looked for. */
const words: readonly [RegExp, Ending][] = [
  // An invalid function call is named with a filter by Gemini.
  [/malformed|unexpected_tool/, "failed"],
  [/toxic/, "filtered"],
  [/length|token|limit|context_window|truncat|incomplete/, "truncated"],
  [/filter|guardrail|safety|sensitive|prohibited|blocklist|blocked|recitation|spii/, "filtered"],
  [/moderation|policy/, "filtered"],
  [/refus/, "refused"],
  [/error|abort|cancel|fail|network|insufficient|overload|unavailable|timeout/, "failed"],
];

/** Ends of answers that contain such words, but are good. */
const good = /^(?:eos_token|stop_token)$/;

/** Returns what a reason means; `null`: the answer is complete. */
export function endingOf(reason: string): Ending | null {
  const text = reason.toLowerCase();
  if (good.test(text)) return null;
  return words.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
