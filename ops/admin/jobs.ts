/**
 * The commands about single jobs.
 * @module
 */
import type { Command } from "commander";
import type { z } from "zod";
import { JobDetails, type JobLine, JobLines } from "../../routes/admin/api/job_answers.ts";
import { Canceled, Derived, Revealed } from "../../routes/admin/api/jobs.ts";
import { type Context, report, type Run } from "./context.ts";
import { escapedJson } from "./control_characters.ts";
import { addFilter, filterOf } from "./filter.ts";
import { type Column, listOf, tableOf } from "./table.ts";
import { ageWords, costWords, counted, durationWords, NONE, spanWords } from "./words.ts";

const stateColors = {
  queued: "yellow",
  running: "cyan",
  succeeded: "green",
  failed: "red",
  canceled: "gray",
} as const;

/** The columns of a list of jobs. */
export function jobColumns(clock: Context["clock"]): Column<JobLine>[] {
  return [
    { title: "id", text: ({ id }) => id },
    { title: "kind", text: ({ kind }) => kind, isShortenable: true },
    {
      title: "state",
      text: ({ state, code }) => (code ? `${state} ${code}` : state),
      color: ({ state }) => stateColors[state],
    },
    { title: "created", text: ({ createdAt }) => ageWords(createdAt, clock) },
    {
      title: "took",
      text: ({ createdAt, finishedAt }) => spanWords(createdAt, finishedAt),
      isOptional: true,
    },
    { title: "attempts", text: ({ attempts }) => `${attempts}`, align: "right", isOptional: true },
    { title: "cost", text: ({ costUsd }) => costWords(costUsd), align: "right", isOptional: true },
    { title: "source", text: ({ source }) => source ?? NONE, isOptional: true },
    {
      title: "owner",
      text: ({ owner }) => owner ?? NONE,
      isShortenable: true,
      isOptional: true,
    },
  ];
}

/** Lists jobs. */
export async function listJobs(context: Context, options: Record<string, unknown>): Promise<void> {
  const { api, terminal, clock } = context;
  const { limit, cursor } = options as { limit?: string; cursor?: string };
  const query = { ...filterOf(options), limit, cursor };
  const answer = await api.send({ path: "/jobs", query }, JobLines);
  report(
    context,
    answer,
    ({ jobs }) =>
      jobs.length === 0
        ? "No job matches."
        : tableOf({ rows: jobs, columns: jobColumns(clock) }, terminal),
  );
  const { cursor: next, isPartial } = answer.value;
  if (next === null) return;
  const why = isPartial ? "Few of many jobs match. " : "";
  terminal.note(`${why}The list goes on with --cursor ${next}`);
}

/** Shows all about a job but its request. */
export async function showJob(context: Context, id: string): Promise<void> {
  const answer = await context.api.send({ path: `/jobs/${encodeURIComponent(id)}` }, JobDetails);
  report(context, answer, (job) => {
    const parts = [listOf(entriesOf(job, context), context.terminal)];
    if (job.spans.length > 0) parts.push(spansOf(job, context));
    if (job.callbacks.length > 0) {
      const columns = jobColumns(context.clock);
      parts.push(tableOf({ rows: job.callbacks, columns }, context.terminal));
    }
    return parts.join("\n\n");
  });
}

type Details = z.output<typeof JobDetails>;

function entriesOf(job: Details, { clock }: Context): [string, string | null][] {
  const { failure, heldBackBy, progress, usage, trace } = job;
  const actions = Object.entries(job.actions).filter(([, isPossible]) => isPossible);
  return [
    ["id", job.id],
    ["kind", job.kind],
    ["state", job.code ? `${job.state} ${job.code}` : job.state],
    ["created", `${job.createdAt} (${ageWords(job.createdAt, clock)})`],
    ["started", job.startedAt],
    ["finished", job.finishedAt],
    ["due", job.runAt],
    ["deadline", job.deadline],
    ["expires", job.expiresAt],
    ["attempts", `${job.attempts} of ${job.maxAttempts}`],
    ["instance", job.holder],
    ["waits for", job.queue?.isPaused ? "the end of the pause of its kind" : null],
    ["position", job.queue?.position == null ? null : `${job.queue.position}`],
    ["may start", job.queue?.expectedStartAt ? ageWords(job.queue.expectedStartAt, clock) : null],
    // A job that waits has no progress of its own.
    ["progress", isWorking(job) ? `${progress.phase}: ${progress.message}` : null],
    ["held back by", heldBackBy && heldBackBy.code],
    ["failure", failure && `${failure.code}: ${failure.hint}`],
    ["source", job.source],
    ["tokens", usage && `${usage.inputTokens} in, ${usage.outputTokens} out`],
    ["cost", job.costUsd === null ? null : costWords(job.costUsd)],
    ["owner", job.owner],
    ["replay of", job.replayOf],
    ["refines", job.refines],
    ["replayed as", job.replayedAs],
    ["callback of", job.about],
    ["trace", trace && (trace.url ?? trace.id)],
    ["possible", actions.map(([name]) => name).join(", ") || NONE],
  ];
}

function isWorking({ finishedAt, holder, isFollowing }: Details): boolean {
  return finishedAt === null && (holder !== null || isFollowing);
}

type Span = Details["spans"][number];

function spansOf({ spans, createdAt }: Details, { terminal, clock }: Context): string {
  const columns: Column<Span>[] = [
    { title: "after", text: ({ startedAt }) => spanWords(createdAt, startedAt), align: "right" },
    {
      title: "took",
      text: ({ startedAt, endedAt }) =>
        endedAt === null
          ? `${durationWords(clock.now() - Date.parse(startedAt))} so far`
          : spanWords(startedAt, endedAt),
      align: "right",
    },
    { title: "what", text: nameOf, isShortenable: true },
    { title: "how it ended", text: endOf, isShortenable: true },
    { title: "cost", text: (span) => costWords("costUsd" in span ? span.costUsd : null) },
  ];
  return tableOf({ rows: spans, columns }, terminal);
}

function nameOf(span: Span): string {
  switch (span.type) {
    case "wait":
      return `wait, ${span.reason}`;
    case "attempt":
      return `attempt ${span.attempt}`;
    case "omitted":
      return `${counted(span.count, "event")} not kept`;
    default:
      return `  ${span.name}${span.model ? ` (${span.model})` : ""}`;
  }
}

function endOf(span: Span): string {
  if ("failed" in span) return span.failed ?? NONE;
  if (span.type === "omitted") return NONE;
  const outcome = span.type === "attempt" ? span.outcome : null;
  return [outcome, span.failure?.code].filter(Boolean).join(" ") || NONE;
}

/** Cancels a job. */
export async function cancelJob(context: Context, id: string): Promise<void> {
  const call = { path: `/jobs/${encodeURIComponent(id)}/cancel`, body: {} } as const;
  report(context, await context.api.send(call, Canceled), () => `Job ${id} is canceled.`);
}

/** Replays a job. */
export async function replayJob(
  context: Context,
  id: string,
  { steps }: { steps: string },
): Promise<void> {
  const call = { path: `/jobs/${encodeURIComponent(id)}/replay`, body: { steps } } as const;
  report(
    context,
    await context.api.send(call, Derived),
    (job) => job.isNew ? `Job ${job.id} replays it.` : `Job ${job.id} already replays it.`,
  );
}

/** Adds the commands that read jobs, and the commands on one job that have no bulk form. */
export function addJobCommands(program: Command, run: Run): void {
  const list = addFilter(program.command("jobs").description("List jobs, newest first"))
    .option("--limit <number>", "how many, at most 500")
    .option("--cursor <id>", "where the list goes on");
  run(list, listJobs);
  run(program.command("job <id>").description("Show a job, without its request"), showJob);
  const reveal = program.command("reveal <id>")
    .description("Show the request of a job; the audit records it");
  run(reveal, async (context, id: string) => {
    const call = { path: `/jobs/${encodeURIComponent(id)}/reveal`, body: {} } as const;
    const answer = await context.api.send(call, Revealed);
    report(context, answer, ({ request, change }) => {
      const shown = change === null ? request : { request, change };
      return escapedJson(JSON.stringify(shown, null, 2));
    });
  });
  const redeliver = program.command("redeliver <id>")
    .description("Deliver the callback of an ended job again");
  run(redeliver, async (context, id: string) => {
    const call = { path: `/jobs/${encodeURIComponent(id)}/redeliver`, body: {} } as const;
    report(
      context,
      await context.api.send(call, Derived),
      (job) => job.isNew ? `Job ${job.id} delivers it.` : `Job ${job.id} already delivers it.`,
    );
  });
}
