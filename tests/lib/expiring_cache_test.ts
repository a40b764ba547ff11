import { assertEquals, assertStrictEquals } from "@std/assert";
import { ExpiringCache } from "../../lib/expiring_cache.ts";
import { FakeClock, NOON } from "../../testing/fake_clock.ts";

const MINUTE = 60_000;
const value = { text: "a plan" };

function newCache({ maxSize = 10 } = {}) {
  const clock = new FakeClock();
  return { clock, cache: new ExpiringCache<object>({ clock, maxSize }) };
}

Deno.test("ExpiringCache returns a value until it expires", () => {
  const { cache, clock } = newCache();
  cache.set("a", value, { size: 1, expiresAt: NOON + MINUTE });
  clock.advance(MINUTE - 1);
  assertStrictEquals(cache.get("a"), value);
  clock.advance(1);
  assertStrictEquals(cache.get("a"), undefined);
});

Deno.test("ExpiringCache releases expired values that no caller asks for", () => {
  const { cache, clock } = newCache();
  cache.set("a", value, { size: 1, expiresAt: NOON + MINUTE });
  cache.set("b", value, { size: 1, expiresAt: NOON + 2 * MINUTE });
  clock.advance(MINUTE + 1);
  cache.set("c", value, { size: 1, expiresAt: NOON + 2 * MINUTE });
  assertStrictEquals(cache.count, 2);
  assertEquals([..."abc"].map((key) => cache.get(key)), [undefined, value, value]);
});

Deno.test("ExpiringCache does not keep a value that has expired already", () => {
  const { cache } = newCache();
  cache.set("a", value, { size: 1, expiresAt: NOON });
  assertStrictEquals(cache.count, 0);
});

Deno.test("ExpiringCache removes the values of the oldest use when it is full", () => {
  const { cache } = newCache({ maxSize: 2 });
  for (const key of ["a", "b"]) cache.set(key, value, { size: 1, expiresAt: NOON + MINUTE });
  cache.get("a");
  cache.set("c", value, { size: 1, expiresAt: NOON + MINUTE });
  assertEquals([..."abc"].map((key) => cache.get(key)), [value, undefined, value]);
  cache.delete("a");
  assertStrictEquals(cache.get("a"), undefined);
});

Deno.test("ExpiringCache starts no timer", () => {
  // The sanitizer of the test fails if one is left.
  const { cache } = newCache();
  cache.set("a", value, { size: 1, expiresAt: NOON + MINUTE });
  assertStrictEquals(cache.get("a"), value);
});
