/**
 * How the page of a trip shows a plan of one kind.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { KindName } from "../../../jobs/kinds/contracts.ts";
import type { Jobs } from "../../client/job.ts";
import type { Words } from "../../words/words.ts";
import type { Stop } from "../map/stop.ts";

/** A stage of the work, as the dock shows it. */
export type Stage = "queued" | "thinking" | "researching" | "writing";

export interface PlanProps<Job> {
  job: Job;
  /** Whether more parts will follow. */
  isGrowing: boolean;
  /** The entry that the reader looks at, here or on the map; unset or `null`: none. */
  focus?: Pick<Stop, "part" | "index"> | null;
  /** Whether to show only times, names and costs, as an example. */
  isCompact?: boolean;
}

/** What a trip is, in a few words. */
export interface TripSummary {
  /** Such as `5 days in Lisbon`. */
  headline: string;
  /** Such as `5 days`, for a picture that shows the title beside it. */
  label: string;
  /** The title in Latin letters, as far as it is known. */
  plainTitle: string;
  /** The first and the last day, such as `2027-05-01`; `null`: not known. */
  dates: readonly [first: string, last: string] | null;
  /** Says how many further parts there are. */
  more: (count: number) => string;
}

/** A day or a bundle of a plan, for its index, menus, links and pictures. */
export interface PlanPart {
  /** The id of its element. */
  id: string;
  /** Such as `Day 2`. */
  label: string;
  /** What the plan calls it; `null`: it is not written yet. */
  title: string | null;
  /** Whether its calendar has an event. */
  isDated: boolean;
}

/** A part of a plan that is written. */
export type WrittenPart = PlanPart & { title: string };

/** The parts of a plan, also parts that are not written yet. */
export interface PlanContents {
  /** Such as `Days`. */
  name: string;
  parts: readonly PlanPart[];
  /** Whether to list the titles even of a few parts, because more parts may come. */
  hasList?: boolean;
}

/** The files of a finished plan that its page links to, in addition to JSON. */
export interface FileLinks {
  readonly markdown: boolean;
  /** Whether its events have dates, or need a first day from the reader; `null`: no calendar. */
  readonly calendar: "dates" | "first day" | null;
}

/** A number that sums up a plan. */
export interface Total {
  name: string;
  /** `null`: not known, or not yet. */
  value: string | null;
  /** What the number means, in a few words. */
  note?: string | undefined;
}

/** The page of a trip. Methods with a capitalized name are components. */
export interface TripView<Name extends KindName = KindName> {
  /** The name of a part of the plan, such as `Day`, where the words of the page have none. */
  readonly partNoun: string;
  /** The stages of the work, in order. */
  readonly stages: readonly Stage[];
  readonly files: FileLinks;
  /** Shows the plan, or its finished parts. */
  Plan(props: PlanProps<Jobs[Name]>): ComponentChildren;
  /** Shows the details of the request that the title leaves out. */
  Details?(props: { job: Jobs[Name] }): ComponentChildren;
  /**
   * Returns the line below the title, such as `3 days · Fri, Dec 4 – Sun, Dec 6`; unset: the extent of
   * the request.
   */
  subtitleOf?(job: Jobs[Name], words: Words): string | null;
  /**
   * Returns the totals of the plan. Their number does not depend on the plan, so that nothing moves
   * while it grows; unset: none.
   */
  totalsOf?(job: Jobs[Name], words: Words): Total[];
  /** Returns the parts of the plan; unset: they have no names. */
  contentsOf?(job: Jobs[Name], words: Words): PlanContents;
  /** Returns the time zone of the place (an IANA name); unset or `undefined`: not known. */
  timeZoneOf?(job: Jobs[Name]): string | undefined;
  /** Returns the first day of the plan, such as `2027-05-01`; unset or `undefined`: not known. */
  firstDayOf?(job: Jobs[Name]): string | undefined;
  /** Returns the places of the plan for the map, in the order of the plan; unset: no map. */
  stopsOf?(job: Jobs[Name]): Stop[];
  /** Says in a few words what the trip is, for links and pictures of it; unset: only its title. */
  summaryOf?(job: Jobs[Name], words: Words): TripSummary;
  /** Returns the summaries of the model's reasoning, oldest first; unset: the page shows none. */
  reasoningOf?(job: Jobs[Name]): readonly string[];
}
