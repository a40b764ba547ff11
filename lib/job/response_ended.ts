/**
 * How the model's side says that a response has ended.
 * @module
 */

/** A response has ended, however it ended. */
export interface ResponseEnded {
  /** The same for each delivery of the same message. */
  deliveryId: string;
  responseId: string;
}

/**
 * Why a delivery is refused. `unsigned`: its signature is missing, wrong or too old; `irrelevant`: it
 * does not say that a response has ended.
 */
export type DeliveryRefusal = "unsigned" | "irrelevant";

/** Reads a webhook delivery: its body as it came, and its headers. */
export type WebhookReader = (
  body: string,
  headers: Headers,
) => Promise<ResponseEnded | DeliveryRefusal>;
