/**
 * Which jobs an operator means, as pages, the admin API, bulk actions and the command line say it.
 * @module
 */
import { z } from "zod";
import { FailureCode } from "../../lib/job/failure.ts";
import { Source } from "../../lib/job/job_record.ts";
import { JobState } from "../../lib/job/job_summary.ts";
import type { JobQuery } from "../../lib/store/job_listing.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The units of an age, in milliseconds. */
const UNITS = { m: MINUTE, h: HOUR, d: 24 * HOUR };

/** Jobs live for days at most. */
const AGE = /^\d{1,5}[mhd]$/;

/** A time: in ISO 8601, or an age such as `90m`, `2h` or `1d`. */
export const TimeOrAge = z.union([z.iso.datetime({ offset: true }), z.string().regex(AGE)], {
  error: "must be a time such as 2026-11-21T12:00:00Z, or an age such as 90m, 2h or 1d",
});

/** Longer names are no names of this service. */
const name = z.string().min(1).max(200);

/** The members of a filter. A job matches if it matches all of them. */
export const JobFilter = z.strictObject({
  state: JobState.optional().meta({ description: "The state of the job" }),
  kind: name.optional().meta({ description: "The name of its kind" }),
  code: FailureCode.optional().meta({ description: "Why it failed" }),
  source: Source.optional().meta({ description: "What wrote its plan" }),
  owner: name.optional().meta({ description: "The id of the caller that owns it" }),
  attempts: z.coerce.number({ error: "must be a number" }).int().min(1).max(1_000).optional()
    .meta({ description: "The smallest number of its attempts" }),
  since: TimeOrAge.optional().meta({ description: "It was created at this time or later" }),
  until: TimeOrAge.optional().meta({ description: "It was created before this time" }),
});
export type JobFilter = z.infer<typeof JobFilter>;

/**
 * Returns a filter as the store takes it. Ages count from now on, so a caller that uses the filter
 * for longer keeps the result.
 *
 * @param now epoch milliseconds
 */
export function queryOf({ since, until, ...rest }: JobFilter, now: number): JobQuery {
  return {
    ...rest,
    ...(since !== undefined && { since: timeOf(since, now) }),
    ...(until !== undefined && { until: timeOf(until, now) }),
  };
}

/** Returns a time in epoch milliseconds. */
function timeOf(text: string, now: number): number {
  if (!AGE.test(text)) return Date.parse(text);
  const unit = UNITS[text.at(-1) as keyof typeof UNITS];
  return now - Number(text.slice(0, -1)) * unit;
}
