import { assertEquals, assertStrictEquals } from "@std/assert";
import { BulkOrder, BulkTarget } from "../../../jobs/operator/bulk_order.ts";

const targets: [target: object, isAccepted: boolean][] = [
  [{ action: "replay", filter: {} }, true],
  [{ action: "replay", filter: { state: "canceled" } }, true],
  [{ action: "replay", filter: { code: "refused", attempts: 2, since: "2h" } }, true],
  [{ action: "replay", filter: { state: "queued" } }, false],
  [{ action: "replay", filter: { state: "running" } }, false],
  [{ action: "cancel", filter: {} }, true],
  [{ action: "cancel", filter: { state: "running", kind: "itinerary" } }, true],
  [{ action: "cancel", filter: { state: "failed" } }, false],
  [{ action: "cancel", filter: { code: "refused" } }, false],
  [{ action: "cancel", filter: { source: "sample" } }, false],
  [{ action: "delete", filter: {} }, false],
  [{ action: "cancel" }, false],
  [{ action: "cancel", filter: { color: "red" } }, false],
];

for (const [target, isAccepted] of targets) {
  Deno.test(`a bulk job ${isAccepted ? "may" : "must not"} be ${JSON.stringify(target)}`, () => {
    for (const schema of [BulkTarget, BulkOrder]) {
      assertStrictEquals(schema.safeParse(target).success, isAccepted);
    }
  });
}

const limits: [limit: number, isAccepted: boolean][] = [
  [0, false],
  [1, true],
  [1.5, false],
  [10_000, true],
  [10_001, false],
];

for (const [limit, isAccepted] of limits) {
  Deno.test(`a bulk job ${isAccepted ? "may" : "must not"} have the limit ${limit}`, () => {
    const order = { action: "replay", filter: {}, limit };
    assertStrictEquals(BulkOrder.safeParse(order).success, isAccepted);
  });
}

Deno.test("a refused filter is named in the error", () => {
  const { error } = BulkTarget.safeParse({ action: "cancel", filter: { state: "failed" } });
  assertEquals(error?.issues.map(({ path, message }) => [path, message]), [
    [["filter"], "Only jobs that wait or run can be canceled"],
  ]);
});
