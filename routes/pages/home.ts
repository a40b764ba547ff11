/**
 * The start page, and the forms that it sends.
 * @module
 */
import type { Context, Hono } from "hono";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { sha256 } from "../../lib/hash.ts";
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { HomeState } from "../../web/app/home/home.tsx";
import { errorsOf, type FormLimits, valuesOf } from "../../web/app/wish.ts";
import { acceptJob } from "../api/accept_job.ts";
import { setHeaders } from "../http/answer.ts";
import { MAX_BODY_BYTES, readLimited } from "../http/body.ts";
import type { AppEnv } from "../http/caller.ts";
import { ProblemError, type ProblemStatus, problemTypes } from "../http/problem.ts";
import { countFor } from "../http/rate_limit.ts";
import { formLimits } from "./form_limits.ts";
import { homeCardPath } from "./cards.ts";
import { sendApp } from "./html.tsx";
import { wordsOf } from "./language.ts";
import { originOf } from "./page_origin.ts";
import { problemOf } from "./page_problem.ts";
import { formScopeOf, isAccepted, readForm, readLink } from "./sent_form.ts";
import { socialTags } from "./social_tags.tsx";
import type { WebOptions } from "./web_options.ts";

/** A form encodes a byte of JSON in up to three characters. */
const MAX_FORM_BYTES = 3 * MAX_BODY_BYTES;

/** Long enough to tell the wishes of one form apart. */
const DIGEST_CHARACTERS = 16;

/** The data and services that the start page and its forms use. */
interface HomeContext extends WebOptions {
  limits: FormLimits;
}

/** Adds the routes `/` and `POST /trips`. */
export function addHomePage(
  routes: Hono<AppEnv>,
  options: WebOptions,
): void {
  const context: HomeContext = { ...options, limits: formLimits(options.kinds) };
  routes.get("/", (c) => sendHome(c, context, readLink(c.req.query())));
  routes.post("/trips", (c) => handleForm(c, context));
  // Only the browser knows which trips the traveller has.
  routes.get("/trips", (c) => c.redirect("/#recent"));
}

type HomeOptions = Pick<HomeState, "kind"> & Partial<HomeState> & {
  status?: 200 | ProblemStatus;
};

function sendHome(
  c: Context,
  { limits, access }: HomeContext,
  { status = 200, ...filledIn }: HomeOptions,
) {
  const state: HomeState = {
    page: "home",
    limits,
    needsKey: access.apiKeys.isRequired,
    values: {},
    errors: {},
    refusal: null,
    formId: crypto.randomUUID(),
    ...filledIn,
  };
  setHeaders(c, { "cache-control": "private, no-cache" });
  const words = wordsOf(c);
  const { homeTitle: title, homeDescription: description, homePicture } = words.share;
  const origin = originOf(c, access);
  const head = socialTags({
    title,
    description,
    language: words.language,
    url: `${origin}/`,
    picture: origin + homeCardPath(words),
    pictureText: homePicture,
  });
  return sendApp(c, { title, description, head, state, status });
}

/** Creates the trip that the form describes, or shows the form again with what is wrong. */
async function handleForm(c: Context<AppEnv>, context: HomeContext): Promise<Response> {
  const { jobs, clock, rateLimiters, limits, access } = context;
  const form = readForm(await readLimited(c, { clock, maxBytes: MAX_FORM_BYTES }));
  if (form === null) throw await unreadableForm(c, context);
  const { wish, typed, formId } = form;
  const kind = kindOf(context, wish.kind);
  const values = typed ?? (isAccepted(kind, wish) ? valuesOf(wish) : null);
  if (values === null) throw await unreadableForm(c, context);
  const filledIn = { kind: wish.kind, values };
  try {
    await countFor(c, rateLimiters.requests);
    const request = kind.request.safeParse(wish.body);
    if (!request.success) {
      const errors = errorsOf(wish.kind, values, limits);
      return sendHome(c, context, { ...filledIn, errors, status: 400 });
    }
    if (access.apiKeys.isRequired) throw keyMissing();
    const sent = { jobs, rateLimiters, request: request.data, formId };
    const job = await createTrip(c, kind, sent);
    return c.redirect(`/trips/${job.id}`, 303);
  } catch (error) {
    const { code, headers = {}, extensions } = problemOf(c, error as Error);
    setHeaders(c, headers);
    const retryAfterSeconds = Number(headers["retry-after"] ?? NaN) || null;
    const note = typeof extensions?.note === "string" ? extensions.note : null;
    const refusal = { code, retryAfterSeconds, note };
    return sendHome(c, context, { ...filledIn, refusal, status: problemTypes[code].status });
  }
}

interface SentWish extends Pick<WebOptions, "jobs" | "rateLimiters"> {
  request: unknown;
  formId: string | undefined;
}

/**
 * Creates a job, or returns the job that the same form created before. If that job failed or was
 * canceled, a traveller who sends the form again wants a new one.
 */
async function createTrip(
  c: Context<AppEnv>,
  kind: PublicKind,
  { request, formId, ...services }: SentWish,
): Promise<QueuedJob> {
  const digest = sha256(JSON.stringify(request)).slice(0, DIGEST_CHARACTERS);
  const { job } = await acceptJob(c, kind, {
    ...services,
    request,
    idempotencyKey: formId && `${formId}-${digest}`,
    idempotencyScope: formId && formScopeOf(formId),
    replacesFailed: true,
  });
  return job;
}

function kindOf({ kinds }: HomeContext, noun: Noun): PublicKind {
  return kinds.find(({ http }) => http.noun === noun)!;
}

/** Counts the request, and returns the problem of a body that no form of this app has sent. */
async function unreadableForm(
  c: Context<AppEnv>,
  { rateLimiters }: HomeContext,
): Promise<ProblemError> {
  await countFor(c, rateLimiters.requests);
  return new ProblemError({
    code: "invalid_request",
    detail: "The form cannot be read",
    page: {
      title: "We couldn't read this form",
      text: "Go to the start page and fill it in again.",
    },
  });
}

/** Only the script of the page can send an API key: a plain form would send it in its body. */
function keyMissing(): ProblemError {
  return new ProblemError({
    code: "unauthorized",
    detail: "This form needs an API key, and a browser that runs scripts",
  });
}
