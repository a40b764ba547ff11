/**
 * The command that empties a service before it is replaced: it pauses the intake, and follows the
 * jobs until none waits or runs.
 * @module
 */
import type { Command } from "commander";
import { Controls } from "../../routes/admin/api/controls.ts";
import { JobLines } from "../../routes/admin/api/job_answers.ts";
import type { Context, Run } from "./context.ts";
import { AdminError } from "./exit_codes.ts";
import { ageWords, counted } from "./words.ts";

/** A drain lasts minutes, so this is soon enough. */
const LOOK_MS = 2_000;

/** The largest page of the API. For more jobs, "or more" is enough. */
const PAGE_JOBS = 100;

/**
 * A job that is retried or delivers a callback may change its list between two requests, and so be in
 * neither answer. It is in one of them the next time.
 */
const EMPTY_LOOKS = 2;

/** Jobs of a state. */
interface Count {
  count: number;
  hasMore: boolean;
}

/** What an empty service still has to do. */
interface Drained {
  waiting: 0;
  running: 0;
  /** When the last result expires; `null`: there is none. */
  resultsUntil: string | null;
}

async function drain(context: Context, { note }: { note?: string }): Promise<void> {
  const { api, terminal, clock } = context;
  const body = { what: "intake", ...(note && { note }) };
  const { value: { kinds } } = await api.send({ path: "/pause", body }, Controls);
  terminal.note("The intake is paused.");
  for (const { kind, isPaused } of kinds) {
    if (isPaused) terminal.note(`Jobs of ${kind} do not start: deno task admin resume ${kind}`);
  }
  let shown = "";
  for (let emptyLooks = 0; emptyLooks < EMPTY_LOOKS;) {
    const seen = await look(context);
    emptyLooks = seen.isEmpty ? emptyLooks + 1 : 0;
    if (seen.words !== shown) terminal.note(seen.words);
    shown = seen.words;
    if (emptyLooks < EMPTY_LOOKS) await clock.wait(LOOK_MS);
  }
  await reportDrained(context);
}

/** Counts the jobs. The service may be out of reach for a time, for example during a restart. */
async function look(context: Context): Promise<{ isEmpty: boolean; words: string }> {
  try {
    const waiting = await countJobs(context, "queued");
    const running = await countJobs(context, "running");
    return {
      isEmpty: waiting.count + running.count === 0,
      words: `${countWords(waiting)} waiting, ${countWords(running)} running`,
    };
  } catch (error) {
    if (!(error instanceof AdminError && error.reason === "unreachable")) throw error;
    return { isEmpty: false, words: `${error.message}. Trying again.` };
  }
}

async function countJobs({ api }: Context, state: "queued" | "running"): Promise<Count> {
  const query = { state, limit: PAGE_JOBS };
  const { value: { jobs, cursor } } = await api.send({ path: "/jobs", query }, JobLines);
  return { count: jobs.length, hasMore: cursor !== null };
}

function countWords({ count, hasMore }: Count): string {
  return `${counted(count, "job")}${hasMore ? " or more" : ""}`;
}

/** Says until when clients may poll for results. All jobs live equally long, so it is the newest's. */
async function reportDrained(context: Context): Promise<void> {
  const { api, terminal, clock, isJson } = context;
  const { value: { jobs } } = await api.send({ path: "/jobs", query: { limit: 1 } }, JobLines);
  const resultsUntil = jobs[0]?.expiresAt ?? null;
  const drained: Drained = { waiting: 0, running: 0, resultsUntil };
  if (isJson) return terminal.write(JSON.stringify(drained));
  const rest = resultsUntil === null
    ? "It has no results: you may stop it."
    : `Its last result expires at ${resultsUntil} (${
      ageWords(resultsUntil, clock)
    }): until then, ` +
      "clients may ask for it.";
  terminal.write(`No job waits or runs. ${rest}`);
}

/** Adds the command. */
export function addDrainCommand(program: Command, run: Run): void {
  const command = program.command("drain")
    .description("Accept no new jobs, and follow the others until none waits or runs")
    .option("--note <text>", "what travelers read while the intake is paused");
  run(command, drain);
}
