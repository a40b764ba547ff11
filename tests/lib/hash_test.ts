import { assertMatch, assertStrictEquals } from "@std/assert";
import { hashJson } from "../../lib/hash.ts";

const wish = ["test", "test-1", "owner", { text: "hello", list: [{ a: 1, b: null }, "x"] }];

Deno.test("hashJson() ignores the order of members", () => {
  const same = ["test", "test-1", "owner", { list: [{ b: null, a: 1 }, "x"], text: "hello" }];
  assertStrictEquals(hashJson(same), hashJson(wish));
  assertMatch(hashJson(wish), /^[0-9a-f]{64}$/);
});

Deno.test("hashJson() changes with any other difference", () => {
  const values = [
    wish,
    ["other", ...wish.slice(1)],
    ["testtest", "-1", ...wish.slice(2)],
    [...wish.slice(0, 3), { text: "hello", list: ["x", { a: 1, b: null }] }],
    [...wish.slice(0, 3), { text: "hello", list: [{ a: 1 }, "x"] }],
    [...wish.slice(0, 3), { text: "hello", list: [{ a: "1", b: null }, "x"] }],
    [...wish.slice(0, 3), null],
  ];
  assertStrictEquals(new Set(values.map(hashJson)).size, values.length);
});
