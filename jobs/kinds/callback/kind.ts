/**
 * The kind of job that delivers callbacks.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import { newJobId } from "../../../lib/job/job_id.ts";
import { type EndedJob, newJob, type QueuedJob } from "../../../lib/job/job_record.ts";
import type { JobContext, JobKind } from "../../kind.ts";
import { deliverWebhook, Delivery, deliveryLimits, refusedDelivery } from "../webhook.ts";

/** The name of this kind. */
export const CALLBACK_KIND = "callback";
const VERSION = "callback-1";

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
  return newJob({
    id: newJobId(now),
    kind: CALLBACK_KIND,
    request,
    promptVersion: VERSION,
    now,
    ttlMs,
    owner,
    trace,
    limits: deliveryLimits(ttlMs),
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
  context: JobContext,
  { noticeOf, signingSecretOf, privateHosts, readEnded }: CallbackOptions,
): Promise<Delivery> {
  const job = await readEnded(about);
  if (!job) throw refusedDelivery("The job of this callback has expired");
  const secret = signingSecretOf(job.owner);
  if (secret === null) {
    throw refusedDelivery("The API key that created the job is no longer valid");
  }
  const { type, data } = noticeOf(job);
  const body = JSON.stringify({ type, timestamp: isoTime(job.finishedAt), data });
  const options = { url, body, secret, privateHosts, urlName: "callbackUrl" };
  return await deliverWebhook(options, context);
}
