/**
 * Finished plans as files.
 * @module
 */
import type { Context } from "hono";
import { z } from "zod";
import { ProblemError } from "../http/problem.ts";
import type { ItineraryJob, Job } from "../../web/client/client.ts";
import { sayMadeUp } from "../../web/app/source.ts";
import { titleOf, wishOfJob } from "../../web/app/wish.ts";
import { attachmentOf } from "./attachment.ts";
import { bundlesMarkdown, itineraryMarkdown } from "./plan_markdown.ts";

/** A day as people mean it: four digits, and none that a long trip leaves. */
const FirstDay = z.iso.date().regex(/^2/);

/** The plan as Markdown. */
export function sendMarkdown(c: Context, job: Job): Response {
  const note = sayMadeUp(job.source)?.text;
  const text = isItinerary(job)
    ? itineraryMarkdown({ ...job, days: job.itinerary!, note })
    : bundlesMarkdown({ ...job, bundles: job.bundles!, note });
  return sendFile(c, job, { extension: "md", type: "text/markdown", text });
}

/** The job as `GET` shows it, for people to keep. */
export function sendJson(c: Context, job: Job): Response {
  const text = JSON.stringify(job, null, 2) + "\n";
  return sendFile(c, job, { extension: "json", type: "application/json", text });
}

/**
 * The plan as a calendar. An itinerary has days, but no dates, so it needs `?start=2026-12-24`.
 *
 * @throws {ProblemError} 400 without a first day, and for bundles of which no date can be read
 */
export async function sendCalendar(c: Context, job: Job): Promise<Response> {
  // Loaded when somebody asks: few do, and it takes 3 MB.
  const { bundlesCalendar, itineraryCalendar } = await import("./plan_calendar.ts");
  const createdAt = Date.parse(job.createdAt);
  if (isItinerary(job)) {
    const start = FirstDay.safeParse(c.req.query("start"));
    if (!start.success) throw notACalendar("A calendar needs the first day, such as 2026-12-24");
    const { jobId: id, destination, itinerary } = job;
    const text = itineraryCalendar({
      id,
      destination,
      days: itinerary!,
      start: start.data,
      createdAt,
    });
    return sendFile(c, job, { extension: "ics", type: "text/calendar", text });
  }
  const { generationId: id, bundles } = job;
  const dated = await bundlesCalendar({ id, bundles: bundles!, createdAt });
  if (!dated) throw notACalendar("None of the events has a date that a calendar could hold");
  return sendFile(c, job, { extension: "ics", type: "text/calendar", text: dated.calendar });
}

function sendFile(
  c: Context,
  job: Job,
  { extension, type, text }: { extension: string; type: string; text: string },
): Response {
  c.header("content-disposition", attachmentOf(titleOf(wishOfJob(job)), extension));
  return c.body(text, 200, { "content-type": `${type}; charset=utf-8` });
}

function isItinerary(job: Job): job is ItineraryJob {
  return "jobId" in job;
}

function notACalendar(detail: string): ProblemError {
  return new ProblemError({ code: "invalid_request", detail });
}
