/**
 * The view of a kind of job: its form, and the page of its trips. Code outside this folder names no
 * kind.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { Jobs, Wishes } from "../../client/job.ts";
import type { FieldView } from "./field.ts";

/** The values of a form, by the name of the field. */
export type FormValues<Field extends string = string> = Partial<Record<Field, string | undefined>>;

/** A stage of the work, as the dock shows it. */
export type Stage = "queued" | "thinking" | "researching" | "writing";

export interface PlanProps<Job> {
  job: Job;
  /** Whether more parts will follow. */
  isGrowing: boolean;
}

/** The files of a finished plan that its page links to, in addition to JSON. */
export interface FileLinks {
  readonly markdown: boolean;
  /** Whether its events have dates, or need a first day from the reader; `null`: no calendar. */
  readonly calendar: "dates" | "first day" | null;
}

/** The page of a trip. Methods with a capitalized name are components. */
export interface TripView<Name extends KindName = KindName> {
  /** The name of a part of the plan, such as `Day`. */
  readonly partNoun: string;
  /** The stages of the work, in order. */
  readonly stages: readonly (readonly [stage: Stage, label: string])[];
  /** Sentences that the dock shows in turn; at least one. Up to 27 characters fit on a phone. */
  readonly waitingTips: readonly string[];
  readonly files: FileLinks;
  /** Shows the plan, or its finished parts. */
  Plan(props: PlanProps<Jobs[Name]>): ComponentChildren;
  /** Shows the details of the request that the title leaves out. */
  Details?(props: { job: Jobs[Name] }): ComponentChildren;
  /** Returns facts for the line below the title, such as the cost of the plan. */
  factsOf?(job: Jobs[Name]): string[];
  /** Returns the time zone of the place (an IANA name); unset or `undefined`: not known. */
  timeZoneOf?(job: Jobs[Name]): string | undefined;
  /** Returns the first day of the plan, such as `2027-05-01`; unset or `undefined`: not known. */
  firstDayOf?(job: Jobs[Name]): string | undefined;
  /** Returns the summaries of the model's reasoning, oldest first; unset: the page shows none. */
  reasoningOf?(job: Jobs[Name]): readonly string[];
}

/** The whole view of a kind of job. */
export interface KindView<Name extends KindName = KindName, Field extends string = string>
  extends TripView<Name> {
  /** The option on the home page. */
  readonly choice: { readonly title: string; readonly text: string };
  /** The label of the button of the form. */
  readonly verb: string;
  /**
   * The fields of the form, in order, by the name of their member in the request. The schema of the
   * member sets the limits of the field. No two kinds have a field of the same name.
   */
  readonly fields: Readonly<Record<Field, FieldView>>;
  /** Returns the body of `POST` for the values of a form. The fields check the values. */
  bodyOf(values: FormValues<Field>): Wishes[Name];
  /** Returns the values of the form for a body. */
  valuesOf(body: Wishes[Name]): Record<Field, string>;
  /** Returns the body that requests the same plan as a job. */
  bodyOfJob(job: Jobs[Name]): Wishes[Name];
  /** Returns the title for headings and lists: one line or a few. */
  titleOf(body: Wishes[Name]): string;
  /** Returns the extent of a plan, such as `3 days`; unset: the kind has none. */
  durationLabel?(body: Wishes[Name]): string;
}
