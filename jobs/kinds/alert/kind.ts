/**
 * The kind of job that delivers alerts to the operator's receiver. The URL and the secret are in the
 * configuration only, so a record holds neither.
 * @module
 */
import { z } from "zod";
import { runbookOf } from "../../../lib/alert_thresholds.ts";
import { isoTime } from "../../../lib/clock.ts";
import { newJob, type QueuedJob } from "../../../lib/job/job_record.ts";
import type { JobContext, JobKind } from "../../kind.ts";
import { deliverWebhook, Delivery, deliveryLimits, refusedDelivery } from "../webhook.ts";

/** The name of this kind. */
export const ALERT_KIND = "alert";
const VERSION = "alert-1";

/** Alerts are few, and must not wait for each other's slow receiver. */
const MAX_RUNNING = 4;

/** What an alert job delivers. */
export const AlertNotice = z.object({
  name: z.string(),
  /** The kind of job that the alert is about; `null`: the whole service. */
  subject: z.string().nullable(),
  change: z.enum(["firing", "cleared"]),
  /** In epoch milliseconds. */
  at: z.number(),
  summary: z.string(),
});
export type AlertNotice = z.infer<typeof AlertNotice>;

/** The form of the body. `slack`: a message as Slack's incoming webhooks take it. */
export type AlertFormat = "json" | "slack";

/** The operator's receiver. */
export interface AlertReceiver {
  /** It may be a private host. */
  url: string;
  format: AlertFormat;
  /** In the format of Standard Webhooks; `null`: deliveries are not signed. */
  secret: string | null;
}

/** Returns the job that delivers a change of an alert. */
export function alertJob(
  notice: AlertNotice,
  { id, now, ttlMs }: { id: string; now: number; ttlMs: number },
): QueuedJob {
  return newJob({
    id,
    kind: ALERT_KIND,
    request: notice,
    promptVersion: VERSION,
    now,
    ttlMs,
    limits: deliveryLimits(ttlMs),
  });
}

/**
 * Creates the kind of job that delivers alerts.
 *
 * @param receiver `null`: none is configured any more, so remaining deliveries fail
 */
export function alertKind(receiver: AlertReceiver | null): JobKind<AlertNotice, Delivery> {
  return {
    name: ALERT_KIND,
    request: AlertNotice,
    result: Delivery,
    promptVersion: VERSION,
    maxRunning: MAX_RUNNING,
    isRare: true,
    generate: (notice, context) =>
      context.step("deliver", Delivery, () => deliver(notice, { receiver, context })),
  };
}

async function deliver(
  notice: AlertNotice,
  { receiver, context }: { receiver: AlertReceiver | null; context: JobContext },
): Promise<Delivery> {
  if (!receiver) throw refusedDelivery("ALERT_WEBHOOK_URL is not set");
  const { url, format, secret } = receiver;
  const body = JSON.stringify(format === "slack" ? slackBody(notice) : jsonBody(notice));
  const privateHosts = [new URL(url).host];
  const urlName = "ALERT_WEBHOOK_URL";
  return await deliverWebhook({ url, body, secret, privateHosts, urlName }, context);
}

/** Returns the body in the form of Standard Webhooks. */
function jsonBody({ name, subject, change, at, summary }: AlertNotice) {
  const data = { alert: name, subject, summary, runbook: runbookOf(name) };
  return { type: `alert.${change}`, timestamp: isoTime(at), data };
}

/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
function slackBody({ name, subject, change, summary }: AlertNotice) {
  const title = `${change === "firing" ? "Firing" : "Cleared"}: ${name}`;
  const about = subject === null ? "" : ` (${subject})`;
  const lines = [`*${title}${about}*`, escapeSlack(summary), `Runbook: ${runbookOf(name)}`];
  return { text: lines.join("\n") };
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
