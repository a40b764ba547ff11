/**
 * The options that choose jobs.
 * @module
 */
import type { Command } from "commander";
import { JobFilter } from "../../jobs/operator/job_filter.ts";
import { AdminError } from "./exit_codes.ts";

const filters: [flags: string, description: string][] = [
  ["--state <state>", "queued, running, succeeded, failed or canceled"],
  ["--kind <kind>", "a kind of job, such as itinerary"],
  ["--code <code>", "why the job failed, such as upstream_error"],
  ["--since <time>", "created since then: an ISO time, or an age such as 90m, 2h or 1d"],
  ["--until <time>", "created before then"],
  ["--owner <id>", "the caller that owns the job"],
  ["--source <source>", "what wrote the plan: openai, sample or placeholder"],
  ["--attempts <number>", "the smallest number of attempts"],
];

/** Adds the options of a filter to a command. */
export function addFilter(command: Command): Command {
  for (const [flags, description] of filters) command.option(flags, description);
  return command;
}

/**
 * Reads the filter from the options of a command.
 *
 * @throws {AdminError} names the first option that is not valid
 */
export function filterOf(options: Record<string, unknown>): JobFilter {
  const names = Object.keys(JobFilter.shape);
  const given = names.filter((name) => options[name] !== undefined)
    .map((name) => [name, options[name]]);
  const filter = JobFilter.safeParse(Object.fromEntries(given));
  if (filter.success) return filter.data;
  const [{ path, message }] = filter.error.issues as [typeof filter.error.issues[0]];
  throw new AdminError("usage", `--${String(path[0])}: ${message}`);
}
