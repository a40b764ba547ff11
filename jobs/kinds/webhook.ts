/**
 * The delivery of a webhook, for all kinds of job that send one. Deliveries follow Standard Webhooks
 * (https://www.standardwebhooks.com): they are signed, retried for hours, and keep one id for all
 * attempts.
 * @module
 */
import { z } from "zod";
import { JobError } from "../../lib/job/failure.ts";
import type { JobLimits } from "../../lib/job/job_record.ts";
import { postPublicly, PublicHttpError } from "../../lib/http/public_http.ts";
import type { JobContext } from "../kind.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The pauses between attempts, as in Standard Webhooks: seven attempts in 18 hours. */
const PAUSES_MS = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR];

/**
 * The deadline of a delivery as a share of its lifetime. The rest is time to inspect its failure.
 */
const DEADLINE_SHARE = 7 / 8;

/** The result of a delivery: the receiver's success status. */
export const Delivery = z.object({ status: z.int() });
export type Delivery = z.infer<typeof Delivery>;

/** Returns the limits of a job that delivers a webhook. */
export function deliveryLimits(ttlMs: number): JobLimits {
  return { maxAttempts: PAUSES_MS.length + 1, timeoutMs: DEADLINE_SHARE * ttlMs };
}

export interface WebhookOptions {
  url: string;
  body: string;
  /** In the format of Standard Webhooks; `null`: the receiver expects no signature. */
  secret: string | null;
  /** See {@link postPublicly}. */
  privateHosts: readonly string[];
  /** The name of the URL for the operator or the client. */
  urlName: string;
}

/**
 * Sends a webhook once.
 *
 * @throws {JobError} if the receiver did not accept it; with the pause before the next attempt
 */
export async function deliverWebhook(
  { url, body, secret, privateHosts, urlName }: WebhookOptions,
  { id, attempt, clock, signal }: JobContext,
): Promise<Delivery> {
  const signature = secret === null ? {} : await sign({ id, body, secret, sentAt: clock.now() });
  const headers = {
    "content-type": "application/json",
    "user-agent": "Tripwright",
    ...signature,
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
    if (status === 410) throw refusedDelivery("The receiver answered 410");
    const waitMs = Math.max(pauseMs, retryAfterMs ?? 0);
    throw failed(`The receiver answered ${status}${adviceFor(status, urlName)}`, waitMs);
  } catch (error) {
    if (!(error instanceof PublicHttpError)) throw error;
    throw error.forbidden ? refusedDelivery(error.message) : failed(error.message, pauseMs);
  }
}

async function sign(
  { id, body, secret, sentAt }: { id: string; body: string; secret: string; sentAt: number },
): Promise<Record<string, string>> {
  // Most instances send no webhooks.
  const { Webhook } = await import("standardwebhooks");
  return {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(sentAt / 1_000)),
    "webhook-signature": new Webhook(secret).sign(id, new Date(sentAt), body),
  };
}

/** Redirects are not followed, because only the URL of the request was checked. */
function adviceFor(status: number, urlName: string): string {
  const isRedirect = status >= 300 && status < 400;
  return isRedirect ? `, a redirect, which is not followed: ${urlName} must be the final URL` : "";
}

function failed(message: string, retryAfterMs: number): JobError {
  return new JobError("callback_failed", message, { retryAfterMs });
}

/** Returns the failure of a delivery that must not be repeated. */
export function refusedDelivery(message: string): JobError {
  return new JobError("callback_refused", message);
}
