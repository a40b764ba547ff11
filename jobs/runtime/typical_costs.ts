/**
 * What plans cost, as long as no finished plan tells.
 * @module
 */
import type { Config } from "../../lib/config.ts";
import { estimatedCost } from "../../lib/usage.ts";
import type { PublicKind } from "../kind.ts";

/** Returns a function that returns what a plan of a kind costs in US dollars, as an estimate. */
export function typicalCosts(
  { generator, prices }: Config,
  kinds: readonly PublicKind[],
): (kind: string) => number {
  const costs = new Map(kinds.map(({ name, typicalUse: use }) => {
    const costs = use && generator === "openai" ? estimatedCost(use, prices[use.model]) : 0;
    return [name, costs];
  }));
  return (kind) => costs.get(kind) ?? 0;
}
