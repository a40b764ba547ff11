import { assertEquals, assertStrictEquals } from "@std/assert";
import { type Backoff, backoffMs } from "../../lib/backoff.ts";

const rows: [backoff: Backoff, waits: number[]][] = [
  [{ firstMs: 1_000 }, [1_000, 2_000, 4_000, 8_000, 16_000]],
  [{ firstMs: 1_000, maxMs: 5_000 }, [1_000, 2_000, 4_000, 5_000, 5_000]],
  [{ firstMs: 10, maxMs: 10 }, [10, 10, 10, 10, 10]],
];

for (const [backoff, waits] of rows) {
  Deno.test(`backoffMs() with ${JSON.stringify(backoff)} doubles up to its limit`, () => {
    assertEquals([1, 2, 3, 4, 5].map((failures) => backoffMs(failures, backoff)), waits);
  });
}

Deno.test("backoffMs() is finite after any number of failures", () => {
  assertStrictEquals(backoffMs(5_000, { firstMs: 1, maxMs: 60_000 }), 60_000);
});
