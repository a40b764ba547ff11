/**
 * What the server tells the page of a trip about its versions and its changes. It is JSON.
 * @module
 */
import type { Status } from "../../client/job.ts";
import type { Refusal } from "../refusal.ts";
import type { PlanDiff } from "./diff.ts";
import type { Asked, Part } from "./plan_shape.ts";

/** A version of a trip: a job of its own. */
export interface Version {
  id: string;
  /** Counted from 1. */
  number: number;
  /** ISO 8601; `null`: not known. */
  createdAt: string | null;
  status: Status;
  /** The number of the version that it changes; `null`: none that the page knows. */
  from: number | null;
  /** What the traveler asked for; `null`: not known. */
  asked: Asked | null;
}

export interface ShapingState {
  /** The id of the forms: sent twice with the same content, they create one version. */
  formId: string;
  /** All versions that the reader may know, oldest first. The one on the page is among them. */
  versions: Version[];
  /** While a change is written: the parts of the plan that it changes. Else `null`. */
  base: Part[] | null;
  /** What differs from the version that this one changes; `null`: not known, or not finished. */
  diff: PlanDiff | null;
  /** The version that `?compare=` names. */
  compared: { id: string; number: number; parts: Part[] } | null;
  /** A form that the service has refused, with its content. */
  refused: { refusal: Refusal; text: string; part: string } | null;
}
