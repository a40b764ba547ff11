/**
 * What differs between two versions of a plan. Runs in browsers and on the server.
 * @module
 */
import type { Item, Part, PlanShape } from "./plan_shape.ts";

/** A part or an item of the newer plan. */
export type DiffState = "same" | "changed" | "new";

export interface ItemDiff {
  state: DiffState;
  /** The index of the item in the older part; `null`: it is new. */
  was: number | null;
}

export interface PartDiff {
  /** `new`: no item of the older part is left. */
  state: DiffState;
  /** The items of a part that has changed; empty for others. */
  items: ItemDiff[];
  /** The titles of the items that a changed part no longer has. */
  removed: string[];
}

export interface PlanDiff {
  parts: PartDiff[];
  /** The titles of the parts that the plan no longer has. */
  removed: string[];
}

type Shape = Pick<PlanShape, "itemsOf" | "labelOf" | "titleOf">;

/**
 * Compares two versions. A part is compared with the part of the same number, because a change keeps
 * the numbers.
 *
 * @param shape the shape of their kind
 */
export function diffPlans(
  { before, after }: { before: readonly Part[]; after: readonly Part[] },
  shape: Shape,
): PlanDiff {
  return {
    parts: after.map((part, index) => diffPart(before[index], part, shape)),
    removed: before.slice(after.length).map((part) => shape.titleOf(part)),
  };
}

const same: PartDiff = { state: "same", items: [], removed: [] };
const brandNew: PartDiff = { state: "new", items: [], removed: [] };

function diffPart(before: Part | undefined, after: Part, shape: Shape): PartDiff {
  if (before === undefined) return brandNew;
  const [old, now] = [shape.itemsOf(before), shape.itemsOf(after)];
  const matches = matchItems(old, now, shape);
  if (matches.every((was) => was === null)) return brandNew;
  const items = matches.map((was, index): ItemDiff => {
    if (was === null) return { state: "new", was };
    return { state: isEqual(old[was]!, now[index]!) ? "same" : "changed", was };
  });
  const removed = old.flatMap((item, index) =>
    matches.includes(index) ? [] : [shape.labelOf(item).title]
  );
  const isSame = removed.length === 0 && shape.titleOf(before) === shape.titleOf(after) &&
    items.every(({ state, was }, index) => state === "same" && was === index);
  return isSame ? same : { state: "changed", items, removed };
}

/** Ways to recognize an item, the surest first. An empty key recognizes nothing. */
const keys: ((label: ReturnType<PlanShape["labelOf"]>) => string)[] = [
  ({ title, place, time }) => JSON.stringify([title, place, time]),
  ({ title, place }) => JSON.stringify([title, place]),
  ({ title }) => title,
  ({ place }) => place,
];

/** Returns for each newer item the index of the older one that it was; `null`: it is new. */
function matchItems(
  old: readonly Item[],
  now: readonly Item[],
  { labelOf }: Pick<Shape, "labelOf">,
): (number | null)[] {
  const matches: (number | null)[] = now.map(() => null);
  for (const keyOf of keys) {
    const [oldKeys, newKeys] = [old, now].map((items) =>
      items.map((item) => keyOf(labelOf(item)).trim().toLowerCase())
    );
    newKeys!.forEach((key, index) => {
      if (matches[index] !== null || key === "") return;
      const was = oldKeys!.findIndex((other, at) => other === key && !matches.includes(at));
      if (was >= 0) matches[index] = was;
    });
  }
  return matches;
}

/** The way to the next item depends on that item, so it does not count. */
function isEqual(one: Item, other: Item): boolean {
  return JSON.stringify({ ...one, toNext: null }) === JSON.stringify({ ...other, toNext: null });
}
