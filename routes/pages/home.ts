/**
 * The first page, and the forms that it sends.
 * @module
 */
import type { Context, Hono } from "hono";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { sha256 } from "../../lib/hash.ts";
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { HomeState } from "../../web/app/home.tsx";
import { errorsOf, type FormLimits, valuesOf } from "../../web/app/wish.ts";
import { acceptJob } from "../api/accept_job.ts";
import { MAX_BODY_BYTES, readLimited } from "../http/body.ts";
import type { AppEnv } from "../http/caller.ts";
import { ProblemError, type ProblemStatus, problemTypes } from "../http/problem.ts";
import { countFor } from "../http/rate_limit.ts";
import { formLimits } from "./form_limits.ts";
import { sendApp } from "./html.tsx";
import { problemOf } from "./page_problem.ts";
import { isAccepted, readForm, readLink } from "./sent_form.ts";
import type { WebOptions } from "./web_options.ts";

const DESCRIPTION = "Make a wish, and watch the plan of your trip being written.";

/** Forms write up to three characters for a byte of the same wish as JSON. */
const MAX_FORM_BYTES = 3 * MAX_BODY_BYTES;

/** Enough of a hash to tell the wishes of one form apart. */
const DIGEST_CHARACTERS = 16;

/** What the first page and its forms work with. */
interface HomeContext extends Omit<WebOptions, "access"> {
  limits: FormLimits;
  needsKey: boolean;
}

/** `/` and `POST /trips`. */
export function addHomePage(
  routes: Hono<AppEnv>,
  { jobs, kinds, clock, access, rateLimiters }: WebOptions,
): void {
  const limits = formLimits(kinds);
  const needsKey = access.apiKeys.size > 0;
  const context: HomeContext = { jobs, kinds, clock, rateLimiters, limits, needsKey };
  routes.get("/", (c) => sendHome(c, context, readLink(c.req.query())));
  routes.post("/trips", (c) => takeForm(c, context));
  // Only the browser knows which trips there are.
  routes.get("/trips", (c) => c.redirect("/#recent"));
}

type HomeOptions = Pick<HomeState, "kind"> & Partial<HomeState> & {
  status?: 200 | ProblemStatus;
};

function sendHome(
  c: Context,
  { limits, needsKey }: HomeContext,
  { status = 200, ...filledIn }: HomeOptions,
) {
  const state: HomeState = {
    page: "home",
    limits,
    needsKey,
    values: {},
    errors: {},
    refusal: null,
    formId: crypto.randomUUID(),
    ...filledIn,
  };
  c.header("cache-control", "private, no-cache");
  return sendApp(c, { title: "Plan a trip", description: DESCRIPTION, state, status });
}

/** Makes the trip that a form wishes for, or shows the form again and what is wrong. */
async function takeForm(c: Context<AppEnv>, context: HomeContext): Promise<Response> {
  const { jobs, rateLimiters, limits, needsKey } = context;
  const form = readForm(await readLimited(c, MAX_FORM_BYTES));
  if (form === null) throw notReadable(c, context);
  const { wish, typed, formId } = form;
  const kind = kindOf(context, wish.kind);
  const values = typed ?? (isAccepted(kind, wish) ? valuesOf(wish) : null);
  if (values === null) throw notReadable(c, context);
  const filledIn = { kind: wish.kind, values };
  try {
    countFor(c, rateLimiters.requests);
    const request = kind.request.safeParse(wish.body);
    if (!request.success) {
      const errors = errorsOf(wish.kind, values, limits);
      return sendHome(c, context, { ...filledIn, errors, status: 400 });
    }
    if (needsKey) throw keyMissing();
    const sent = { jobs, rateLimiters, request: request.data, formId };
    const job = await makeTrip(c, kind, sent);
    return c.redirect(`/trips/${job.id}`, 303);
  } catch (error) {
    const { code, detail, headers = {} } = problemOf(c, error as Error);
    for (const [name, value] of Object.entries(headers)) c.header(name, value);
    const retryAfterSeconds = Number(headers["retry-after"] ?? NaN) || null;
    const refusal = { code, detail, retryAfterSeconds };
    return sendHome(c, context, { ...filledIn, refusal, status: problemTypes[code].status });
  }
}

interface SentWish extends Pick<WebOptions, "jobs" | "rateLimiters"> {
  request: unknown;
  formId: string | undefined;
}

/**
 * Makes a job, or finds the job that the same form made before. If that job failed or was canceled, the
 * traveller who sends the form again wants another one.
 */
async function makeTrip(
  c: Context<AppEnv>,
  kind: PublicKind,
  { request, formId, ...services }: SentWish,
): Promise<QueuedJob> {
  const digest = sha256(JSON.stringify(request)).slice(0, DIGEST_CHARACTERS);
  const name = formId && `${formId}-${digest}`;
  for (let idempotencyKey = name;;) {
    const options = { ...services, request, idempotencyKey };
    const { job, isRepeated } = await acceptJob(c, kind, options);
    const state = isRepeated && (await services.jobs.read(kind, job.id))?.job.state;
    if (state !== "failed" && state !== "canceled") return job;
    idempotencyKey = `${name}-${job.id}`;
  }
}

function kindOf({ kinds }: HomeContext, noun: Noun): PublicKind {
  return kinds.find(({ http }) => http.noun === noun)!;
}

/** The body does not come from a form of this app. The request counts like a form. */
function notReadable(c: Context<AppEnv>, { rateLimiters }: HomeContext): ProblemError {
  countFor(c, rateLimiters.requests);
  return new ProblemError({ code: "invalid_request", detail: "The form cannot be read" });
}

/** The script of the page sends keys. A form without a script would put them into its body. */
function keyMissing(): ProblemError {
  return new ProblemError({
    code: "unauthorized",
    detail: "Wishes need an API key, and a browser that runs scripts",
  });
}
