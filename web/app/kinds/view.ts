/**
 * The view of a kind of job: its form, and the page of its trips. Code outside this folder names no
 * kind.
 * @module
 */
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { PlanShape } from "../shaping/plan_shape.ts";
import type { FormView } from "./form_view.ts";
import type { TripView } from "./trip_view.ts";

/** The whole view of a kind of job. */
export interface KindView<Name extends KindName = KindName, Field extends string = string>
  extends TripView<Name>, FormView<Name, Field> {
  /** Where a plan can be changed; unset: the page offers no changes. */
  readonly shape?: PlanShape;
}
