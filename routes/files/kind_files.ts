/**
 * The files of finished plans that a kind of job offers.
 * @module
 */
import type { KindName } from "../../jobs/kinds/contracts.ts";
import type { Jobs } from "../../web/client/job.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { ProblemError } from "../http/problem.ts";
import type { PlanRoute } from "./gpx.ts";

/**
 * The local time of an event. Both ends are epoch milliseconds as if the place were in UTC. `end`
 * is exclusive, and `null` if it is not known.
 */
export interface EventDate {
  start: number;
  end: number | null;
  /** Only the days are known: both ends are midnights. */
  allDay: boolean;
}

/** An event of a calendar. Its texts may have line breaks: the calendar writes each on one line. */
export interface PlanEvent {
  /** Stable and unique, so that a second import replaces the event. */
  id: string;
  date: EventDate;
  /** The time zone of its place (an IANA name); unset or `null`: that of the calendar. */
  timeZone?: string | null;
  summary: string;
  location: string;
  /** Its line breaks are kept. */
  description: string;
  /** Empty: no category. */
  category?: string;
  url?: string | null;
}

export interface PlanCalendar {
  name: string;
  /** What the calendar leaves out; unset: nothing. */
  note?: string;
  events: PlanEvent[];
  /** The time zone of events that have none of their own (an IANA name); unset: not known. */
  timeZone?: string | undefined;
}

/** What the reader of a file asks for. */
export interface FileOptions {
  /** The words of the language of the page. */
  words: ServerWords;
  /** Returns a parameter of the request. */
  query: (name: string) => string | undefined;
}

/** The files of a kind, in addition to JSON. A kind without a method does not offer that file. */
export interface KindFiles<Name extends KindName = KindName> {
  /**
   * Writes the plan as Markdown (CommonMark 0.31).
   *
   * @param options.note a line under the title, as text
   * @returns the document; it ends with a line end
   */
  markdown?(
    job: Jobs[Name],
    options: { note: string | undefined; words: ServerWords },
  ): string;
  /**
   * Creates the calendar of the plan.
   *
   * @throws {ProblemError} 400 if the plan has no event for a calendar
   */
  calendar?(job: Jobs[Name], options: FileOptions): PlanCalendar | Promise<PlanCalendar>;
  /** Returns the parts of the plan with the places whose position is known. */
  routes?(job: Jobs[Name], options: Pick<FileOptions, "words">): PlanRoute[];
  /** Returns a place of a finished plan; `null` if it was not looked up, or does not exist. */
  lookedUpPlace?(
    job: Jobs[Name],
    stop: { part: number; index: number },
  ): { name: string; latitude: number; longitude: number } | null;
}

/**
 * Returns the problem of a plan that cannot be a calendar.
 *
 * @param text what the page says about it, in full sentences
 */
export function noCalendar(text: string, { noFile }: ServerWords): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: "The calendar cannot be made",
    page: { title: noFile.calendar, text },
  });
}
