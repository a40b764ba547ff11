/**
 * The files that a kind of job makes of a finished plan.
 * @module
 */
import type { KindName } from "../../jobs/kinds/contracts.ts";
import type { Jobs } from "../../web/client/job.ts";
import { ProblemError } from "../http/problem.ts";
import type { EventDate } from "./event_date.ts";

/** An event of a calendar. Its texts may hold anything: the calendar puts each on one line. */
export interface PlanEvent {
  /** The same each time, and unlike that of any other event, so that importing it again replaces it. */
  id: string;
  date: EventDate;
  summary: string;
  location: string;
  /** Its lines are kept. */
  description: string;
  /** Empty: none. */
  category?: string;
  url?: string | null;
}

export interface PlanCalendar {
  name: string;
  events: PlanEvent[];
}

/** The files of a kind, beside JSON. What it leaves out does not exist. */
export interface KindFiles<Name extends KindName = KindName> {
  /**
   * The plan as Markdown (CommonMark 0.31).
   *
   * @param options.note a line under the title, as text
   * @returns the document; it ends with a line end
   */
  markdown?(job: Jobs[Name], options: { note: string | undefined }): string;
  /**
   * The plan as a calendar.
   *
   * @param options.query a parameter of the request's URL
   * @throws {ProblemError} 400 if there is nothing that a calendar could hold
   */
  calendar?(
    job: Jobs[Name],
    options: { query: (name: string) => string | undefined },
  ): PlanCalendar | Promise<PlanCalendar>;
}

/** Says why a plan makes no calendar. */
export function notACalendar(detail: string): ProblemError {
  return new ProblemError({ code: "invalid_request", detail });
}
