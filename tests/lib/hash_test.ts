import { assertMatch, assertStrictEquals } from "@std/assert";
import { hashJson, sha256 } from "../../lib/hash.ts";

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

// The examples of FIPS 180-2, appendix B, and a text with characters of several bytes.
for (
  const [text, digest] of [
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    ],
    ["Zürich 🏔️", await webDigest("Zürich 🏔️")],
  ] as const
) {
  Deno.test(`sha256() of ${text}`, () => assertStrictEquals(sha256(text), digest));
}

/** The same digest by the platform. */
async function webDigest(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
