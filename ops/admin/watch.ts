/**
 * The command that shows what happens now. On a screen, that is the overview, what fires and the
 * newest jobs; elsewhere a line for each change of a job.
 * @module
 */
import type { Command } from "commander";
import { type JobLine, JobLines } from "../../routes/admin/api/job_answers.ts";
import type { Context, Run } from "./context.ts";
import { escapedJson, visible } from "./control_characters.ts";
import { AdminError } from "./exit_codes.ts";
import { jobColumns } from "./jobs.ts";
import { readState, stateWords } from "./reports.ts";
import { tableOf } from "./table.ts";

/** As often as the pages of the dashboard. */
const REFRESH_MS = 2_000;

/** As many jobs as fit a small screen. */
const SHOWN_JOBS = 15;

/** More jobs than a service ends between two refreshes. */
const WATCHED_JOBS = 200;

/** Shows what happens, until the process ends. */
async function watch(context: Context): Promise<void> {
  const step = context.terminal.isScreen && !context.isJson ? showScreen : linesOf();
  await step(context);
  for (;;) {
    await context.clock.wait(REFRESH_MS);
    try {
      await step(context);
    } catch (error) {
      // A restart of the service takes some seconds.
      if (!(error instanceof AdminError && error.reason === "unreachable")) throw error;
      context.terminal.note(`${error.message}. Trying again.`);
    }
  }
}

async function showScreen(context: Context): Promise<void> {
  const { api, terminal, clock } = context;
  const [state, { value: { jobs } }] = await Promise.all([
    readState(context),
    api.send({ path: "/jobs", query: { limit: SHOWN_JOBS } }, JobLines),
  ]);
  terminal.show([
    stateWords(state, context),
    "",
    tableOf({ rows: jobs, columns: jobColumns(clock) }, terminal),
    "",
    "Ctrl+C ends this.",
  ].join("\n"));
}

/** Returns a function that writes a line for each job that has changed since its last call. */
function linesOf(): (context: Context) => Promise<void> {
  let seen = new Map<string, string>();
  return async ({ api, terminal, isJson }) => {
    const call = { path: "/jobs", query: { limit: WATCHED_JOBS } } as const;
    const { value: { jobs } } = await api.send(call, JobLines);
    for (const job of jobs.toReversed()) {
      if (seen.get(job.id) !== stateOf(job)) {
        terminal.write(isJson ? escapedJson(JSON.stringify(job)) : lineOf(job));
      }
    }
    seen = new Map(jobs.map((job) => [job.id, stateOf(job)]));
  };
}

function stateOf({ state, attempts }: JobLine): string {
  return `${state} ${attempts}`;
}

function lineOf({ id, kind, state, code, attempts, createdAt, finishedAt }: JobLine): string {
  const at = finishedAt ?? createdAt;
  return visible([at, id, kind, state, ...(code ? [code] : []), `attempts=${attempts}`].join(" "));
}

/** Adds the command. */
export function addWatchCommand(program: Command, run: Run): void {
  const description = "Show what happens now; in a file, a line for each change of a job";
  run(program.command("watch").description(description), watch);
}
