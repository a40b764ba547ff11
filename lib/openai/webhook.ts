/**
 * Webhooks of OpenAI: who they are from, and what they are about.
 * https://platform.openai.com/docs/guides/webhooks
 * @module
 */
import { z } from "zod";
import type { WebhookReader } from "../job/response_ended.ts";
import { parseJson } from "../json.ts";
import { ResponseId } from "../model/model.ts";
import { createClient } from "./client.ts";

/** The events that say that a response is over. */
const ResponseEvent = z.object({
  type: z.enum([
    "response.completed",
    "response.incomplete",
    "response.failed",
    "response.cancelled",
  ]),
  data: z.object({ id: ResponseId }),
});

/** It becomes part of a key, and keys have a limit. */
const MAX_DELIVERY_ID_CHARACTERS = 256;

/**
 * Creates a reader that lets the SDK check the signature (Standard Webhooks; at most five minutes old).
 * The SDK is loaded with the first delivery.
 */
export function createWebhookReader(secret: string): WebhookReader {
  return async (body, headers) => {
    // Signatures are all that this client is for.
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
