/**
 * The webhooks of OpenAI.
 * @module
 */
import { createHmac } from "node:crypto";

/** The bytes of the signing key. */
const SIGNING_KEY = "a key of twenty-four chars";

/** The signing secret: what `OPENAI_WEBHOOK_SECRET` must be. */
export const WEBHOOK_SECRET = `whsec_${btoa(SIGNING_KEY)}`;

/** One delivery. */
export interface WebhookDelivery {
  /** The id of the response that has ended. */
  response: string;
  type?: string;
  /** The same for each delivery of the same event. */
  deliveryId?: string;
  /** When it was signed, in epoch milliseconds. */
  at?: number;
  /** What it is signed with. */
  key?: string;
}

/** Returns what OpenAI sends when a response has ended, signed as Standard Webhooks specify. */
export function webhookRequest(
  {
    type = "response.completed",
    response,
    deliveryId = "wh_1",
    at = Date.now(),
    key = SIGNING_KEY,
  }: WebhookDelivery,
): RequestInit {
  const body = JSON.stringify({ object: "event", id: "evt_1", type, data: { id: response } });
  const timestamp = String(Math.floor(at / 1000));
  const signed = createHmac("sha256", key).update(`${deliveryId}.${timestamp}.${body}`);
  return {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": deliveryId,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signed.digest("base64")}`,
    },
  };
}
