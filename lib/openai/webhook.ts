/**
 * Verifies and reads webhooks of OpenAI.
 * https://platform.openai.com/docs/guides/webhooks
 * @module
 */
import { z } from "zod";
import type { WebhookReader } from "../job/response_ended.ts";
import { parseJson } from "../json.ts";
import { ResponseId } from "../model/model.ts";
import { createClient } from "./client.ts";

/** The events for the end of a response. */
const ResponseEvent = z.object({
  type: z.enum([
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.cancelled",
  ]),
  data: z.object({ id: ResponseId }),
});

/** It is part of a KV key, and the size of keys is limited. */
const MAX_DELIVERY_ID_CHARACTERS = 256;

/**
 * Creates a reader that verifies signatures with the SDK (Standard Webhooks, at most five minutes
 * old). The first delivery loads the SDK.
 */
export function createWebhookReader(secret: string): WebhookReader {
  return async (body, headers) => {
    // This client only verifies signatures, so it needs no key.
    const { webhooks } = await createClient({ apiKey: "unused" });
    const deliveryId = headers.get("webhook-id");
    try {
      await webhooks.verifySignature(body, headers, secret);
    } catch {
      return "unsigned";
    }
    const event = ResponseEvent.safeParse(parseJson(body));
    if (!event.success || !deliveryId || deliveryId.length > MAX_DELIVERY_ID_CHARACTERS) {
      return "irrelevant";
    }
    return { deliveryId, responseId: event.data.data.id };
  };
}
