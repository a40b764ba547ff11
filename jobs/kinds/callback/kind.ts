/**
 * Callbacks: a job that ends is told of where its client wants it, by a job of its own. Deliveries
 * follow Standard Webhooks (https://www.standardwebhooks.com): signed, tried again for hours, and
 * each with an id that stays the same.
 * @module
 */
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { type EndedJob, newJob } from "../../../lib/job/job_record.ts";
import { postPublicly, PublicHttpError } from "../../../lib/http/public_http.ts";
import type { JobContext, JobKind } from "../../kind.ts";

const NAME = "callback";
const VERSION = "callback-1";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The pauses between attempts: seven attempts in 18 hours, as Standard Webhooks has them. */
const PAUSES_MS = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

/** The part of its life in which a delivery is tried, so that there is time left to see its failure. */
const TRIED_PART = 7 / 8;

/** Receivers that are slow must not take the slots from the plans; nor one key's from the others'. */
const MAX_RUNNING = 8;

const CallbackRequest = z.object({
  url: z.string(),
  /** The job that has ended. */
  about: z.uuid(),
});
type CallbackRequest = z.infer<typeof CallbackRequest>;

/** What the receiver has answered: a status of success. */
const Delivery = z.object({ status: z.int() });
type Delivery = z.infer<typeof Delivery>;

/** What is told of a job. */
export interface Notice {
  /** What has happened, such as `itinerary.completed`. */
  type: string;
  data: object;
}

export interface CallbackOptions {
  /** What is told of a job that has ended. */
  noticeOf: (job: EndedJob) => Notice;
  /** The key of whoever made the job, as Standard Webhooks write it; `null` if it is no longer valid. */
  signingSecretOf: (owner: string | null) => string | null;
  /** See {@link postPublicly}. */
  privateHosts: readonly string[];
  /** The job, if it has ended and has not expired. */
  readEnded: (id: string) => Promise<EndedJob | null>;
}

/** The job that tells of the end of another one; `null` if nobody wants to know. */
export function callbackFor(job: EndedJob, { id, now }: { id: string; now: number }) {
  const { callbackUrl, expiresAt, owner, trace } = job;
  if (callbackUrl === null) return null;
  const ttlMs = expiresAt - now;
  const request: CallbackRequest = { url: callbackUrl, about: job.id };
  const limits = { maxAttempts: PAUSES_MS.length + 1, timeoutMs: TRIED_PART * ttlMs };
  return newJob({
    id,
    kind: NAME,
    request,
    promptVersion: VERSION,
    now,
    ttlMs,
    owner,
    trace,
    limits,
  });
}

/** The kind of job that delivers callbacks. */
export function callbackKind(options: CallbackOptions): JobKind<CallbackRequest, Delivery> {
  return {
    name: NAME,
    request: CallbackRequest,
    result: Delivery,
    promptVersion: VERSION,
    maxRunning: MAX_RUNNING,
    generate: (request, context) =>
      context.step("deliver", Delivery, () => deliver(request, context, options)),
  };
}

async function deliver(
  { url, about }: CallbackRequest,
  { id, attempt, clock, signal }: JobContext,
  { noticeOf, signingSecretOf, privateHosts, readEnded }: CallbackOptions,
): Promise<Delivery> {
  const job = await readEnded(about);
  if (!job) throw refused("The job that the callback is about is gone");
  const secret = signingSecretOf(job.owner);
  if (secret === null) throw refused("The API key that made the job is no longer valid");
  const { type, data } = noticeOf(job);
  const body = JSON.stringify({ type, timestamp: isoTime(job.finishedAt), data });
  const sentAt = clock.now();
  const headers = {
    "content-type": "application/json",
    "user-agent": "Tripwright",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, new Date(sentAt), body),
  };
  const pauseMs = PAUSES_MS[attempt - 1] ?? 0;
  try {
    const { status, retryAfterMs } = await postPublicly(url, {
      headers,
      body,
      signal,
      clock,
      privateHosts,
    });
    if (status >= 200 && status < 300) return { status };
    // The receiver does not want to hear of anything any more.
    if (status === 410) throw refused("The receiver answered 410");
    const waitMs = Math.max(pauseMs, retryAfterMs ?? 0);
    throw failed(`The receiver answered ${status}`, waitMs);
  } catch (error) {
    if (!(error instanceof PublicHttpError)) throw error;
    throw error.forbidden ? refused(error.message) : failed(error.message, pauseMs);
  }
}

function failed(message: string, retryAfterMs: number): JobError {
  return new JobError("callback_failed", message, { retryAfterMs });
}

function refused(message: string): JobError {
  return new JobError("callback_refused", message);
}
