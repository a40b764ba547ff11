/**
 * The downloads of finished plans.
 * @module
 */
import type { Context } from "hono";
import { type Job, kindOf } from "../../web/client/job.ts";
import { describeSource } from "../../web/app/trip/source.ts";
import { titleOfJob } from "../../web/app/wish.ts";
import { en } from "../../web/words/en.ts";
import { answer, setHeaders } from "../http/answer.ts";
import { ProblemError } from "../http/problem.ts";
import { attachmentOf } from "./attachment.ts";
import { noCalendar, type PlanCalendar, type PlanEvent } from "./kind_files.ts";
import { filesOf } from "./registry.ts";
import { joined } from "./text.ts";
import type { TimeZone } from "./time_zone.ts";

/**
 * Sends the plan as Markdown.
 *
 * @throws {ProblemError} 404 if its kind has no Markdown
 */
export function sendMarkdown(c: Context, job: Job): Response {
  const files = filesOf(kindOf(job));
  if (!files.markdown) throw noSuchFile();
  const text = files.markdown(job, { note: describeSource(job.source, en)?.text });
  return sendFile(c, job, { extension: "md", type: "text/markdown", text });
}

/** Sends the job as the API's `GET` returns it, as a file. */
export function sendJson(c: Context, job: Job): Response {
  const text = JSON.stringify(job, null, 2) + "\n";
  return sendFile(c, job, { extension: "json", type: "application/json", text });
}

/**
 * Sends the plan as a calendar, in the time zone that the request names (`?timeZone=`), else in those
 * of the plan. An empty name stands for no time zone.
 *
 * @throws {ProblemError} 404 if its kind has no calendar, 400 if no part of the plan has a date, or
 * if there is no such time zone
 */
export async function sendCalendar(c: Context, job: Job): Promise<Response> {
  const files = filesOf(kindOf(job));
  if (!files.calendar) throw noSuchFile();
  const calendar = await files.calendar(job, { query: (name) => c.req.query(name) });
  const zoneOf = await readTimeZones(c, calendar);
  const { calendarText } = await import("./calendar.ts");
  const noted = withFloatingNote(calendar, zoneOf);
  const text = calendarText(noted, { createdAt: Date.parse(job.createdAt), zoneOf });
  return sendFile(c, job, { extension: "ics", type: "text/calendar", text });
}

/** What the reader of a calendar should know about times without a time zone. */
const FLOATING = "Times are local times of the place. They have no time zone (floating), so some " +
  "calendars show them in your own time zone.";

/** The same if other times have one. */
const SOME_FLOATING =
  "Times are local times of the places. Some have no time zone (floating), so " +
  "some calendars show these in your own time zone.";

/** Adds to a calendar which of its times have no time zone. Days have none anyway. */
function withFloatingNote(calendar: PlanCalendar, zoneOf: ZoneOf): PlanCalendar {
  const { events, note = null } = calendar;
  const timed = events.filter(({ date }) => !date.allDay);
  const floating = timed.filter((event) => zoneOf(event) === null);
  if (floating.length === 0) return calendar;
  const text = floating.length < timed.length ? SOME_FLOATING : FLOATING;
  return { ...calendar, note: joined([text, note], " ") };
}

/** Returns the time zone of an event; `null`: it is not known. */
type ZoneOf = (event: PlanEvent) => TimeZone | null;

/**
 * Reads the time zones of a calendar: that of the request, else those of the plan.
 *
 * @throws {ProblemError} 400 if there is no such time zone
 */
async function readTimeZones(c: Context, plan: PlanCalendar): Promise<ZoneOf> {
  const asked = c.req.query("timeZone");
  const nameOf = ({ timeZone }: PlanEvent) => asked ?? timeZone ?? plan.timeZone;
  const names = new Set(plan.events.flatMap((event) => nameOf(event) || []));
  if (names.size === 0) return () => null;
  // Its package takes 1 MB, so it is loaded on the first request for a time zone.
  const { timeZoneOf } = await import("./time_zone.ts");
  const zones = new Map([...names].map((name) => [name, timeZoneOf(name)]));
  if (asked && zones.get(asked) === null) {
    throw noCalendar("We don't know this time zone. Its name looks like Europe/Berlin.");
  }
  return (event) => zones.get(nameOf(event) ?? "") ?? null;
}

function sendFile(
  c: Context,
  job: Job,
  { extension, type, text }: { extension: string; type: string; text: string },
): Response {
  setHeaders(c, {
    "content-disposition": attachmentOf(titleOfJob(job, en), extension),
    "content-type": `${type}; charset=utf-8`,
  });
  return answer(c, text);
}

function noSuchFile(): ProblemError {
  return new ProblemError({
    code: "route_not_found",
    detail: "This file format is not available for this kind of plan",
  });
}
