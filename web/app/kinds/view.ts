/**
 * The view of a kind of job: its requests, and the page of its trips. Its form is apart, because only
 * the first page loads it. Code outside this folder names no kind.
 * @module
 */
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { PlanShape } from "../shaping/plan_shape.ts";
import type { TripView } from "./trip_view.ts";
import type { WishView } from "./wish_view.ts";

/** The view of a kind of job, without its form. */
export interface KindView<Name extends KindName = KindName, Field extends string = string>
  extends TripView<Name>, WishView<Name, Field> {
  /** Where a plan can be changed; unset: the page offers no changes. */
  readonly shape?: PlanShape;
}
