import { assertEquals, assertStrictEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { createWebhookReader } from "../../../lib/openai/webhook.ts";

const SIGNING_KEY = "a key of twenty-four chars";
const read = createWebhookReader(`whsec_${btoa(SIGNING_KEY)}`);

/** Reads this body, signed as Standard Webhooks specify. */
function deliver(
  body: string,
  { key = SIGNING_KEY, without }: { key?: string; without?: string } = {},
) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac("sha256", key).update(`wh_1.${timestamp}.${body}`).digest("base64");
  const headers = new Headers({
    "webhook-id": "wh_1",
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  });
  if (without) headers.delete(without);
  return read(body, headers);
}

const event = (type: string, data: unknown = { id: "resp_1" }) => JSON.stringify({ type, data });

for (const how of ["completed", "incomplete", "failed", "cancelled"]) {
  Deno.test(`a webhook reports a response that is ${how}`, async () => {
    const notice = await deliver(event(`response.${how}`));

    assertEquals(notice, { deliveryId: "wh_1", responseId: "resp_1" });
  });
}

const unknown: [what: string, body: string][] = [
  ["another event", event("response.created")],
  ["no response", event("response.completed", null)],
  ["a response with an empty id", event("response.completed", { id: "" })],
  ["an id that is too long", event("response.completed", { id: "r".repeat(10_001) })],
  ["invalid JSON", "response.completed"],
];

for (const [what, body] of unknown) {
  Deno.test(`a webhook with ${what} is irrelevant`, async () => {
    assertStrictEquals(await deliver(body), "irrelevant");
  });
}

Deno.test("a webhook with a signature of another key is rejected", async () => {
  const delivery = deliver(event("response.completed"), { key: "another key" });

  assertStrictEquals(await delivery, "unsigned");
});

for (const without of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
  Deno.test(`a webhook without ${without} is rejected`, async () => {
    const delivery = deliver(event("response.completed"), { without });

    assertStrictEquals(await delivery, "unsigned");
  });
}
