/**
 * The message that a response of the model has ended.
 * @module
 */

/** A response has ended, with any status. */
export interface ResponseEnded {
  /** Equal for all deliveries of the same message. */
  deliveryId: string;
  responseId: string;
}

/**
 * Why a delivery is refused. `unsigned`: its signature is missing, wrong or too old; `irrelevant`:
 * it does not say that a response has ended.
 */
export type DeliveryRefusal = "unsigned" | "irrelevant";

/** Verifies and reads a webhook delivery from its raw body and its headers. */
export type WebhookReader = (
  body: string,
  headers: Headers,
) => Promise<ResponseEnded | DeliveryRefusal>;
