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

/** An entry of a plan, which may have a photograph. */
export interface PhotoSpot extends Required<PlanSpot> {
  title: string;
}

/** Each function returns what belongs to a spot; unset: nothing. */
export interface PlanSlots {
  /** Its mark, such as `New`, and the buttons that change it. */
  menu?(spot: PlanSpot): ComponentChildren;
  photo?(spot: PhotoSpot): ComponentChildren;
  /** What follows after a part, such as a link to its calendar. */
  footer?: ((spot: PlanSpot) => ComponentChildren) | undefined;
}

const SlotsContext = createContext<PlanSlots>({});

/** Fills the slots of the plan in it. */
export const PlanSlotsProvider = SlotsContext.Provider;

/** Shows the menu of a spot. */
export function MenuSlot(spot: PlanSpot) {
  return useContext(SlotsContext).menu?.(spot) ?? null;
}

/** Shows the photograph of an entry. */
export function PhotoSlot(spot: PhotoSpot) {
  return useContext(SlotsContext).photo?.(spot) ?? null;
}

/** Shows what follows after a part. */
export function FooterSlot(spot: PlanSpot) {
  return useContext(SlotsContext).footer?.(spot) ?? null;
}
