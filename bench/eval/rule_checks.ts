/**
 * The rules of the plan review as constraints of the evaluation: to which group each belongs, and
 * when it applies.
 * @module
 */
import type { Rule } from "../../lib/model/plan_review.ts";
import type { TripFacts } from "../../jobs/kinds/trip_facts.ts";
import type { Check } from "./checks.ts";
import type { Item, PlanView } from "./plan_view.ts";
import type { Group } from "./scores.ts";

/** The facts of a request, or of the preferences in it. */
type Facts = Partial<TripFacts> & { endDate?: string | undefined };

/** What the evaluation must know about a rule. */
interface Terms {
  group: Group;
  /** Whether the rule applies to a wish with these facts. Unset: to each. */
  needs?: (facts: Facts) => boolean;
  /** The rule applies if this is so for one of the activities or events. Unset: always. */
  needsItem?: (item: Item) => boolean;
}

const commonsense: Terms = { group: "commonsense" };

/** Only places with a position can be too far away. */
const located: Terms = { ...commonsense, needsItem: ({ coordinates }) => coordinates !== null };

const priced: Terms = { ...commonsense, needsItem: ({ cost }) => cost !== null };

const looked: Terms = { ...commonsense, needsItem: ({ verified }) => verified !== null };

const opened: Terms = { ...commonsense, needsItem: ({ openingHours }) => openingHours !== null };

/** A rule about what travellers ask for: it applies if the wish has one of these facts. */
function wished(...names: (keyof Facts)[]): Terms {
  return { group: "hard", needs: (facts) => names.some((name) => facts[name] !== undefined) };
}

/** By the code of the rule. Rules of both kinds that have one code mean the same. */
export const ruleTerms: Record<string, Terms> = {
  repeated_activity: commonsense,
  repeated_place: commonsense,
  equal_days: commonsense,
  after_midnight: commonsense,
  overlapping_times: commonsense,
  short_transfer: located,
  missing_meal: commonsense,
  unknown_place: looked,
  outside_destination: located,
  closed: opened,
  implausible_cost: priced,
  unknown_currency: priced,
  equal_titles: commonsense,
  equal_bundles: commonsense,
  repeated_event: commonsense,
  empty_event: commonsense,
  past_event: commonsense,
  overlapping_events: commonsense,
  unseen_link: commonsense,
  // The rule has no limits for a balanced pace.
  pace: { group: "hard", needs: ({ pace }) => pace === "relaxed" || pace === "packed" },
  over_budget: wished("budget"),
  other_currency: wished("budget"),
  diet_not_considered: wished("diet"),
  accessibility_not_considered: wished("accessibility"),
  wrong_dates: wished("startDate"),
  outside_timeframe: wished("startDate", "endDate"),
};

/**
 * Returns the rules that apply to a plan, as checks. A repair hides the fault from the rule, so a
 * warning counts as well.
 *
 * @param plan the plan of which `view` is the view
 * @param facts the request, or the preferences in it
 */
export function ruleChecks<Plan>(
  rules: readonly Rule<Plan>[],
  { plan, view, facts }: { plan: Plan | null; view: PlanView | null; facts: Facts },
): Check[] {
  const items = view?.parts.flatMap((part) => part.items) ?? [];
  return rules.flatMap(({ code, check }): Check[] => {
    const { group, needs, needsItem } = termsOf(code);
    if (needs && !needs(facts)) return [];
    if (needsItem && !items.some(needsItem)) return [];
    const find = ({ warnings }: PlanView) => {
      const warned = warnings.filter((warning) => warning.code === code);
      const found = warned.length > 0 ? warned : plan === null ? [] : check(plan);
      return found.map(({ where, message }) => `${[where].flat().join(".")}: ${message}`);
    };
    return [{ code, group, find }];
  });
}

function termsOf(code: string): Terms {
  const terms = ruleTerms[code];
  if (!terms) throw new Error(`Cannot measure the rule ${code}: it is not in the table of rules`);
  return terms;
}
