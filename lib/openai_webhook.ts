/**
 * Webhooks of OpenAI: who they are from, and what they are about.
 * https://platform.openai.com/docs/guides/webhooks
 * @module
 */
import { z } from "zod";
import { parseJson } from "./json.ts";
import { ResponseId } from "./model.ts";
import { createClient } from "./openai_client.ts";

/** A delivery that is to be refused. The message holds nothing of what was delivered. */
export class WebhookError extends Error {
  override name = "WebhookError";
  /** @param why `unsigned`: not from OpenAI, or too old; `unknown`: nothing that we have asked for */
  constructor(readonly why: "unsigned" | "unknown", message: string) {
    super(message);
  }
}

/** News of a response. */
export interface ResponseNews {
  /** The same for each delivery of the same news. */
  deliveryId: string;
  responseId: string;
}

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

/** Reads a delivery: its body as it came, and its headers. */
export type WebhookReader = (body: string, headers: Headers) => Promise<ResponseNews>;

/**
 * Creates a reader that lets the SDK check the signature (Standard Webhooks; at most five minutes old).
 * The SDK is loaded with the first delivery.
 *
 * @throws {WebhookError} from the reader
 */
export function createWebhookReader(secret: string): WebhookReader {
  return async (body, headers) => {
    // Signatures are all that this client is for.
    const { webhooks } = await createClient({ apiKey: "unused" });
    const deliveryId = headers.get("webhook-id");
    try {
      await webhooks.verifySignature(body, headers, secret);
    } catch {
      throw new WebhookError("unsigned", "Cannot accept webhook: its signature is not valid");
    }
    const event = ResponseEvent.safeParse(parseJson(body));
    if (!event.success || !deliveryId || deliveryId.length > MAX_DELIVERY_ID_CHARACTERS) {
      throw new WebhookError(
        "unknown",
        "Cannot use webhook: it is not about the end of a response",
      );
    }
    return { deliveryId, responseId: event.data.data.id };
  };
}
