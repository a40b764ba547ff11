/**
 * The kind of job that delivers callbacks. Deliveries follow Standard Webhooks
 * (https://www.standardwebhooks.com): they are signed, retried for hours, and keep one id for all
 * attempts.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import { JobError } from "../../../lib/job/failure.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { type EndedJob, newJob, type QueuedJob } from "../../../lib/job/job_record.ts";
import { postPublicly, PublicHttpError } from "../../../lib/http/public_http.ts";
import type { JobContext, JobKind } from "../../kind.ts";

/** The name of this kind. */
export const CALLBACK_KIND = "callback";
const VERSION = "callback-1";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The pauses between attempts, as in Standard Webhooks: seven attempts in 18 hours. */
const PAUSES_MS = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

/**
 * The deadline of a delivery as a share of its lifetime. The rest is time to inspect its failure.
 */
const DEADLINE_SHARE = 7 / 8;

/**
 * Keeps slots free: slow receivers must not block plans, nor one key's receivers those of others.
 */
const MAX_RUNNING = 8;

const CallbackRequest = z.object({
  url: z.string(),
  /** The job that has ended. */
  about: z.uuid(),
});
type CallbackRequest = z.infer<typeof CallbackRequest>;

/** The result of a delivery: the receiver's success status. */
const Delivery = z.object({ status: z.int() });
type Delivery = z.infer<typeof Delivery>;

/** The content of a callback. */
export interface Notice {
  /** The type of the event, such as `itinerary.completed`. */
  type: string;
  data: object;
}

export interface CallbackOptions {
  /** Returns the content of the callback for an ended job. */
  noticeOf: (job: EndedJob) => Notice;
  /**
   * Returns the owner's signing secret in the format of Standard Webhooks; `null` if it is revoked.
   */
  signingSecretOf: (owner: string | null) => string | null;
  /** See {@link postPublicly}. */
  privateHosts: readonly string[];
  /** Returns the job; `null` if it has not ended or has expired. */
  readEnded: (id: string) => Promise<EndedJob | null>;
}

/**
 * Returns the job that delivers the callback of an ended job; `null` if it has no `callbackUrl`.
 */
export function callbackFor(job: EndedJob, now: number): QueuedJob | null {
  const { callbackUrl, expiresAt, owner, trace } = job;
  if (callbackUrl === null) return null;
  const ttlMs = expiresAt - now;
  const request: CallbackRequest = { url: callbackUrl, about: job.id };
  const limits = { maxAttempts: PAUSES_MS.length + 1, timeoutMs: DEADLINE_SHARE * ttlMs };
  return newJob({
    id: newJobId(now),
    kind: CALLBACK_KIND,
    request,
    promptVersion: VERSION,
    now,
    ttlMs,
    owner,
    trace,
    limits,
  });
}

/** Creates the kind of job that delivers callbacks. */
export function callbackKind(options: CallbackOptions): JobKind<CallbackRequest, Delivery> {
  return {
    name: CALLBACK_KIND,
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
  if (!job) throw refused("The job of this callback has expired");
  const secret = signingSecretOf(job.owner);
  if (secret === null) throw refused("The API key that created the job is no longer valid");
  const { type, data } = noticeOf(job);
  const body = JSON.stringify({ type, timestamp: isoTime(job.finishedAt), data });
  const sentAt = clock.now();
  // Most instances send no callbacks.
  const { Webhook } = await import("standardwebhooks");
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
    // 410 Gone: the receiver wants no more deliveries.
    if (status === 410) throw refused("The receiver answered 410");
    const waitMs = Math.max(pauseMs, retryAfterMs ?? 0);
    throw failed(`The receiver answered ${status}${adviceFor(status)}`, waitMs);
  } catch (error) {
    if (!(error instanceof PublicHttpError)) throw error;
    throw error.forbidden ? refused(error.message) : failed(error.message, pauseMs);
  }
}

/** Redirects are not followed, because only the URL of the request was checked. */
function adviceFor(status: number): string {
  const isRedirect = status >= 300 && status < 400;
  return isRedirect ? ", a redirect, which is not followed: callbackUrl must be the final URL" : "";
}

function failed(message: string, retryAfterMs: number): JobError {
  return new JobError("callback_failed", message, { retryAfterMs });
}

function refused(message: string): JobError {
  return new JobError("callback_refused", message);
}
