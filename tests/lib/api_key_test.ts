import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { isValidKey, newKeyText, secretsOf, startOf } from "../../lib/api_key.ts";
import { NOON } from "../../testing/fake_clock.ts";

Deno.test("newKeyText() returns another text each time, with a checksum that scanners can verify", () => {
  const texts = Array.from({ length: 50 }, newKeyText);
  assertStrictEquals(new Set(texts).size, 50);
  for (const text of texts) {
    assertMatch(text, /^tw_[\da-f]{56}$/);
    const digest = createHash("sha256").update(text.slice(0, -8)).digest("hex");
    assertStrictEquals(text.slice(-8), digest.slice(0, 8));
  }
});

Deno.test("startOf() shows too little of a key to guess it", () => {
  assertMatch(startOf(newKeyText()), /^tw_[\da-f]{5}$/);
});

Deno.test("secretsOf() derives secrets that contain neither the key nor each other", () => {
  const key = newKeyText();
  const secrets = secretsOf(key);
  assertEquals(secretsOf(key), secrets);
  const values = Object.values(secrets);
  for (const value of values) {
    assertNotMatch(value, new RegExp(key.slice(3, 11)));
    assert(values.filter((other) => other.includes(value)).length === 1);
  }
});

const day = { expiresAt: NOON, revokedAt: null };
const lives: [what: string, life: Parameters<typeof isValidKey>[0], isValid: boolean][] = [
  ["without an end", { expiresAt: null, revokedAt: null }, true],
  ["that expires in a millisecond", { ...day, expiresAt: NOON + 1 }, true],
  ["that expires now", day, false],
  ["that has expired", { ...day, expiresAt: NOON - 1 }, false],
  ["that was revoked", { expiresAt: null, revokedAt: NOON }, false],
  ["that was revoked by a clock that is ahead", { expiresAt: null, revokedAt: NOON + 1 }, false],
];

for (const [what, life, isValid] of lives) {
  Deno.test(`isValidKey() is ${isValid} for a key ${what}`, () => {
    assertStrictEquals(isValidKey(life, NOON), isValid);
  });
}
