/**
 * Places in a plan for what other parts of the page add to it: buttons, pictures, links. The plan
 * does not know them.
 * @module
 */
import { type ComponentChildren, createContext } from "preact";
import { useContext } from "preact/hooks";

/** A part of the plan, or one entry of it. */
export interface PlanSpot {
  /** The index of the day or bundle. */
  part: number;
  /** The index of the activity or event; unset: the whole part. */
  index?: number;
}

/** Each function returns what belongs to a spot; unset: nothing. */
export interface PlanSlots {
  /** Its mark, such as `New`, and the buttons that change it. */
  menu?(spot: PlanSpot): ComponentChildren;
  /** A photograph. */
  photo?(spot: PlanSpot): ComponentChildren;
  /** What follows after a part, such as a link to its calendar. */
  footer?(spot: PlanSpot): ComponentChildren;
}

const SlotsContext = createContext<PlanSlots>({});

/** Fills the slots of the plan in it. */
export const PlanSlotsProvider = SlotsContext.Provider;

/** Shows what a slot has for a spot. */
export function Slot({ name, part, index }: PlanSpot & { name: keyof PlanSlots }) {
  const slots = useContext(SlotsContext);
  return slots[name]?.({ part, ...(index !== undefined && { index }) }) ?? null;
}
