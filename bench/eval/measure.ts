/**
 * Measures a plan: which constraints of its wish it passes.
 * @module
 */
import { Bundles } from "../../jobs/kinds/bundles/plan.ts";
import type { BundlesRequest } from "../../jobs/kinds/bundles/request.ts";
import { bundlesRules } from "../../jobs/kinds/bundles/rules/rules.ts";
import { Itinerary } from "../../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../../jobs/kinds/itinerary/request.ts";
import { itineraryRules } from "../../jobs/kinds/itinerary/rules/rules.ts";
import type { Destination } from "../../jobs/places/place.ts";
import { type Check, checksFor } from "./checks.ts";
import { type PlanView, viewOfBundles, viewOfItinerary } from "./plan_view.ts";
import { ruleChecks } from "./rule_checks.ts";
import type { WishResult } from "./run.ts";
import type { Area, Wish } from "./wish.ts";

/** What the jobs of a wish returned. */
export interface Outcome {
  /** The request of the last job, with the facts of a change. */
  request: unknown;
  /** When work on the last job began, in epoch milliseconds. */
  startedAt: number;
  /** The plan of the last job; `null` if there is none. */
  plan: unknown;
  /** The plan before the change; `null` if there was no second turn. */
  base: unknown;
}

export type Measurement = Pick<WishResult, "delivered" | "verdicts" | "findings" | "filled">;

/**
 * Measures the plan of a wish. It is pure.
 *
 * @throws if a rule of the plan review is not in the table of rules
 */
export function measure(wish: Wish, outcome: Outcome): Measurement {
  const { view, rules, facts } = wish.kind === "itinerary"
    ? readItinerary(wish, outcome)
    : readBundles(wish, outcome);
  const base = outcome.base === null ? null : viewOf(wish, outcome.base);
  const isComplete = view !== null && (!wish.refine || base !== null);
  const checks = [
    ...rules.filter(({ code }) => !isReplaced(code, wish)),
    ...checksFor(wish, { base, facts }),
  ];
  return {
    delivered: isComplete,
    ...judge(checks, isComplete ? view : null),
    filled: view?.filled ?? {},
  };
}

/** Returns whether the trap of a wish measures the same: no plan keeps an impossible budget. */
function isReplaced(code: string, { trap }: Wish): boolean {
  return code === "over_budget" && trap?.code === "impossible_budget";
}

/** Returns the verdict of each check. Without a plan, none passes. */
function judge(
  checks: readonly Check[],
  view: PlanView | null,
): Pick<Measurement, "verdicts" | "findings"> {
  const verdicts: Measurement["verdicts"] = {};
  const findings: Measurement["findings"] = [];
  for (const { code, group, find } of checks) {
    const found = view && find(view);
    verdicts[code] = { group, passed: found?.length === 0 };
    findings.push(...(found ?? []).map((text) => ({ code, text })));
  }
  return { verdicts, findings };
}

function viewOf({ kind }: Wish, plan: unknown): PlanView | null {
  if (kind === "itinerary") {
    const { data } = Itinerary.safeParse(plan);
    return data ? viewOfItinerary(data) : null;
  }
  const { data } = Bundles.safeParse(plan);
  return data ? viewOfBundles(data) : null;
}

function readItinerary({ area }: Wish, { request, plan: found }: Outcome) {
  const facts = request as ItineraryRequest;
  const parsed = Itinerary.safeParse(found).data;
  const plan = parsed && isComplete(parsed, facts) ? parsed : null;
  const view = plan && viewOfItinerary(plan);
  const rules = itineraryRules({ request: facts, destination: destinationIn(area) });
  return { view, facts, rules: ruleChecks(rules, { plan, view, facts }) };
}

/** Returns whether a plan has the days that the request asks for. */
function isComplete({ days }: Itinerary, { durationDays }: ItineraryRequest): boolean {
  return days.length === durationDays && days.every(({ day }, index) => day === index + 1);
}

function readBundles({ area }: Wish, { request: body, startedAt, plan: found }: Outcome) {
  const request = body as BundlesRequest;
  const facts = request.preferences;
  const plan = Bundles.safeParse(found).data ?? null;
  const view = plan && viewOfBundles(plan);
  const rules = bundlesRules({
    request,
    startedAt,
    destination: destinationIn(area),
    // The program has left out the links that no tool has returned, with a warning for each.
    isKnownLink: () => true,
  });
  return { view, facts, rules: ruleChecks(rules, { plan, view, facts }) };
}

/**
 * Returns the destination of a wish. It comes from the table of wishes, so it is also right where the
 * geocoding of a job was wrong or failed.
 */
function destinationIn(area: Area | undefined): Destination | null {
  if (!area) return null;
  const { radiusKm, ...point } = area;
  return { name: "the destination", point, radiusKm, timeZone: null, countryCode: null };
}
