/**
 * The app for people: pages that are complete when they arrive, and go on by themselves where the
 * browser runs scripts.
 * @module
 */
import { type Context, Hono } from "hono";
import { csrf } from "hono/csrf";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import type { Engine } from "../../jobs/engine/engine.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { sha256 } from "../../lib/hash.ts";
import { parseJson } from "../../lib/json.ts";
import type { JobSnapshot } from "../../lib/store/job_store.ts";
import { type Problem, ProblemError, type ProblemStatus, problemTypes } from "../http/problem.ts";
import { isJob, type Job } from "../../web/client/job.ts";
import type { HomeState } from "../../web/app/home.tsx";
import type { PageState } from "../../web/app/page.tsx";
import {
  errorsOf,
  fieldsOf,
  type FormValues,
  titleOf,
  type TripKind,
  valuesOf,
  type Wish,
  wishOf,
  wishOfJob,
} from "../../web/app/wish.ts";
import { MAX_BODY_BYTES, readLimited } from "../http/body.ts";
import { type AccessOptions, type AppEnv, identify, isOwnJob, maySee } from "../http/caller.ts";
import { formLimits } from "./form_limits.ts";
import { sendCalendar, sendJson, sendMarkdown } from "../files/downloads.ts";
import { sendApp, sendProblemPage } from "./html.tsx";
import { acceptJob } from "../api/accept_job.ts";
import { presentJob, retryAfterSeconds } from "../api/presenter.ts";
import { countFor, limitRate, type RateLimiters } from "../http/rate_limit.ts";
import { notOwner } from "../api/refusals.ts";
import { internalProblem } from "../http/send_problem.ts";

export interface WebOptions {
  engine: Engine;
  clock: Clock;
  access: AccessOptions;
  rateLimiters: RateLimiters;
}

const DESCRIPTION = "Make a wish, and watch the plan of your trip being written.";

const Kind = z.enum(Object.keys(fieldsOf) as [TripKind, ...TripKind[]]);

/** A form, as a browser sends it or a link fills it in. */
const Form = z.object({
  kind: Kind.catch("itinerary"),
  destination: z.string(),
  durationDays: z.string(),
  interests: z.string(),
  musicProfile: z.string(),
  timeframe: z.string(),
  otherPreferences: z.string(),
  /** Names the form: sent twice with the same content, it is one wish. */
  formId: z.string().regex(/^[\w-]{1,80}$/),
  /** A whole wish, in place of its fields. */
  wish: z.string().transform((json) => parseJson(json)).pipe(
    z.object({ kind: Kind, body: z.unknown() }),
  ),
}).partial();
type Form = z.infer<typeof Form>;

/** What was typed into the fields. */
function valuesIn(form: Form): FormValues {
  return Object.fromEntries(Object.values(fieldsOf).flat().map((name) => [name, form[name]]));
}

/** A wish that a form has sent. */
interface Sent {
  request: unknown;
  formId: string | undefined;
}

interface Found {
  kind: PublicKind;
  snapshot: JobSnapshot;
}

/** The job as `GET` shows it. */
function shown({ kind, snapshot }: Found): Job {
  const job = presentJob(kind, snapshot);
  if (isJob(job)) return job;
  throw new Error(`Cannot show job ${snapshot.job.id}: no contract has the kind ${kind.name}`);
}

/** Forms write up to three characters for a byte of the same wish as JSON. */
const MAX_FORM_BYTES = 3 * MAX_BODY_BYTES;

/** Tells the wishes of one form from each other. */
const DIGEST_CHARACTERS = 16;

/** A finished plan as a file, by its extension. */
const downloads = { md: sendMarkdown, json: sendJson, ics: sendCalendar };

/** `/`, `/trips` and what lies below. */
export function webRoutes({ engine, clock, access, rateLimiters }: WebOptions): Hono<AppEnv> {
  const limits = formLimits(engine.kinds);
  const needsKey = access.apiKeys.size > 0;
  const routes = new Hono<AppEnv>();

  routes.get("/", (c) => {
    const form = Form.omit({ formId: true, wish: true }).parse(c.req.query());
    return sendHome(c, { kind: form.kind ?? "itinerary", values: valuesIn(form) });
  });

  // By the host alone: a proxy in front may speak TLS to the browser and none to us.
  const ownForms = csrf({ origin: (origin, c) => URL.parse(origin)?.host === hostOf(c) });
  routes.use("/trips/*", identify(access), ownForms);
  // A wish is counted when it has been read, so that the form can be given back.
  routes.use("/trips/:id/*", limitRate(rateLimiters.requests));

  routes.post("/trips", async (c) => {
    const body = await readLimited(c, MAX_FORM_BYTES);
    const form = Form.safeParse(Object.fromEntries(new URLSearchParams(body)));
    if (!form.success) throw notReadable(c);
    const wish = form.data.wish ?? wishOf(form.data.kind ?? "itinerary", form.data);
    const kind = kindOf(wish.kind);
    const request = kind.request.safeParse(wish.body);
    if (form.data.wish && !request.success) throw notReadable(c);
    const values = form.data.wish ? valuesOf(wish as Wish) : valuesIn(form.data);
    const filledIn = { kind: wish.kind, values };
    try {
      countFor(c, rateLimiters.requests);
      if (!request.success) {
        const errors = errorsOf(wish.kind, values, limits);
        return sendHome(c, { ...filledIn, errors, status: 400 });
      }
      if (needsKey) throw keyMissing();
      const job = await submit(c, kind, { request: request.data, formId: form.data.formId });
      return c.redirect(`/trips/${job.id}`, 303);
    } catch (error) {
      const { code, detail, headers = {} } = problemOf(c, error as Error);
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
      const retryAfterSeconds = Number(headers["retry-after"] ?? NaN) || null;
      const refusal = { code, detail, retryAfterSeconds };
      return sendHome(c, { ...filledIn, refusal, status: problemTypes[code].status });
    }
  });

  // Which trips there are, only the browser knows.
  routes.get("/trips", (c) => c.redirect("/#recent"));

  routes.get("/trips/:id", async (c) => {
    const found = await find(c);
    c.header("cache-control", "private, no-cache");
    if (!found) return sendMissing(c);
    const { kind, snapshot } = found;
    const job = shown(found);
    const title = titleOf(wishOfJob(job));
    const ageMs = Math.max(0, clock.now() - snapshot.job.createdAt);
    const state: PageState = { page: "trip", job, ageMs, isOpen: true };
    const refreshSeconds = retryAfterSeconds(kind, snapshot.job, clock.now());
    return sendApp(c, { title, state, refreshSeconds, isPrivate: true });
  });

  routes.post("/trips/:id/cancel", async (c) => {
    const found = await find(c);
    if (!found) return sendMissing(c);
    const { kind, snapshot: { job } } = found;
    if (!isOwnJob(c.get("caller"), job, access)) throw notOwner();
    await engine.cancel(kind, job.id);
    // One that has ended meanwhile shows how.
    return c.redirect(`/trips/${job.id}`, 303);
  });

  // For those who load the page again that an attempt to cancel has led to.
  routes.get(
    "/trips/:id/cancel",
    (c) => c.redirect(`/trips/${encodeURIComponent(c.req.param("id"))}`, 303),
  );

  for (const [extension, send] of Object.entries(downloads)) {
    routes.get(`/trips/:id/plan.${extension}`, async (c) => {
      const found = await find(c);
      c.header("cache-control", "private, no-cache");
      if (!found) return sendMissing(c);
      const { state, id } = found.snapshot.job;
      return state === "succeeded" ? await send(c, shown(found)) : c.redirect(`/trips/${id}`, 303);
    });
  }

  type HomeOptions = Pick<HomeState, "kind"> & Partial<HomeState> & {
    status?: 200 | ProblemStatus;
  };

  function sendHome(c: Context, { status = 200, ...filledIn }: HomeOptions) {
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

  /** The host that the browser asks, which a proxy may have replaced by its name for this one. */
  function hostOf(c: Context): string {
    const forwarded = access.trustedProxies > 0 ? c.req.header("x-forwarded-host") : undefined;
    return forwarded ?? new URL(c.req.url).host;
  }

  /** There is no such trip, or none that this caller may see; strangers are not told which. */
  function sendMissing(c: Context) {
    const id = c.req.param("id")!;
    const isLocked = needsKey && !access.publicReads;
    if (isLocked) c.header("www-authenticate", "Bearer");
    return isLocked
      ? sendApp(c, { title: "Locked", state: { page: "locked", id }, status: 401, isPrivate: true })
      : sendApp(c, { title: "Expired", state: { page: "gone", id }, status: 404, isPrivate: true });
  }

  /** What no form of this app has sent; counted like one of them. */
  function notReadable(c: Context<AppEnv>): ProblemError {
    countFor(c, rateLimiters.requests);
    return new ProblemError({ code: "invalid_request", detail: "The form cannot be read" });
  }

  function kindOf(noun: TripKind): PublicKind {
    return engine.kinds.find(({ http }) => http.noun === noun)!;
  }

  /** The job of any kind that the path names, if the caller may see it. */
  async function find(c: Context<AppEnv>): Promise<Found | null> {
    const id = z.uuid().safeParse(c.req.param("id"));
    if (!id.success) return null;
    for (const kind of engine.kinds) {
      const snapshot = await engine.read(kind, id.data.toLowerCase());
      if (snapshot) {
        return maySee(c.get("caller"), snapshot.job, access) ? { kind, snapshot } : null;
      }
    }
    return null;
  }

  /**
   * Makes a job, or finds the one that the form has made before. One that has come to nothing is no
   * answer to a form that is sent again: then it is meant.
   */
  async function submit(c: Context<AppEnv>, kind: PublicKind, { request, formId }: Sent) {
    const digest = sha256(JSON.stringify(request)).slice(0, DIGEST_CHARACTERS);
    const name = formId && `${formId}-${digest}`;
    for (let idempotencyKey = name;;) {
      const options = { engine, rateLimiters, request, idempotencyKey };
      const { job, isRepeated } = await acceptJob(c, kind, options);
      const state = isRepeated && (await engine.read(kind, job.id))?.job.state;
      if (state !== "failed" && state !== "canceled") return job;
      idempotencyKey = `${name}-${job.id}`;
    }
  }

  routes.onError((error, c) => {
    const [, trip] = c.req.path.match(/^(\/trips\/[^/]+)\//) ?? [];
    const wayOn = trip === undefined ? undefined : { href: trip, text: "To the trip" };
    return sendProblemPage(c, problemOf(c, error), wayOn);
  });

  function problemOf(c: Context, error: Error): Problem {
    if (error instanceof ProblemError) return error.problem;
    return error instanceof HTTPException ? foreignForm : internalProblem(c, error);
  }
  return routes;
}

/** Keys are the business of the page's script: a form would send them along in plain sight. */
function keyMissing(): ProblemError {
  return new ProblemError({
    code: "unauthorized",
    detail: "Wishes need an API key, and a browser that runs scripts",
  });
}

const foreignForm: Problem = { code: "foreign_form", detail: "The form is another site's" };
