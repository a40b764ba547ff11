/**
 * What the traveler has moved and removed by hand in a plan. It stays in this browser: the service
 * knows the plan without it.
 * @module
 */
import type { Job } from "../../client/job.ts";
import type { PlanDiff } from "./diff.ts";
import type { PlanShape } from "./plan_shape.ts";

/** The changes by hand of one plan. */
export interface Edits {
  /** For each edited part, by its index: the indexes of the kept items in their new order. */
  order: Record<number, number[]>;
}

export const noEdits: Edits = { order: {} };

/** Returns whether a plan differs by its edits. */
export function isEdited({ order }: Edits): boolean {
  return Object.keys(order).length > 0;
}

/** Returns a job with the edits. Parts without edits stay the same objects. */
export function applyEdits(job: Job, edits: Edits, shape: PlanShape): Job {
  const { order } = soundEdits(job, edits, shape);
  if (!isEdited({ order })) return job;
  const parts = shape.partsOf(job).map((part, index) =>
    order[index] ? shape.arrange(part, order[index]) : part
  );
  return { ...shape.withParts(job, parts), warnings: movedWarnings(job, { order }, shape) };
}

/** Returns the edits that fit a plan: what storage contains may be older, or of another plan. */
export function soundEdits(job: Job, { order }: Edits, shape: PlanShape): Edits {
  const parts = shape.partsOf(job);
  const sound = Object.entries(order).filter(([index, kept]) => {
    const part = parts[Number(index)];
    const count = part ? shape.itemsOf(part).length : 0;
    return kept.length > 0 && new Set(kept).size === kept.length &&
      kept.every((one) => Number.isInteger(one) && one >= 0 && one < count) &&
      !isOriginal(kept, count);
  });
  return { order: Object.fromEntries(sound) };
}

/** Returns edits with another order of one part. */
export function withOrder(
  { order }: Edits,
  { part, kept, count }: { part: number; kept: readonly number[]; count: number },
): Edits {
  const { [part]: _, ...others } = order;
  return { order: isOriginal(kept, count) ? others : { ...others, [part]: [...kept] } };
}

/** Returns the indexes of the items of a part in the order in which the page shows them. */
export function orderOf({ order }: Edits, { part, count }: { part: number; count: number }) {
  return order[part] ?? Array.from({ length: count }, (_, index) => index);
}

/** Returns a list with one entry at another position. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from]!, ...rest.slice(to)];
}

/**
 * Carries the edits of a plan over to a changed version of it: for the items that are still there.
 * A new item takes its place behind the item that is before it in the new version.
 *
 * @param diff what differs between the two versions
 */
export function carryEdits({ order }: Edits, diff: PlanDiff): Edits {
  const carried = Object.entries(order).flatMap(([index, kept]) => {
    const part = diff.parts[Number(index)];
    if (!part || part.state === "new") return [];
    if (part.state === "same") return [[index, kept] as const];
    const positions = part.items.map(({ was }) => was);
    const list = kept.map((was) => positions.indexOf(was)).filter((at) => at >= 0);
    positions.forEach((was, at) => {
      if (was === null) {
        list.splice(list.indexOf(at - 1) + 1 || (at === 0 ? 0 : list.length), 0, at);
      }
    });
    return isOriginal(list, positions.length) ? [] : [[index, list] as const];
  });
  return { order: Object.fromEntries(carried) };
}

function isOriginal(kept: readonly number[], count: number): boolean {
  return kept.length === count && kept.every((one, index) => one === index);
}

/** Returns the warnings about what is still there. Their paths name the new positions. */
function movedWarnings({ warnings }: Job, { order }: Edits, shape: PlanShape): Job["warnings"] {
  const [parts, items] = shape.members;
  return warnings?.flatMap((warning) => {
    const [first, part, third, item, ...rest] = warning.where.split(".");
    const kept = order[Number(part)];
    if (first !== parts || third !== items || !kept) return [warning];
    const at = kept.indexOf(Number(item));
    return at < 0 ? [] : [{ ...warning, where: [first, part, third, at, ...rest].join(".") }];
  });
}
