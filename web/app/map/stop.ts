/**
 * A place of a plan on the map.
 * @module
 */
import type { Day } from "../../client/job.ts";

/** The sort of a place, which chooses its icon. */
export type Category = Day["activities"][number]["category"];

export interface Stop {
  /** The index of the part of the plan: a day or a bundle. Parts have colors of their own. */
  part: number;
  /** The index of the activity or event in its part. */
  index: number;
  title: string;
  category: Category;
  /** In degrees (WGS 84). */
  latitude: number;
  longitude: number;
  /** Whether the position was looked up; `false`: the writer of the plan named it. */
  isLookedUp: boolean;
}

/** Names a stop. */
export type StopRef = Pick<Stop, "part" | "index">;

/** Returns the id of the element of the list that a stop belongs to. */
export function stopId({ part, index }: StopRef): string {
  return `stop-${part + 1}-${index + 1}`;
}
