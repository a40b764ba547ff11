/**
 * The start page, and the forms that it sends.
 * @module
 */
import type { Context, Hono } from "hono";
import type { z } from "zod";
import type { Noun } from "../../jobs/kinds/contracts.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { QueuedJob } from "../../lib/job/job_record.ts";
import type { HomeState } from "../../web/app/home/home.tsx";
import type { FormValues } from "../../web/app/kinds/form_view.ts";
import type { Refusal } from "../../web/app/refusal.ts";
import { errorsOf, type FieldErrors, fieldsOf, type FormLimits } from "../../web/app/form.ts";
import { valuesOf } from "../../web/app/wish.ts";
import { acceptJob } from "../api/accept_job.ts";
import { setHeaders } from "../http/answer.ts";
import { MAX_BODY_BYTES, readLimited } from "../http/body.ts";
import type { AppEnv } from "../http/caller.ts";
import { ProblemError, type ProblemStatus } from "../http/problem.ts";
import { countFor } from "../http/rate_limit.ts";
import { homeCardPath } from "./cards.ts";
import { writeExample } from "./example.ts";
import { formLimits, limitsAt } from "./form_limits.ts";
import { sendApp } from "./html.tsx";
import { wordsOf } from "./language.ts";
import { originOf } from "./page_origin.ts";
import { refusalOf } from "./page_problem.ts";
import { formKeyOf, isAccepted, readForm, readLink } from "./sent_form.ts";
import { socialTags } from "./social_tags.tsx";
import type { WebOptions } from "./web_options.ts";

/** A form encodes a byte of JSON in up to three characters. */
const MAX_FORM_BYTES = 3 * MAX_BODY_BYTES;

/** The data and services that the start page and its forms use. */
interface HomeContext extends WebOptions {
  /** Without those of dates, which depend on the day. */
  limits: FormLimits;
  /** Returns the example of a plan; `null`: there is none. */
  example(): Promise<HomeState["example"]>;
}

/** Adds the routes `/` and `POST /trips`. */
export function addHomePage(
  routes: Hono<AppEnv>,
  options: WebOptions,
): void {
  const { kinds } = options;
  let example: Promise<HomeState["example"]> | undefined;
  const context: HomeContext = {
    ...options,
    limits: formLimits(kinds),
    // Its places take memory, so they are loaded for the first visitor.
    example: () =>
      example ??= writeExample(kinds).catch((error) => {
        example = undefined;
        throw error;
      }),
  };
  routes.get("/", (c) => sendHome(c, context, readLink(c.req.queries())));
  routes.post("/trips", (c) => handleForm(c, context));
  // Only the browser knows which trips the traveller has.
  routes.get("/trips", (c) => c.redirect("/#recent"));
}

type HomeOptions = Pick<HomeState, "kind"> & Partial<HomeState> & {
  status?: 200 | ProblemStatus;
};

async function sendHome(
  c: Context,
  { limits, access, clock, example }: HomeContext,
  { status = 200, ...filledIn }: HomeOptions,
) {
  const state: HomeState = {
    page: "home",
    limits: limitsAt(limits, clock.now()),
    needsKey: access.apiKeys.isRequired,
    values: {},
    errors: {},
    refusal: null,
    formId: crypto.randomUUID(),
    example: await example(),
    ...filledIn,
  };
  setHeaders(c, { "cache-control": "private, no-cache" });
  const words = wordsOf(c);
  const { pageTitle: title, description } = words.home;
  const { homePicture } = words.cards;
  const origin = originOf(c, access);
  const head = socialTags({
    title,
    description,
    language: words.language,
    url: `${origin}/`,
    picture: origin + homeCardPath(words),
    pictureText: homePicture,
  });
  return await sendApp(c, { title, description, head, state, status });
}

/** Creates the trip that the form describes, or shows the form again with what is wrong. */
async function handleForm(c: Context<AppEnv>, context: HomeContext): Promise<Response> {
  const { jobs, clock, rateLimiters, access } = context;
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
    // A whole wish has no form whose errors count: the API accepts more than the form.
    const errors = typed || !request.success
      ? formErrors(c, context, { ...filledIn, request })
      : {};
    if (!request.success || Object.keys(errors).length > 0) {
      const refusal = Object.keys(errors).length === 0 ? invalidRequest : null;
      return await sendHome(c, context, { ...filledIn, errors, refusal, status: 400 });
    }
    if (access.apiKeys.isRequired) throw keyMissing();
    const sent = { jobs, rateLimiters, request: request.data, formId };
    const job = await createTrip(c, kind, sent);
    return c.redirect(`/trips/${job.id}`, 303);
  } catch (error) {
    const { refusal, status, headers } = refusalOf(c, error as Error);
    setHeaders(c, headers);
    return await sendHome(c, context, { ...filledIn, refusal, status });
  }
}

/** The refusal of a form in which no single field is wrong. */
const invalidRequest: Refusal = { code: "invalid_request", retryAfterSeconds: null };

interface CheckedForm {
  kind: Noun;
  values: FormValues;
  request: z.ZodSafeParseResult<unknown>;
}

/** Returns the errors of the fields: those of the form, and what only the API finds. */
function formErrors(
  c: Context,
  { limits, clock }: HomeContext,
  { kind, values, request }: CheckedForm,
): FieldErrors {
  const words = wordsOf(c);
  const errors = errorsOf(kind, values, { limits: limitsAt(limits, clock.now()), words });
  const names = fieldsOf(kind);
  for (const { path } of request.error?.issues ?? []) {
    const name = path.findLast((member) => names.some((name) => name === member));
    if (name !== undefined) errors[String(name)] ??= words.form.invalid;
  }
  return errors;
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
  const { job } = await acceptJob(c, kind, {
    ...services,
    request,
    ...formKeyOf(formId, request),
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
  });
}

/** Only the script of the page can send an API key: a plain form would send it in its body. */
function keyMissing(): ProblemError {
  return new ProblemError({
    code: "unauthorized",
    detail: "This form needs an API key, and a browser that runs scripts",
  });
}
