import assert from "node:assert/strict";
import { dedupeKeyOf, type DedupeParts } from "../../lib/dedupe_key.ts";

const wish: DedupeParts = {
  kind: "test",
  promptVersion: "test-1",
  caller: "somebody",
  request: { text: "hello", list: [{ a: 1, b: null }, "x"] },
};

Deno.test("dedupeKeyOf() does not depend on the order of members", () => {
  const request = { list: [{ b: null, a: 1 }, "x"], text: "hello" };
  assert.equal(dedupeKeyOf({ ...wish, request }), dedupeKeyOf(wish));
  assert.match(dedupeKeyOf(wish), /^[0-9a-f]{64}$/);
});

const others: Partial<DedupeParts>[] = [
  { kind: "other" },
  { promptVersion: "test-2" },
  { caller: "somebody else" },
  { request: { text: "hello", list: ["x", { a: 1, b: null }] } },
  { request: { text: "hello", list: [{ a: 1 }, "x"] } },
  { request: { text: "hello", list: [{ a: "1", b: null }, "x"] } },
  { request: null },
];

Deno.test("dedupeKeyOf() differs as soon as anything else does", () => {
  const keys = [wish, ...others.map((other) => ({ ...wish, ...other }))].map(dedupeKeyOf);
  assert.equal(new Set(keys).size, keys.length);
});

Deno.test("dedupeKeyOf() keeps its parts apart", () => {
  const shifted = { ...wish, kind: "testtest", promptVersion: "-1" };
  assert.notEqual(dedupeKeyOf(shifted), dedupeKeyOf(wish));
});
