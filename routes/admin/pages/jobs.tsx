/**
 * The pages of jobs: the list, and each job with what an operator can do to it.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import { JobFilter } from "../../../jobs/operator/job_filter.ts";
import type { JobReport } from "../../../jobs/operator/operator_jobs.ts";
import { isEnded } from "../../../lib/job/job_record.ts";
import { ProblemError } from "../../http/problem.ts";
import { singleQuery } from "../../http/query.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { changed, JobParams, readJob, ReplayOptions } from "../job_actions.ts";
import { shortText } from "./job_words.ts";
import { readForm } from "./form.ts";
import { JobContent, type ShownRequest } from "./job_content.tsx";
import type { FilterValues } from "./job_filter_form.tsx";
import type { JobNames } from "./job_parts.tsx";
import { JobList } from "./job_list.tsx";
import { LIVE_SECONDS, redirectWithNotice, sendAdminPage } from "./layout.tsx";

/** How many jobs a page of the list shows. */
const PAGE = 50;

type PageContext = Context<AdminEnv>;

/** Adds the pages below `/admin/jobs`. */
export function addJobPages(routes: Hono<AdminEnv>, options: AdminOptions): void {
  routes.get("/admin/jobs", (c) => sendList(c, options));
  routes.get("/admin/jobs/:id", (c) => sendJob(c, options));
  for (const [name, act] of Object.entries({ reveal, cancel, replay, redeliver })) {
    const path = `/admin/jobs/:id/${name}`;
    routes.post(path, (c) => act(c, options));
    // A browser opens the address of a form again, for example after a sign-in.
    routes.get(path, (c) => c.redirect(`/admin/jobs/${jobId(c)}`, 303));
  }
}

async function sendList(c: PageContext, options: AdminOptions): Promise<Response> {
  const searched = singleQuery(c, "id")?.trim();
  if (searched !== undefined && JobParams.safeParse({ id: searched }).success) {
    return c.redirect(`/admin/jobs/${searched}`, 303);
  }
  const { operator: { jobs }, clock } = options;
  const values = filterValues(c);
  const cursor = singleQuery(c, "cursor") ?? null;
  const filter = ListFilter.safeParse({ ...values, cursor });
  const notAnId = searched ? `“${searched}” is not the id of a job.` : null;
  const page = filter.success
    ? await jobs.page(withoutCursor(filter.data), { limit: PAGE, cursor })
    : null;
  return sendAdminPage(c, {
    title: "Jobs",
    section: "jobs",
    ...(page ? { live: LIVE_SECONDS } : { status: 400 }),
    main: (
      <JobList
        page={page}
        values={values}
        problem={notAnId ?? (filter.success ? null : describe(filter.error))}
        searched={searched}
        cursor={cursor}
        kinds={jobs.kinds}
        names={await namesOf(options)}
        now={clock.now()}
      />
    ),
  });
}

/** Reads what the pages show beside the records of jobs. */
async function namesOf({ operator }: Pick<AdminOptions, "operator">): Promise<JobNames> {
  const { keys } = await operator.keys.list();
  return {
    owners: new Map(keys.map(({ owner, name }) => [owner, name])),
    planKinds: operator.kinds,
  };
}

const ListFilter = JobFilter.extend({ cursor: z.uuid().nullable() });

function withoutCursor({ cursor: _, ...filter }: z.infer<typeof ListFilter>): JobFilter {
  return filter;
}

/** Reads the filter of the URL. A form also sends its empty fields. */
function filterValues(c: PageContext): FilterValues {
  const names = Object.keys(JobFilter.shape) as (keyof JobFilter)[];
  return Object.fromEntries(names.flatMap((name) => {
    const value = singleQuery(c, name)?.trim();
    return value ? [[name, value]] : [];
  }));
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".")}: ${message}.`).join(" ");
}

/** Returns the id in the path. */
function jobId(c: PageContext): string {
  const params = JobParams.safeParse(c.req.param());
  if (params.success) return params.data.id;
  throw new ProblemError({ code: "job_not_found", detail: "This is not the id of a job" });
}

async function sendJob(c: PageContext, options: AdminOptions): Promise<Response> {
  const report = await readJob(options.operator.jobs, jobId(c));
  return await sendReport(c, report, { ...options, shown: { isShown: false } });
}

async function sendReport(
  c: PageContext,
  report: JobReport,
  { shown, ...options }: AdminOptions & { shown: ShownRequest },
): Promise<Response> {
  const now = options.clock.now();
  const changes = [report.summary, ...report.callbacks].some((job) => job.finishedAt === null);
  // A page that shows the request is the answer to a form, so it cannot be fetched again.
  const isLive = changes && !shown.isShown;
  return sendAdminPage(c, {
    title: `Job ${shortText(report.summary.id)}`,
    section: "jobs",
    ...(isLive && { live: LIVE_SECONDS }),
    main: <JobContent report={report} now={now} shown={shown} names={await namesOf(options)} />,
  });
}

async function reveal(c: PageContext, options: AdminOptions): Promise<Response> {
  const { jobs } = options.operator;
  const id = jobId(c);
  const report = await readJob(jobs, id);
  const revealed = changed(await jobs.reveal(c.get("actor"), id));
  return await sendReport(c, report, { ...options, shown: { isShown: true, ...revealed } });
}

async function cancel(c: PageContext, { operator: { jobs } }: AdminOptions): Promise<Response> {
  const id = jobId(c);
  const result = await jobs.cancel(c.get("actor"), id);
  const hasEnded = result === "ended";
  if (!hasEnded) changed(result);
  return await redirectWithNotice(c, `/admin/jobs/${id}`, {
    text: hasEnded ? "The job had already ended." : "The job is canceled.",
    tone: hasEnded ? "bad" : "good",
  });
}

async function replay(c: PageContext, options: AdminOptions): Promise<Response> {
  const { jobs } = options.operator;
  const form = await readForm(c, ReplayOptions, options);
  const { job, isNew } = changed(await jobs.replay(c.get("actor"), jobId(c), form));
  return await redirectWithNotice(c, `/admin/jobs/${job.id}`, {
    text: isNew ? "This is the new job." : "The job was replayed before. This is that replay.",
  });
}

async function redeliver(c: PageContext, { operator: { jobs } }: AdminOptions): Promise<Response> {
  const id = jobId(c);
  const { job, isNew } = changed(await jobs.redeliver(c.get("actor"), id));
  const state = isEnded(job) ? "has ended" : "still waits or runs";
  return await redirectWithNotice(c, `/admin/jobs/${id}`, {
    text: isNew ? "The callback is delivered again." : `An earlier delivery ${state}.`,
    tone: isNew ? "good" : "bad",
  });
}
