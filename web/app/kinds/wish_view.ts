/**
 * The requests of one kind: as the values of a form, as a body, and in words.
 * @module
 */
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { Jobs, Wishes } from "../../client/job.ts";
import type { Words } from "../../words/words.ts";
import type { FormValues } from "./form_view.ts";

/** What the web app knows of the requests of a kind of job, in addition to its form. */
export interface WishView<Name extends KindName = KindName, Field extends string = string> {
  /** Returns the body of `POST` for the values of a form. The fields check the values. */
  bodyOf(values: FormValues<Field>): Wishes[Name];
  /** Returns the values of the form for a body. */
  valuesOf(body: Wishes[Name]): Record<Field, string>;
  /** Returns the body that requests the same plan as a job. */
  bodyOfJob(job: Jobs[Name]): Wishes[Name];
  /** Returns the title for headings and lists: one line or a few. */
  titleOf(body: Wishes[Name], words: Words): string;
  /** Returns the extent of a plan, such as `3 days`; unset: the kind has none. */
  durationLabel?(body: Wishes[Name], words: Words): string;
}
