/**
 * What the menus and marks in a plan use. Components of plans read it, so it imports none of them.
 * @module
 */
import { createContext } from "preact";
import type { PartRef, PlanShape } from "./plan_shape.ts";

/** The form that the buttons of all menus send: without a script, they belong to it by its id. */
export const SHAPE_FORM_ID = "shape";

/** The id of the section with the form for own words. */
export const CHANGE_ID = "change";

/** Returns the id of the menu of a part or an item. */
export function menuId({ part, index }: PartRef): string {
  return `menu-${part + 1}${index === undefined ? "" : `-${index + 1}`}`;
}

export type Mark = "new" | "changed" | "writing";

export interface Shaping extends Pick<PlanShape, "noun"> {
  /** Returns the mark of a part or an item; `null`: none. */
  markOf(ref: PartRef): Mark | null;
  /** What the menus offer; `null`: the plan has no menus. */
  menus: Menus | null;
  /** Whether menus will come, so that nothing moves then. */
  hasRoom: boolean;
}

export interface Menus {
  /** Returns the title of a part or an item. */
  titleOf(ref: PartRef): string;
  /** Returns how many items a part has. */
  countOf(part: number): number;
  /** Returns what the form sends for a part or an item; `null`: the service changes nothing here. */
  changeFor(ref: PartRef): string | null;
  /** What the form is sending at the moment; `null`: nothing. */
  sending: string | null;
  /** Begins a wish in own words for a part. */
  describe(part: number): void;
  /** Changes by hand, which need a script. */
  hand: Hand;
}

/** An item of a part. */
export type ItemRef = { part: number; index: number };

export interface Hand {
  /**
   * Moves an item of a part.
   *
   * @param button the button of its menu that takes the focus then; unset: the focus stays
   */
  move(ref: ItemRef, to: number, button?: "up" | "down"): void;
  remove(ref: ItemRef): void;
}

/** `null`: a plan that cannot be changed, and has no marks, such as an example. */
export const ShapingContext = createContext<Shaping | null>(null);
