/**
 * How people see a kind of job: its form, and the page of a trip. Nothing outside of this folder knows
 * a kind by name.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { Jobs, Wishes } from "../../client/job.ts";
import type { FieldView } from "./field.ts";

/** A form as it is filled in: what was typed, by the name of the field. */
export type FormValues<Field extends string = string> = Partial<Record<Field, string | undefined>>;

/** What a job is at, as the dock names it. */
export type Stage = "queued" | "thinking" | "researching" | "writing";

export interface PlanProps<Job> {
  job: Job;
  /** Whether another part is to come. */
  isGrowing: boolean;
}

/** The files of a finished plan that its page links to, beside JSON. */
export interface FileLinks {
  readonly markdown: boolean;
  /** Whether its events have dates, or need a first day from the reader; `null`: no calendar. */
  readonly calendar: "dates" | "first day" | null;
}

/** What the page of a trip shows. Methods whose name begins with a capital are components. */
export interface TripView<Name extends KindName = KindName> {
  /** What a part of a plan is called, such as `Day`. */
  readonly partNoun: string;
  /** The stages of the work, in order. */
  readonly stages: readonly (readonly [stage: Stage, label: string])[];
  /** What the dock says in turn while the reader waits; at least one, without a full stop. */
  readonly waitingTips: readonly string[];
  readonly files: FileLinks;
  /** The plan, or as much of it as there is. */
  Plan(props: PlanProps<Jobs[Name]>): ComponentChildren;
  /** What was asked for, beyond the title. */
  Details?(props: { job: Jobs[Name] }): ComponentChildren;
  /** Facts for the line under the title, such as what the plan costs. */
  factsOf?(job: Jobs[Name]): string[];
  /** What the model says of its reasoning, oldest first; unset where the page shows none. */
  reasoningOf?(job: Jobs[Name]): readonly string[];
}

/** All that people see of a kind of job. */
export interface KindView<Name extends KindName = KindName, Field extends string = string>
  extends TripView<Name> {
  /** How the first page offers it. */
  readonly choice: { readonly title: string; readonly text: string };
  /** What the button of the form says. */
  readonly verb: string;
  /**
   * The fields of the form, in order. A name is that of a member of the request, whose schema gives the
   * limits of the field; no two kinds have a field of the same name.
   */
  readonly fields: Readonly<Record<Field, FieldView>>;
  /** The body of `POST` for what a form holds. The fields say whether the API accepts it. */
  bodyOf(values: FormValues<Field>): Wishes[Name];
  /** What to type into the form for this body. */
  valuesOf(body: Wishes[Name]): Record<Field, string>;
  /** The body that asks for the same plan as this job. */
  bodyOfJob(job: Jobs[Name]): Wishes[Name];
  /** What a wish is called in headings and lists: a line or a few of them. */
  titleOf(body: Wishes[Name]): string;
  /** How much it is, beside its title; unset where that is open. */
  durationLabel?(body: Wishes[Name]): string;
}
