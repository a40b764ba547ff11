/**
 * The commands on many jobs: replay and cancel, by id or by a filter.
 * @module
 */
import type { Command } from "commander";
import type { z } from "zod";
import {
  BulkJobAnswer,
  BulkJobPage,
  BulkPage,
  BulkPreview,
  BulkUndo,
} from "../../routes/admin/api/bulk.ts";
import type { Answer } from "./api.ts";
import { type Context, report, type Run } from "./context.ts";
import { AdminError } from "./exit_codes.ts";
import { addFilter, filterOf } from "./filter.ts";
import { cancelJob, replayJob } from "./jobs.ts";
import { type Column, listOf, tableOf } from "./table.ts";
import { ageWords, counted, durationWords, NONE } from "./words.ts";

type BulkJob = z.output<typeof BulkJobAnswer>;

/** How often the progress is read. A bulk job handles a page of jobs in about this time. */
const FOLLOW_MS = 1_000;

interface BulkOptions extends Record<string, unknown> {
  limit?: string;
  steps?: "reuse" | "discard";
  yes?: boolean;
  wait?: boolean;
}

const verbs = { replay: ["replay", "replayed"], cancel: ["cancel", "canceled"] } as const;

/**
 * Acts on all jobs that a filter matches.
 *
 * @throws {AdminError} if it is not confirmed, or if not all jobs could be handled
 */
export async function runBulk(
  context: Context,
  action: "replay" | "cancel",
  options: BulkOptions,
): Promise<void> {
  const { api, terminal } = context;
  const target = { action, filter: filterOf(options) };
  const limit = wholeNumber(options.limit);
  const preview = await api.send({ path: "/bulk/preview", body: target }, BulkPreview);
  const { count, isMore } = preview.value;
  if (count === 0) return report(context, preview, () => "No job matches.");
  if (!confirmed(context, { action, count, isMore, limit, isSure: options.yes ?? false })) {
    throw new AdminError("refused", "Nothing is changed.");
  }
  const order = {
    ...target,
    ...(limit && { limit }),
    ...(options.steps && { steps: options.steps }),
  };
  const started = await api.send({ path: "/bulk", body: order }, BulkJobAnswer);
  const { id } = started.value;
  terminal.note(`Bulk job ${id} begins soon. To undo it: deno task admin undo ${id}`);
  const last = options.wait === false ? started : await follow(context, started);
  report(context, last, (job) => listOf(entriesOf(job, context), terminal));
  if (options.wait !== false) assertDone(last.value);
}

/** Asks the operator, unless the operator is sure. */
function confirmed(
  { terminal }: Context,
  { action, count, isMore, limit, isSure }: {
    action: "replay" | "cancel";
    count: number;
    isMore: boolean;
    limit: number | undefined;
    isSure: boolean;
  },
): boolean {
  const found = isMore ? `more than ${counted(count, "job")}` : counted(count, "job");
  const most = limit !== undefined && (isMore || limit < count) ? `, at most ${limit}` : "";
  terminal.note(`The filter matches ${found}${most}.`);
  if (isSure) return true;
  const answer = terminal.confirm(`Do you want to ${verbs[action][0]} them?`);
  if (answer !== null) return answer;
  throw new AdminError("usage", "Without a terminal, confirm with --yes");
}

/** Shows the progress of a bulk job until it ends. */
async function follow(context: Context, started: Answer<BulkJob>): Promise<Answer<BulkJob>> {
  const { api, terminal, clock } = context;
  let last = started;
  for (let shown = ""; last.value.finishedAt === null;) {
    const line = progressOf(last.value, context);
    if (line !== shown) terminal.note(line);
    shown = line;
    await clock.wait(FOLLOW_MS);
    last = await api.send({ path: `/bulk/${last.value.id}` }, BulkJobAnswer);
  }
  return last;
}

function progressOf({ state, dueAt, action, totals, expected }: BulkJob, { clock }: Context) {
  if (state === "scheduled" && dueAt !== null) {
    const ms = Math.max(0, Date.parse(dueAt) - clock.now());
    // A line every five seconds is enough for the time of the undo.
    return ms === 0 ? "begins now" : `begins in ${durationWords(Math.ceil(ms / 5_000) * 5_000)}`;
  }
  const of = `${expected.count}${expected.isMore ? " or more" : ""}`;
  return `${totals.done} of ${of} ${verbs[action][1]}, ${sumOf(totals.skipped)} skipped, ` +
    `${sumOf(totals.failed)} failed`;
}

/** @throws {AdminError} if the bulk job has not handled all jobs */
function assertDone({ state, totals, error }: BulkJob): void {
  if (state !== "completed") {
    throw new AdminError("refused", `The bulk job is ${state}${error ? `: ${error}` : ""}`);
  }
  const failed = sumOf(totals.failed);
  if (failed > 0) throw new AdminError("refused", `${counted(failed, "action")} failed`);
}

function sumOf(counts: Record<string, number>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function reasonsOf(counts: Record<string, number>): string {
  const reasons = Object.entries(counts).map(([reason, count]) => `${count} ${reason}`);
  return reasons.join(", ") || "0";
}

function filterWords({ filter, createdBy }: BulkJob): string {
  if (createdBy !== null) return `created by ${createdBy}`;
  return Object.entries(filter).map((pair) => pair.join("=")).join(" ") || "all";
}

function entriesOf(job: BulkJob, { clock }: Context): [string, string | null][] {
  return [
    ["id", job.id],
    ["action", job.action === "replay" ? `replay, steps: ${job.steps}` : job.action],
    ["jobs", filterWords(job)],
    ["by", job.by],
    ["state", job.state],
    ["created", `${job.createdAt} (${ageWords(job.createdAt, clock)})`],
    ["due", job.dueAt],
    ["finished", job.finishedAt],
    [verbs[job.action][1], `${job.totals.done}`],
    ["skipped", reasonsOf(job.totals.skipped)],
    ["failed", reasonsOf(job.totals.failed)],
    ["limit", `${job.limit}${job.hasReachedLimit ? ", reached" : ""}`],
    ["error", job.error],
  ];
}

function bulkColumns({ clock }: Context): Column<BulkJob>[] {
  return [
    { title: "id", text: ({ id }) => id },
    { title: "action", text: ({ action }) => action },
    { title: "state", text: ({ state }) => state },
    { title: "done", text: ({ totals }) => `${totals.done}`, align: "right" },
    { title: "skipped", text: ({ totals }) => `${sumOf(totals.skipped)}`, align: "right" },
    { title: "failed", text: ({ totals }) => `${sumOf(totals.failed)}`, align: "right" },
    { title: "created", text: ({ createdAt }) => ageWords(createdAt, clock) },
    { title: "by", text: ({ by }) => by, isShortenable: true },
    { title: "jobs", text: filterWords, isShortenable: true, isOptional: true },
  ];
}

/** Lists bulk jobs. */
async function listBulk(context: Context): Promise<void> {
  const answer = await context.api.send({ path: "/bulk" }, BulkJobPage);
  report(
    context,
    answer,
    ({ items }) =>
      items.length === 0
        ? "There is no bulk job."
        : tableOf({ rows: items, columns: bulkColumns(context) }, context.terminal),
  );
}

/** Shows a bulk job and the first jobs that it has handled. */
async function showBulk(context: Context, id: string): Promise<void> {
  const path = `/bulk/${encodeURIComponent(id)}` as const;
  const answer = await context.api.send({ path }, BulkJobAnswer);
  report(context, answer, (job) => listOf(entriesOf(job, context), context.terminal));
  if (context.isJson || answer.value.pages === 0) return;
  const { value: { items, nextPage } } = await context.api.send({ path: `${path}/jobs` }, BulkPage);
  const columns: Column<typeof items[number]>[] = [
    { title: "job", text: ({ jobId }) => jobId },
    { title: "replay", text: ({ newId }) => newId ?? NONE, isOptional: true },
    { title: "outcome", text: ({ outcome }) => outcome ?? NONE },
    { title: "reason", text: ({ reason }) => reason ?? NONE, isShortenable: true },
  ];
  context.terminal.write(`\n${tableOf({ rows: items, columns }, context.terminal)}`);
  if (nextPage !== null) {
    context.terminal.note(`These are the first ${counted(items.length, "job")}.`);
  }
}

/** Undoes a bulk job. */
async function undoBulk(
  context: Context,
  id: string,
  { cancelCreated = false }: { cancelCreated?: boolean },
): Promise<void> {
  const path = `/bulk/${encodeURIComponent(id)}/undo` as const;
  const answer = await context.api.send({ path, body: { cancelCreated } }, BulkUndo);
  const words = {
    undone: "The bulk job is undone. No job was changed.",
    stopped: "The bulk job is stopped. What it has done stays.",
    ended: "The bulk job had ended before.",
  };
  report(
    context,
    answer,
    ({ outcome, cleanUp }) =>
      words[outcome] + (cleanUp ? `\nBulk job ${cleanUp.id} cancels what it has created.` : ""),
  );
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new AdminError("usage", `--limit is "${text}", expected a whole number from 1`);
}

/** Adds the commands. */
export function addBulkCommands(program: Command, run: Run): void {
  const onMany = (command: Command) =>
    addFilter(command)
      .option("--limit <number>", "the largest number of jobs, by default 1000")
      .option("--yes", "do not ask")
      .option("--no-wait", "do not follow the progress");
  const cancel = onMany(program.command("cancel [id]"))
    .description("Cancel a job, or all waiting and running jobs that match");
  run(cancel, async (context, id: string | undefined, options: BulkOptions) => {
    if (isOne(id, options)) return await cancelJob(context, id);
    await runBulk(context, "cancel", options);
  });
  const replay = onMany(program.command("replay [id]"))
    .description("Replay an ended job, or all failed jobs that match")
    .option("--steps <reuse|discard>", "whether finished steps are used again", "reuse");
  run(replay, async (context, id: string | undefined, options: BulkOptions) => {
    if (isOne(id, options)) return await replayJob(context, id, { steps: options.steps! });
    await runBulk(context, "replay", options);
  });
  run(
    program.command("bulk [id]").description("List bulk jobs, or show one"),
    (context, id) => id === undefined ? listBulk(context) : showBulk(context, id),
  );
  const undo = program.command("undo <id>").description("Undo or stop a bulk job")
    .option("--cancel-created", "also cancel the replays that no worker has started");
  run(undo, undoBulk);
}

/**
 * Tells whether a command is about one job.
 *
 * @throws {AdminError} if it has an id and a filter, or neither
 */
function isOne(id: string | undefined, options: BulkOptions): id is string {
  const hasFilter = Object.keys(filterOf(options)).length > 0;
  if (hasFilter !== (id !== undefined)) return id !== undefined;
  throw new AdminError("usage", "Give the id of a job or a filter such as --state failed");
}
