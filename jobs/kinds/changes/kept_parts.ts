/**
 * The parts of a plan that a change keeps: they stay as they are, and so do true warnings about them.
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
  /** The plan to change. A changed plan has the same objects where nothing changes. */
  start: Plan;
}

/** The plan before and after a change. */
interface Change<Plan, Part extends object> extends Start<Plan, Part> {
  plan: Plan;
}

/** What a changed plan is compared with. */
export interface ReviewedStart<Plan, Part extends object> extends Start<Plan, Part> {
  /** The rules of the changed request. */
  rules: readonly Rule<Plan>[];
  before: {
    /** The plan of the other job. `start` may lack its last parts, or have other dates. */
    plan: Plan;
    /** The rules of the request that it was written for. */
    rules: readonly Rule<Plan>[];
  };
}

/** A path in a plan, as findings and warnings have it. */
type Path = readonly (string | number)[];

/**
 * Returns rules for a changed plan. They repair no kept part. What was wrong before in a kept part, or
 * in the whole plan, is a warning again, but gives the model no turn.
 *
 * @param options `isOpen`: whether the model may choose the parts that it writes
 */
export function rulesForChange<Plan, Part extends object>(
  { isOpen, ...options }: ReviewedStart<Plan, Part> & { isOpen: boolean },
): Rule<Plan>[] {
  const { before, rules } = options;
  const messages = keysOf(before.rules, before.plan);
  return rules.map((rule) => ({
    code: rule.code,
    check: (plan) =>
      rule.check(plan).map((finding) => {
        const isKnown = messages.has(keyOf(rule, finding));
        const about = { ...options, plan, isOpen, isKnown };
        return finding.others
          ? aboutManyPlaces(finding, { ...about, places: placesBefore(rule.code, options) })
          : aboutOnePlace(finding, about);
      }),
    ...(rule.repair && { repair: (plan) => repairChanged(rule, { ...options, plan }) }),
  }));
}

/** What a finding of a changed plan is compared with. */
interface Comparison<Plan, Part extends object> extends Change<Plan, Part> {
  isOpen: boolean;
  /** Whether the plan before the change had the same finding. */
  isKnown: boolean;
}

function aboutOnePlace<Plan, Part extends object>(
  finding: Finding,
  { isOpen, isKnown, ...change }: Comparison<Plan, Part>,
): Finding {
  const kept = keptAt(change, finding.where);
  if (kept === "new") return finding;
  if (isKnown) return { ...finding, feedback: null };
  return kept === "kept" ? aboutKeptPart(finding, isOpen) : finding;
}

/** Such a finding names, for the model, only the places that did not have it before. */
function aboutManyPlaces<Plan, Part extends object>(
  finding: Finding,
  { places, ...change }: Comparison<Plan, Part> & { places: ReadonlySet<object> },
): Finding {
  const atNewPlaces = newPlaces(finding, { ...change, places });
  return atNewPlaces === null
    ? { ...finding, feedback: null }
    : aboutOnePlace(atNewPlaces, { ...change, isKnown: false });
}

/** Returns the keys of what is wrong in a plan. */
function keysOf<Plan>(rules: readonly Rule<Plan>[], plan: Plan): Set<string> {
  return new Set(rules.flatMap((rule) => rule.check(plan).map((finding) => keyOf(rule, finding))));
}

/** The position of an item may change with the times of others. Messages name its title. */
function keyOf({ code }: { code: string }, { message }: { message: string }): string {
  return `${code}\n${message}`;
}

/** Returns the parts and items that one finding of a rule was about before the change. */
function placesBefore<Plan, Part extends object>(
  code: string,
  { shape, start, before }: ReviewedStart<Plan, Part>,
): Set<object> {
  const rules = before.rules.filter((rule) => rule.code === code);
  const findings = rules.flatMap((rule) => rule.check(before.plan));
  const paths = findings.flatMap(({ where, others }) => others ? [where, ...others] : []);
  return new Set(paths.flatMap((path) => placeAt({ shape, plan: start }, path) ?? []));
}

/**
 * Returns a finding with the places that did not have it before; `null`: there are none.
 *
 * @param change `places`: the places that had it, in the plan before the change
 */
function newPlaces<Plan, Part extends object>(
  finding: Finding,
  { places, ...change }: Change<Plan, Part> & { places: ReadonlySet<object> },
): Finding | null {
  const all = [finding.where, ...finding.others ?? []];
  const [where, ...others] = all.filter((path) => {
    const plan = keptAt(change, path) === "partly" ? change.start : change.plan;
    const place = placeAt({ shape: change.shape, plan }, path);
    return place === undefined || !places.has(place);
  });
  return where === undefined ? null : { ...finding, where, others };
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

/**
 * Returns a changed plan with warnings of the plan before about kept parts and items. It leaves out what
 * rules can find again, because the changed plan has these warnings already if they are still true. So
 * what stays is for example a warning about a cost that was left out.
 *
 * @param plan the changed plan, with its own warnings
 */
export function withKeptWarnings<
  Plan extends { warnings?: PlanWarning[] | undefined },
  Part extends object,
>(
  plan: Plan,
  { before, ...start }: Omit<ReviewedStart<Plan, Part>, "rules">,
): Plan {
  const { warnings: found = [], ...rest } = plan;
  const findable = keysOf(before.rules, before.plan);
  const told = new Set(found.map(({ code, where }) => `${code}\n${where}`));
  const kept = keptWarnings({ ...start, plan }).filter((warning) =>
    !findable.has(keyOf(warning, warning)) && !told.has(`${warning.code}\n${warning.where}`)
  );
  const warnings = [...kept, ...found];
  return (warnings.length === 0 ? rest : { ...rest, warnings }) as Plan;
}

/** Returns the warnings of the plan before a change that are about kept parts and items. */
function keptWarnings<
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

/** Returns the item or the part that a path leads to. */
function placeAt<Plan, Part extends object>(
  plan: { shape: PlanShape<Plan, Part>; plan: Plan },
  path: Path,
): object | undefined {
  const { part, item } = partAt(plan, path);
  return item ?? part;
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
