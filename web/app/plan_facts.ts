/**
 * What is worked out from a plan, for pages and files alike. Runs in browsers and on the server.
 * @module
 */
import type { Day } from "../client/job.ts";

type Activity = Day["activities"][number];

/**
 * A link that may be followed: absolute, http(s), as `URL` writes it, so without spaces, line ends,
 * `<` and `>`. `null` for anything else.
 */
export function webLink(text: string | null): string | null {
  try {
    // `URL.parse()` is missing in browsers of before 2024.
    const { protocol, href } = new URL(text ?? "");
    return /^https?:$/.test(protocol) ? href : null;
  } catch {
    return null;
  }
}

/** What activities cost together, by currency; those that cost nothing, or nobody knows what, add none. */
export function sumCosts(activities: readonly Activity[]): [currency: string, amount: number][] {
  const sums = new Map<string, number>();
  for (const { estimatedCost } of activities) {
    if (!estimatedCost?.amount) continue;
    const { currency, amount } = estimatedCost;
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums];
}
