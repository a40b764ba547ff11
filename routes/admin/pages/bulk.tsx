/**
 * The pages of bulk jobs: a list with a form that starts one, and a page for each.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { Undo } from "../../../jobs/operator/bulk_jobs.ts";
import { BulkOrder } from "../../../jobs/operator/bulk_order.ts";
import { JobFilter } from "../../../jobs/operator/job_filter.ts";
import { ProblemError } from "../../http/problem.ts";
import { singleQuery } from "../../http/query.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { JobParams } from "../job_actions.ts";
import { BulkContent, BulkTable } from "./bulk_content.tsx";
import { BulkForm, type BulkValues } from "./bulk_form.tsx";
import { bulkTitle } from "./bulk_words.ts";
import { readFilters } from "./filters.ts";
import { readForm } from "./form.ts";
import { Live, LIVE_SECONDS, redirectWithNotice, sendAdminPage } from "./layout.tsx";

/** How many bulk jobs the list shows. */
const LIST_LIMIT = 20;

/** The fields of the form. */
const fieldNames = ["action", "limit", "steps", ...Object.keys(JobFilter.shape)] as const;

const PageQuery = z.object({ page: z.coerce.number().int().min(1).max(10_000).default(1) });

const UndoForm = z.object({ cancelCreated: z.literal("on").optional() });

/** Adds the pages below `/admin/bulk`. */
export function addBulkPages(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const { operator: { bulk }, clock } = options;
  routes.get("/admin/bulk", (c) => sendBulkList(c, options));
  routes.post("/admin/bulk", async (c) => {
    const order = orderOf(valuesOf(await readForm(c, z.record(z.string(), z.string()), { clock })));
    if (!order.success) throw invalidForm(order.error);
    const { id } = await bulk.start(c.get("actor"), order.data);
    const text = "The bulk job begins in 15 seconds. Until then you can undo it.";
    return await redirectWithNotice(c, `/admin/bulk/${id}`, { text });
  });
  routes.get("/admin/bulk/:id", async (c) => {
    const bulkJob = found(await bulk.read(bulkId(c)));
    const { page: number } = readFilters(c, PageQuery);
    const page = await bulk.page(bulkJob.id, number);
    const main = <BulkContent bulkJob={bulkJob} page={page} number={number} now={clock.now()} />;
    const title = bulkTitle(bulkJob);
    return await sendAdminPage(c, { title, section: "bulk", live: LIVE_SECONDS, main });
  });
  routes.post("/admin/bulk/:id/undo", async (c) => {
    const { cancelCreated } = await readForm(c, UndoForm, { clock });
    const id = bulkId(c);
    const undo = found(
      await bulk.undo(c.get("actor"), id, { cancelCreated: cancelCreated !== undefined }),
    );
    return await redirectWithNotice(c, `/admin/bulk/${undo.cleanUp?.id ?? id}`, noticeOf(undo));
  });
}

/** Shows the form, what would match, and the latest bulk jobs. */
async function sendBulkList(
  c: Context<AdminEnv>,
  { operator: { bulk, kinds }, clock }: AdminOptions,
): Promise<Response> {
  const values = valuesOf(
    Object.fromEntries(fieldNames.map((name) => [name, singleQuery(c, name) ?? ""])),
  );
  const order = values.action === undefined ? null : orderOf(values);
  const preview = order?.success ? await bulk.preview(order.data) : null;
  const { bulkJobs } = await bulk.list({ limit: LIST_LIMIT });
  return await sendAdminPage(c, {
    title: "Bulk actions",
    section: "bulk",
    live: LIVE_SECONDS,
    ...(order?.success === false && { status: 400 }),
    main: (
      <>
        <BulkForm
          values={values}
          kinds={kinds}
          preview={preview}
          problem={order?.success === false ? invalidForm(order.error).problem.detail : null}
        />
        <section aria-labelledby="latest">
          <h2 id="latest">Latest bulk jobs</h2>
          <Live id="bulk-list">
            <BulkTable bulkJobs={bulkJobs} now={clock.now()} />
          </Live>
        </section>
      </>
    ),
  });
}

/** Returns the fields that are not empty. */
function valuesOf(fields: Record<string, string>): BulkValues {
  const known = fieldNames.flatMap((name) => {
    const value = fields[name]?.trim();
    return value ? [[name, value]] : [];
  });
  return Object.fromEntries(known);
}

function orderOf({ action, limit, steps, ...filter }: BulkValues) {
  return BulkOrder.safeParse({
    action,
    filter,
    steps,
    ...(limit !== undefined && { limit: Number(limit) }),
  });
}

function invalidForm(error: z.ZodError): ProblemError {
  const detail = error.issues.map(({ path, message }) => {
    const name = path.at(-1);
    return name === undefined || name === "filter" ? message : `${String(name)}: ${message}`;
  });
  return new ProblemError({ code: "invalid_request", detail: detail.join("; ") });
}

/** Returns the id in the path. */
function bulkId(c: Context<AdminEnv>): string {
  return found(JobParams.safeParse(c.req.param()).data ?? null).id;
}

/** @throws {ProblemError} 404 if there is no such bulk job */
function found<T>(value: T | null): T {
  if (value !== null) return value;
  throw new ProblemError({ code: "job_not_found", detail: "There is no bulk job with this id" });
}

function noticeOf({ outcome, cleanUp }: Undo): { text: string } {
  const texts = {
    undone: "The bulk job is undone. No job was changed.",
    stopped: "The bulk job is stopped.",
    ended: "The bulk job had already ended.",
  };
  const more = cleanUp ? " This one cancels its replays." : "";
  return { text: texts[outcome] + more };
}
