/**
 * The pages of trips, the button that stops planning, and the downloads of finished plans.
 * @module
 */
import type { Context, Hono } from "hono";
import { z } from "zod";
import type { PublicKind } from "../../jobs/kind.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import type { PageState } from "../../web/app/page.tsx";
import { tabTitleOf } from "../../web/app/trip/tab_title.ts";
import { describeTrip } from "../../web/app/trip/trip_summary.ts";
import { titleOfJob } from "../../web/app/wish.ts";
import { isJob, type Job } from "../../web/client/job.ts";
import { retryAfterSeconds } from "../api/poll_interval.ts";
import { presentJob } from "../api/presenter.ts";
import { notOwner } from "../api/refusals.ts";
import type { CardRenderer } from "../card/renderer.ts";
import { downloads } from "../files/downloads.ts";
import { setHeaders } from "../http/answer.ts";
import { type AppEnv, mayCancel, maySee, readerOf } from "../http/caller.ts";
import { sendCancelPage } from "./cancel_page.tsx";
import { sendTripCard, tripCardPath } from "./cards.ts";
import { sendApp } from "./html.tsx";
import { wordsOf } from "./language.ts";
import { originOf } from "./page_origin.ts";
import { sendCredit, sendPicture, STOP } from "./photos.ts";
import { sendQrCode } from "./qr_code.ts";
import { type RefusedChange, shapingOf } from "./shaping.ts";
import { socialTags } from "./social_tags.tsx";
import { landOfJob } from "./trip_land.ts";
import type { WebOptions } from "./web_options.ts";

/** What the pages of trips use. */
export interface TripOptions extends WebOptions {
  /** Draws the pictures of trips. */
  renderer: CardRenderer;
}

/** A trip that its reader may see. */
export interface Found {
  kind: PublicKind;
  snapshot: JobSnapshot;
}

/** Adds the routes `/trips/:id` and below. */
export function addTripPages(routes: Hono<AppEnv>, options: TripOptions): void {
  routes.get("/trips/:id", async (c) => {
    const found = await findTrip(c, options);
    setHeaders(c, { "cache-control": "private, no-cache" });
    return found ? sendTrip(c, options, found) : sendMissing(c, options);
  });
  routes.post("/trips/:id/cancel", (c) => cancelTrip(c, options));
  routes.get("/trips/:id/cancel", (c) => askToCancel(c, options));
  for (const [extension, send] of Object.entries(downloads)) {
    routes.get(`/trips/:id/plan.${extension}`, async (c) => {
      const now = options.clock.now();
      const read = { jobId: c.req.param("id"), now };
      const reader = await readerOf(c, options.access, read);
      const found = await findTrip(c, options, { reader });
      setHeaders(c, { "cache-control": "private, no-cache" });
      if (!found) return sendMissing(c, options);
      const { state, id } = found.snapshot.job;
      if (state !== "succeeded") return c.redirect(`/trips/${id}`, 303);
      const query = (name: string) => c.req.query(name);
      return await send(c, jobOf(found), { words: wordsOf(c), query, now });
    });
  }
  addPictures(routes, options);
  addPhotos(routes, options);
}

/** Adds the pictures of a trip, for previews of its link and for paper. */
function addPictures(routes: Hono<AppEnv>, options: TripOptions): void {
  routes.get("/trips/:id/card.png", async (c) => {
    const found = await findTrip(c, options);
    if (found) return await sendTripCard(c, jobOf(found), options.renderer);
    setHeaders(c, { "cache-control": "private, no-cache" });
    return sendMissing(c, options);
  });
  routes.get("/trips/:id/qr.svg", async (c) => {
    const found = await findTrip(c, options);
    if (found) return await sendQrCode(c, urlOf(c, found.snapshot.job.id, options));
    setHeaders(c, { "cache-control": "private, no-cache" });
    return sendMissing(c, options);
  });
}

/** Adds the photographs of the places of a trip, with their credits. */
function addPhotos(routes: Hono<AppEnv>, options: TripOptions): void {
  const { photos } = options;
  if (photos === null) return;
  for (const [path, send] of [[`${STOP}`, sendPicture], [`${STOP}\\.json`, sendCredit]] as const) {
    routes.get(`/trips/:id/photos/:stop{${path}}`, async (c) => {
      const found = await findTrip(c, options);
      if (found?.snapshot.job.state === "succeeded") return await send(c, jobOf(found), photos);
      setHeaders(c, { "cache-control": "private, no-cache" });
      return sendMissing(c, options);
    });
  }
}

/** Returns the absolute URL of a trip. */
function urlOf(c: Context, id: string, { access }: WebOptions): string {
  return `${originOf(c, access)}/trips/${id}`;
}

/** Finds the job of any kind that the path names; `null` if the reader may not see it. */
export async function findTrip(
  c: Context<AppEnv>,
  { jobs, kinds, access }: WebOptions,
  { reader = c.get("caller") } = {},
): Promise<Found | null> {
  const id = z.uuid().safeParse(c.req.param("id"));
  if (!id.success) return null;
  for (const kind of kinds) {
    const snapshot = await jobs.read(kind, id.data.toLowerCase());
    if (snapshot) {
      return maySee(reader, snapshot.job, access) ? { kind, snapshot } : null;
    }
  }
  return null;
}

/** Returns the job as the API's `GET` returns it. */
export function jobOf({ kind, snapshot }: Found): Job {
  const job = presentJob(kind, snapshot);
  if (isJob(job)) return job;
  throw new Error(`Cannot show job ${snapshot.job.id}: no contract has the kind ${kind.name}`);
}

/** @param refused a change of the plan that the service has refused; `null`: none */
export async function sendTrip(
  c: Context<AppEnv>,
  options: WebOptions,
  { refused = null, ...found }: Found & { refused?: RefusedChange | null },
): Promise<Response> {
  const { clock, access } = options;
  const { kind, snapshot } = found;
  const job = jobOf(found);
  const ageMs = Math.max(0, clock.now() - snapshot.job.createdAt);
  const hasPhotos = options.photos !== null;
  const isOwn = mayCancel(c.get("caller"), snapshot.job, access);
  const land = await landOfJob(job);
  const shaping = await shapingOf(c, options, { ...found, job, isOwn, refused });
  // A proxy may send a key with the requests of its visitors. Their browsers keep no copy either.
  const rights = { isOpen: access.publicReads || !access.apiKeys.isRequired, isOwn };
  const state: PageState = { page: "trip", job, ageMs, ...rights, land, shaping, hasPhotos };
  const refreshSeconds = retryAfterSeconds(kind, snapshot.job, clock.now());
  const words = wordsOf(c);
  const description = describeTrip(job, words);
  const page = { title: tabTitleOf(job, words), description, state, refreshSeconds };
  const head = tripTags(c, options, { job, id: snapshot.job.id, description });
  return sendApp(c, { ...page, head, status: refused?.status ?? 200, isPrivate: true });
}

/** Returns the elements that previews of links read. */
function tripTags(
  c: Context,
  options: WebOptions,
  { job, id, description }: { job: Job; id: string; description: string },
) {
  const words = wordsOf(c);
  const title = titleOfJob(job, words);
  return socialTags({
    title,
    description,
    language: words.language,
    url: urlOf(c, id, options),
    picture: originOf(c, options.access) + tripCardPath(id, job, words),
    pictureText: words.cards.pictureOf(title),
  });
}

/** Asks whether to cancel, where no script shows a dialog. An ended trip shows how it has ended. */
async function askToCancel(c: Context<AppEnv>, options: WebOptions): Promise<Response> {
  const found = await findTrip(c, options);
  setHeaders(c, { "cache-control": "private, no-cache" });
  if (!found) return sendMissing(c, options);
  const { job } = found.snapshot;
  if (isEnded(job)) return c.redirect(`/trips/${job.id}`, 303);
  if (!mayCancel(c.get("caller"), job, options.access)) throw notOwner();
  return sendCancelPage(c, jobOf(found));
}

async function cancelTrip(c: Context<AppEnv>, options: WebOptions): Promise<Response> {
  const { jobs, access } = options;
  const found = await findTrip(c, options);
  if (!found) return sendMissing(c, options);
  const { kind, snapshot: { job } } = found;
  if (!mayCancel(c.get("caller"), job, access)) throw notOwner();
  await jobs.cancel(kind, job.id, c.get("countedAs"));
  // If the job had ended before, its page shows how it ended.
  return c.redirect(`/trips/${job.id}`, 303);
}

/** Answers that the trip does not exist or is not visible to the caller, without saying which. */
export function sendMissing(c: Context<AppEnv>, { access }: WebOptions) {
  const id = c.req.param("id")!;
  const isLocked = access.apiKeys.isRequired && !access.publicReads;
  if (isLocked) setHeaders(c, { "www-authenticate": "Bearer" });
  return isLocked
    ? sendApp(c, {
      title: wordsOf(c).site.lockedTitle,
      state: { page: "locked", id },
      status: 401,
      isPrivate: true,
    })
    : sendApp(c, {
      title: wordsOf(c).site.missingTitle,
      state: { page: "gone", id },
      status: 404,
      isPrivate: true,
    });
}
