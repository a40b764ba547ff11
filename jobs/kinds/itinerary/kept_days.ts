/**
 * The parts of a plan that a change keeps: they stay as they are, and so do the warnings about them.
 * A part is kept if it is the same object in the plan before and in the plan after the change.
 * @module
 */
import type { PlanWarning } from "../../../lib/job/plan_warning.ts";
import type { Finding, Rule } from "../../../lib/model/plan_review.ts";
import type { Activity, Day, Itinerary } from "./plan.ts";

/** The plan before a change, and the plan after it. */
interface Change {
  start: Itinerary;
  plan: Itinerary;
}

/** A path in a plan, as findings and warnings have it. */
type Path = readonly (string | number)[];

/**
 * Returns rules for a changed plan. They do not find again what was wrong in a kept part before, and
 * they repair no kept day.
 *
 * @param options `start`: the plan before the change; `before`: the rules of the wish that it was
 * written for
 */
export function rulesForChange(
  rules: readonly Rule<Itinerary>[],
  { start, before }: { start: Itinerary; before: readonly Rule<Itinerary>[] },
): Rule<Itinerary>[] {
  const known = new Set(
    before.flatMap((rule) => rule.check(start).map((finding) => keyOf(rule, finding))),
  );
  return rules.map((rule) => ({
    code: rule.code,
    check: (plan) =>
      rule.check(plan).flatMap((finding) => {
        if (!isKept({ start, plan }, finding.where)) return finding;
        return known.has(keyOf(rule, finding)) ? [] : aboutKeptPart(finding);
      }),
    ...(rule.repair && { repair: (plan) => repairChanged(rule, { plan, start }) }),
  }));
}

/** The position of an activity may change with the times of others. Messages name its title. */
function keyOf({ code }: Rule<Itinerary>, { message }: Finding): string {
  return `${code}\n${message}`;
}

/** The model cannot change this part, so it must change what it has written. */
function aboutKeptPart(finding: Finding): Finding {
  const feedback = `${finding.feedback} (this part stays as it is: change what you write instead)`;
  return { ...finding, feedback };
}

function repairChanged(rule: Rule<Itinerary>, { plan, start }: Change): Itinerary {
  const repaired = rule.repair!(plan);
  const days = repaired.days.map((day, index) => {
    const before = plan.days[index]!;
    return before === start.days[index] ? before : day;
  });
  return { ...repaired, days };
}

/** Returns the warnings of a plan that are about parts which the change has kept. */
export function keptWarnings({ start, plan }: Change): PlanWarning[] {
  return (start.warnings ?? []).flatMap((warning) => {
    const { day, activity } = partAt(start, warning.where.split("."));
    if (day === undefined) return [];
    const kept = plan.days.find((one) => one.day === day.day);
    if (kept === day) return warning;
    const index = activity && kept ? kept.activities.indexOf(activity) : -1;
    if (index < 0) return [];
    return { ...warning, where: `days.${plan.days.indexOf(kept!)}.activities.${index}` };
  });
}

/** Returns whether the part that a path leads to is the same as before. A whole plan is not. */
function isKept({ start, plan }: Change, where: Path): boolean {
  const { day, activity } = partAt(plan, where);
  const before = start.days.find((one) => one.day === day?.day);
  if (day === undefined || before === undefined) return false;
  return day === before || (activity !== undefined && before.activities.includes(activity));
}

/** Returns the day, and if there is one, the activity that a path leads to. */
function partAt(
  { days }: Itinerary,
  [first, index, second, position]: Path,
): { day?: Day | undefined; activity?: Activity | undefined } {
  if (first !== "days") return {};
  const day = days[Number(index)];
  return { day, activity: second === "activities" ? day?.activities[Number(position)] : undefined };
}
