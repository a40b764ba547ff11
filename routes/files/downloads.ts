/**
 * The downloads of finished plans.
 * @module
 */
import type { Context } from "hono";
import { type Job, kindOf } from "../../web/client/job.ts";
import { describeSource } from "../../web/app/trip/source.ts";
import { titleOfJob } from "../../web/app/wish.ts";
import type { ServerWords } from "../../web/words/words.ts";
import { answer, setHeaders } from "../http/answer.ts";
import { ProblemError } from "../http/problem.ts";
import { attachmentOf } from "./attachment.ts";
import { type FileOptions, noCalendar, type PlanCalendar, type PlanEvent } from "./kind_files.ts";
import { filesOf } from "./registry.ts";
import { joined } from "./text.ts";
import type { TimeZone } from "./time_zone.ts";

/** How a file is asked for. */
export interface DownloadOptions extends FileOptions {
  /** Epoch milliseconds. */
  now: number;
}

type Send = (c: Context, job: Job, options: DownloadOptions) => Response | Promise<Response>;

/** The files of a finished plan, by extension. */
export const downloads = {
  md: sendMarkdown,
  json: sendJson,
  ics: sendCalendar,
  gpx: sendGpx,
} as const satisfies Record<string, Send>;

/**
 * Sends the plan as Markdown.
 *
 * @throws {ProblemError} 404 if its kind has no Markdown
 */
function sendMarkdown(c: Context, job: Job, { words }: DownloadOptions): Response {
  const files = filesOf(kindOf(job));
  if (!files.markdown) throw noSuchFile();
  const text = files.markdown(job, { note: describeSource(job.source, words)?.text, words });
  const title = titleOfJob(job, words);
  return sendFile(c, { extension: "md", type: "text/markdown", text, title });
}

/** Sends the job as the API's `GET` returns it, as a file. */
function sendJson(c: Context, job: Job, { words }: DownloadOptions): Response {
  const text = JSON.stringify(job, null, 2) + "\n";
  const title = titleOfJob(job, words);
  return sendFile(c, { extension: "json", type: "application/json", text, title });
}

/**
 * Sends the plan as a calendar, in the time zone that the request names (`timeZone`), else in those
 * of the plan. An empty name stands for no time zone.
 *
 * @throws {ProblemError} 404 if its kind has no calendar, 400 if no part of the plan has a date, or
 * if there is no such time zone
 */
async function sendCalendar(c: Context, job: Job, options: DownloadOptions): Promise<Response> {
  const files = filesOf(kindOf(job));
  if (!files.calendar) throw noSuchFile();
  const calendar = await files.calendar(job, options);
  const zoneOf = await readTimeZones(calendar, options);
  const { calendarText } = await import("./calendar.ts");
  const noted = withFloatingNote(calendar, { zoneOf, words: options.words });
  const createdAt = Date.parse(job.createdAt);
  const text = calendarText(noted, { createdAt, now: options.now, zoneOf });
  // A part has a name of its own.
  const title = options.query("bundle") ? calendar.name : titleOfJob(job, options.words);
  return sendFile(c, { extension: "ics", type: "text/calendar", text, title });
}

/**
 * Sends the places of the plan for map apps.
 *
 * @throws {ProblemError} 404 if its kind has no places, 400 if no position is known
 */
async function sendGpx(c: Context, job: Job, { words }: DownloadOptions): Promise<Response> {
  const files = filesOf(kindOf(job));
  if (!files.routes) throw noSuchFile();
  const routes = files.routes(job, { words });
  if (routes.every(({ points }) => points.length === 0)) throw noMap(words);
  const { gpxText } = await import("./gpx.ts");
  const title = titleOfJob(job, words);
  const text = gpxText({ name: title, routes, createdAt: Date.parse(job.createdAt) });
  return sendFile(c, { extension: "gpx", type: "application/gpx+xml", text, title });
}

/** Adds to a calendar which of its times have no time zone. Days have none anyway. */
function withFloatingNote(
  calendar: PlanCalendar,
  { zoneOf, words }: { zoneOf: ZoneOf; words: ServerWords },
): PlanCalendar {
  const { events, note = null } = calendar;
  const timed = events.filter(({ date }) => !date.allDay);
  const lacking = timed.filter((event) => zoneOf(event) === null);
  if (lacking.length === 0) return calendar;
  const { floating, someFloating } = words.files;
  const text = lacking.length < timed.length ? someFloating : floating;
  return { ...calendar, note: joined([text, note], " ") };
}

/** Returns the time zone of an event; `null`: it is not known. */
type ZoneOf = (event: PlanEvent) => TimeZone | null;

/**
 * Reads the time zones of a calendar: that of the request, else those of the plan.
 *
 * @throws {ProblemError} 400 if there is no such time zone
 */
async function readTimeZones(
  plan: PlanCalendar,
  { query, words }: FileOptions,
): Promise<ZoneOf> {
  const asked = query("timeZone");
  const nameOf = ({ timeZone }: PlanEvent) => asked ?? timeZone ?? plan.timeZone;
  const names = new Set(plan.events.flatMap((event) => nameOf(event) || []));
  if (names.size === 0) return () => null;
  // Its package takes 1 MB, so it is loaded on the first request for a time zone.
  const { timeZoneOf } = await import("./time_zone.ts");
  const zones = new Map([...names].map((name) => [name, timeZoneOf(name)]));
  if (asked && zones.get(asked) === null) throw noCalendar(words.noFile.timeZone, words);
  return (event) => zones.get(nameOf(event) ?? "") ?? null;
}

function noMap({ noFile }: ServerWords): ProblemError {
  return new ProblemError({
    code: "invalid_request",
    detail: "The map file cannot be made",
    page: { title: noFile.map, text: noFile.noPlaces },
  });
}

function sendFile(
  c: Context,
  { extension, type, text, title }: {
    extension: string;
    type: string;
    text: string;
    title: string;
  },
): Response {
  setHeaders(c, {
    "content-disposition": attachmentOf(title, extension),
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
