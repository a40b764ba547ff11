/**
 * The kind of job that replays or cancels many jobs for an operator. Its progress and each page of
 * its work are steps. So it continues after a crash, and does nothing twice: the ids of replays are
 * stored before they are created, and a job is canceled only once.
 * @module
 */
import type { JobFilter } from "../../operator/job_filter.ts";
import { Postponement } from "../../../lib/job/postponement.ts";
import type { JobContext, JobKind } from "../../kind.ts";
import {
  addTotals,
  BULK,
  BULK_VERSION,
  BulkRequest,
  BulkResult,
  noTotals,
  type Outcome,
  type PageStart,
  type PlannedJob,
  PlannedPage,
  type ProcessedJob,
  ProcessedPage,
  type ReplaySteps,
  stepNames,
  type Totals,
} from "./pages.ts";

/** The part of a job that decides whether a bulk job acts on it. Times are in epoch milliseconds. */
export interface ListedJob {
  id: string;
  createdAt: number;
  /** `null`: it has not ended. */
  finishedAt: number | null;
  /** The job that replays it. */
  replayedAs: string | null;
}

/** A page of jobs. */
export interface ListedPage {
  jobs: readonly ListedJob[];
  cursor: string | null;
}

export interface BulkOptions {
  /**
   * Lists jobs of the public kinds that were created before a time, newest first. Ages in the filter
   * count from then on. A page may have few jobs, or none.
   */
  list: (
    filter: JobFilter,
    options: { limit: number; cursor: string | null; before: number },
  ) => Promise<ListedPage>;
  /** Replays an ended job, unless it was replayed already. It rejects if the job `by` was stopped. */
  replay: (
    id: string,
    options: { newId: string; steps: ReplaySteps; by: string },
  ) => Promise<Outcome>;
  /** Cancels a job. `unlessStarted`: only if no worker has ever claimed it. */
  cancel: (id: string, options: { unlessStarted: boolean }) => Promise<Outcome>;
  /** Returns the page of another bulk job; `null` if it has none with this number. */
  plannedBy: (id: string, page: number) => Promise<PlannedPage | null>;
  /** Takes the turn of this sort of bulk job, unless another one has it. */
  takeTurn: (sort: string, id: string) => Promise<boolean>;
  /** Returns how many more jobs may wait before bulk jobs must pause. */
  room: () => Promise<number>;
  /** Whether there is space for new jobs. */
  hasSpace: () => boolean;
  /** Returns an id for a new job. */
  newId: (now: number) => string;
}

/**
 * Two may run at once in an instance, one of each action: bulk jobs have no owner, and the jobs of one
 * owner get half, rounded up.
 */
const MAX_RUNNING = 3;

/**
 * How many jobs a page has. Its work takes about a second, and after a crash it is checked again. The
 * stored pages of 10,000 jobs are few enough to read them at each attempt.
 */
const PAGE_JOBS = 200;

/** How often one page asks the list again, because no job matched. Each answer is bounded. */
const LISTS_PER_PAGE = 20;

/** When a bulk job tries again that must wait: for its turn, for room in the queue, for space. */
const WAIT_MS = 10_000;

/** Creates the kind of job that replays or cancels many jobs. */
export function bulkKind(options: BulkOptions): JobKind<BulkRequest, BulkResult> {
  return {
    name: BULK,
    request: BulkRequest,
    result: BulkResult,
    promptVersion: BULK_VERSION,
    maxRunning: MAX_RUNNING,
    isRare: true,
    generate: (request, context) => runBulk(request, { context, options }),
  };
}

interface Run {
  context: JobContext;
  options: BulkOptions;
}

async function runBulk(request: BulkRequest, run: Run): Promise<BulkResult> {
  const { context, options } = run;
  const sort = request.createdBy === null ? request.action : "undo";
  if (!await options.takeTurn(sort, context.id)) throw later(run, "Another bulk job works");
  let totals = noTotals();
  let left = request.limit;
  let start: PageStart | null = { list: 0, cursor: null };
  const seen = new Set<string>();
  for (let page = 1; start !== null && left > 0; page++) {
    const from: PageStart = start;
    const planned = await context.step(
      stepNames.planned(page),
      PlannedPage,
      () => plan(request, { ...run, from, left, seen }),
    );
    const before: Totals = totals;
    const processed = await context.step(
      stepNames.processed(page),
      ProcessedPage,
      () => process(request, { ...run, planned, before }),
    );
    totals = processed.totals;
    left -= planned.jobs.length;
    for (const { id } of planned.jobs) seen.add(id);
    start = planned.next;
  }
  return { totals, hasReachedLimit: start !== null };
}

/**
 * Chooses the jobs of the next page.
 *
 * @param options `left`: how many more jobs the limit allows. `seen`: the ids on earlier pages
 */
async function plan(
  request: BulkRequest,
  { from, left, seen, ...run }: Run & {
    from: PageStart;
    left: number;
    seen: ReadonlySet<string>;
  },
): Promise<PlannedPage> {
  if (request.createdBy !== null) return await planCreated(request.createdBy, { ...run, from });
  const limit = Math.min(PAGE_JOBS, left, await roomFor(request, run));
  const { before } = request;
  const lists = listsOf(request);
  const { context: { clock, signal }, options } = run;
  let next: PageStart | null = from;
  let alreadyReplayed = 0;
  for (let n = 0; n < LISTS_PER_PAGE && next !== null; n++) {
    signal.throwIfAborted();
    const { list, cursor }: PageStart = next;
    const listed = await options.list(lists[list]!, { limit, cursor, before });
    next = nextStart({ list, cursor: listed.cursor }, lists.length);
    const found = listed.jobs.filter((job) => isMeant(job, request) && !seen.has(job.id));
    const open = found.filter(({ replayedAs }) => replayedAs === null);
    alreadyReplayed += found.length - open.length;
    if (open.length === 0) continue;
    const newId = () => request.action === "replay" ? options.newId(clock.now()) : null;
    const jobs = open.map(({ id }) => ({ id, newId: newId() }));
    return { jobs, alreadyReplayed, next };
  }
  return { jobs: [], alreadyReplayed, next };
}

/**
 * Returns the lists to read. A replay is of failed jobs, unless the filter names another state. A
 * waiting job may start while the running jobs are read, and the other way round, so the waiting jobs
 * are read again.
 */
export function listsOf({ action, filter }: Pick<BulkRequest, "action" | "filter">): JobFilter[] {
  if (action === "replay") return [{ ...filter, state: filter.state ?? "failed" }];
  if (filter.state !== undefined) return [filter];
  return (["queued", "running", "queued"] as const).map((state) => ({ ...filter, state }));
}

/** Whether a bulk job with this request acts on a job of its lists. */
export function isMeant(
  { createdAt, finishedAt }: ListedJob,
  { action, before }: Pick<BulkRequest, "action" | "before">,
): boolean {
  if (createdAt >= before) return false;
  return action === "cancel" || (finishedAt !== null && finishedAt < before);
}

function nextStart({ list, cursor }: PageStart, lists: number): PageStart | null {
  if (cursor !== null) return { list, cursor };
  return list + 1 < lists ? { list: list + 1, cursor: null } : null;
}

/** Returns how many jobs the queue takes now. Canceled jobs leave it, so they need no room. */
async function roomFor({ action }: BulkRequest, run: Run): Promise<number> {
  if (action === "cancel") return Infinity;
  const { options } = run;
  if (!options.hasSpace()) throw later(run, "The disk of the database is full");
  const room = await options.room();
  if (room <= 0) throw later(run, "Many jobs wait");
  return room;
}

/** Chooses the jobs of one page of another bulk job. `from.cursor` has the number of the page. */
async function planCreated(
  createdBy: string,
  { options, from }: Run & { from: PageStart },
): Promise<PlannedPage> {
  const page = Number(from.cursor ?? 1);
  const planned = await options.plannedBy(createdBy, page);
  const created = planned?.jobs.flatMap(({ newId }) => newId ?? []) ?? [];
  return {
    jobs: created.map((id) => ({ id, newId: null })),
    alreadyReplayed: 0,
    next: planned ? { list: 0, cursor: String(page + 1) } : null,
  };
}

/** Acts on the jobs of a page. After a crash it does so again, which changes nothing. */
async function process(
  request: BulkRequest,
  { planned, before, ...run }: Run & { planned: PlannedPage; before: Totals },
): Promise<ProcessedPage> {
  const jobs: ProcessedJob[] = [];
  for (const job of planned.jobs) {
    run.context.signal.throwIfAborted();
    jobs.push({ ...job, reason: null, ...await act(job, { request, ...run }) });
  }
  const totals = addTotals(before, jobs);
  const { alreadyReplayed } = planned;
  if (alreadyReplayed > 0) {
    totals.skipped.already_replayed = (totals.skipped.already_replayed ?? 0) + alreadyReplayed;
  }
  return { jobs, totals };
}

async function act(
  { id, newId }: PlannedJob,
  { request: { steps, createdBy }, options, context: { id: by } }: Run & { request: BulkRequest },
): Promise<Outcome> {
  return newId === null
    ? await options.cancel(id, { unlessStarted: createdBy !== null })
    : await options.replay(id, { newId, steps, by });
}

function later({ context: { clock } }: Run, why: string): Postponement {
  return new Postponement(why, clock.now() + WAIT_MS);
}
