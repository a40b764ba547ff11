/**
 * Webhook deliveries like those of OpenAI, signed according to Standard Webhooks.
 * @module
 */
import { createHmac } from "node:crypto";
import type { Recorder, Step } from "./recorder.ts";

const SIGNING_KEY = "a key of twenty-four chars";

export const WEBHOOK_SECRET = `whsec_${btoa(SIGNING_KEY)}`;

export interface Delivery {
  name: string;
  /** Text, or a value that becomes JSON. */
  body: unknown;
  /** The same for each delivery of the same event. */
  id?: string;
  /** The age of the timestamp, in milliseconds. */
  ageMs?: number;
  key?: string;
  /** The name of a header to omit. */
  without?: string;
}

/** Returns the body of the webhook for an ended response. */
export function news(response: string, type = "response.completed"): object {
  return { object: "event", id: "evt_1", type, data: { id: response } };
}

/** Signs a delivery and sends it. */
export async function deliver(recorder: Recorder, delivery: Delivery): Promise<void> {
  const { name, body, id = "wh_1", ageMs = 0, key = SIGNING_KEY, without } = delivery;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const timestamp = String(Math.floor((Date.now() - ageMs) / 1_000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${text}`).digest("base64");
  recorder.keep("timestamp", timestamp);
  recorder.keep("signature", signature);
  const headers: Record<string, string | null> = {
    "webhook-id": id,
    "webhook-timestamp": "{timestamp}",
    "webhook-signature": "v1,{signature}",
    ...(without && { [without]: null }),
  };
  const step: Step = { name, ask: "POST /api/webhooks/openai", body: text, headers };
  await recorder.send(step);
}
