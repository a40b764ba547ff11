/**
 * The parts of a plan that a change keeps: they stay as they are, and so do the warnings about them.
 * A kept part is the same object at the same place before and after the change. The same goes for an
 * item of a part.
 * @module
 */
import type { PlanWarning } from "../../../lib/job/plan_warning.ts";
import type { Finding, Rule } from "../../../lib/model/plan_review.ts";

/** Where the parts of a plan are, such as days, and the items of each part, such as activities. */
export interface PlanShape<Plan, Part extends object> {
  /** The members in paths of findings: `["days", "activities"]`. */
  members: readonly [parts: string, items: string];
  partsOf(plan: Plan): readonly Part[];
  itemsOf(part: Part): readonly object[];
  /** Returns the plan with other parts. */
  withParts(plan: Plan, parts: Part[]): Plan;
}

/** The plan before a change. */
interface Start<Plan, Part extends object> {
  shape: PlanShape<Plan, Part>;
  start: Plan;
}

/** The plan before and after a change. */
interface Change<Plan, Part extends object> extends Start<Plan, Part> {
  plan: Plan;
}

/** A path in a plan, as findings and warnings have it. */
type Path = readonly (string | number)[];

/**
 * Returns rules for a changed plan. They do not find again what was wrong in a kept part before, and
 * they repair no kept part. What was wrong in the whole plan before stays a warning, but gives the
 * model no turn.
 *
 * @param options `start`: the plan before the change; `before`: the rules of the request that it was
 * written for; `isOpen`: whether the model may choose the parts that it writes
 */
export function rulesForChange<Plan, Part extends object>(
  rules: readonly Rule<Plan>[],
  { before, isOpen, ...options }: Start<Plan, Part> & {
    before: readonly Rule<Plan>[];
    isOpen: boolean;
  },
): Rule<Plan>[] {
  const known = new Set(
    before.flatMap((rule) => rule.check(options.start).map((finding) => keyOf(rule, finding))),
  );
  return rules.map((rule) => ({
    code: rule.code,
    check: (plan) =>
      rule.check(plan).flatMap((finding) => {
        const isKnown = known.has(keyOf(rule, finding));
        switch (keptAt({ ...options, plan }, finding.where)) {
          case "kept":
            return isKnown ? [] : aboutKeptPart(finding, isOpen);
          case "partly":
            return isKnown ? { ...finding, feedback: null } : finding;
          case "new":
            return finding;
        }
      }),
    ...(rule.repair && { repair: (plan) => repairChanged(rule, { ...options, plan }) }),
  }));
}

/** The position of an item may change with the times of others. Messages name its title. */
function keyOf<Plan>({ code }: Rule<Plan>, { message }: Finding): string {
  return `${code}\n${message}`;
}

/** The model has not written this part. */
function aboutKeptPart(finding: Finding, isOpen: boolean): Finding {
  if (finding.feedback === null) return finding;
  const advice = isOpen
    ? "write this part anew too, or change what you have written"
    : "this part stays as it is: change what you have written";
  return { ...finding, feedback: `${finding.feedback} (${advice})` };
}

function repairChanged<Plan, Part extends object>(
  rule: Rule<Plan>,
  { shape, start, plan }: Change<Plan, Part>,
): Plan {
  const repaired = rule.repair!(plan);
  const [before, now] = [shape.partsOf(start), shape.partsOf(plan)];
  const parts = shape.partsOf(repaired).map((part, index) =>
    now[index] === before[index] ? now[index]! : part
  );
  return shape.withParts(repaired, parts);
}

/** Returns the warnings of the plan before a change that are about kept parts and items. */
export function keptWarnings<
  Plan extends { warnings?: PlanWarning[] | undefined },
  Part extends object,
>(
  { shape, start, plan }: Change<Plan, Part>,
): PlanWarning[] {
  return (start.warnings ?? []).flatMap((warning) => {
    const path = warning.where.split(".");
    const { part, item, index } = partAt({ shape, plan: start }, path);
    const now = shape.partsOf(plan)[index];
    if (part === undefined || now === undefined) return [];
    if (now === part) return warning;
    const at = item ? shape.itemsOf(now).indexOf(item) : -1;
    const [parts, items] = shape.members;
    return at < 0 ? [] : { ...warning, where: [parts, index, items, at].join(".") };
  });
}

/**
 * Returns whether the change has kept what a path leads to. Of a whole plan, and of a part with a
 * changed item, it has kept something.
 */
function keptAt<Plan, Part extends object>(
  { shape, start, plan }: Change<Plan, Part>,
  where: Path,
): "kept" | "partly" | "new" {
  const { part, item, index } = partAt({ shape, plan }, where);
  if (part === undefined) return "partly";
  const before = shape.partsOf(start)[index];
  if (before === undefined) return "new";
  if (part === before) return "kept";
  const items = shape.itemsOf(before);
  if (item) return items.includes(item) ? "kept" : "new";
  return shape.itemsOf(part).some((one) => items.includes(one)) ? "partly" : "new";
}

/** Returns the part, and if there is one, the item that a path leads to. */
function partAt<Plan, Part extends object>(
  { shape, plan }: { shape: PlanShape<Plan, Part>; plan: Plan },
  [first, second, third, fourth]: Path,
): { part?: Part | undefined; item?: object | undefined; index: number } {
  const index = Number(second);
  const part = first === shape.members[0] ? shape.partsOf(plan)[index] : undefined;
  const hasItem = part !== undefined && third === shape.members[1];
  return { part, item: hasItem ? shape.itemsOf(part)[Number(fourth)] : undefined, index };
}
