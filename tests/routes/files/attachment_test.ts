import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { attachmentOf } from "../../../routes/files/attachment.ts";
import { anyCharacter } from "../../../testing/text.ts";

/** A fixed seed, so that each run uses the same titles. */
const SEED = 20261124;
const RUNS = 500;

/** Returns both names, as a browser reads them. */
function namesOf(title: string, extension = "md"): { ascii: string; utf8: string } {
  const header = attachmentOf(title, extension);
  // attr-char of RFC 8187 that encodeURIComponent leaves, and its encoding of all others.
  const match = header.match(
    /^attachment; filename="([a-z0-9.-]+)"; filename\*=UTF-8''((?:[a-z0-9.-]|%[0-9A-F]{2})+)$/,
  );
  assert(match, header);
  // As strict as browsers: throws for bytes that a header must not contain.
  assertStrictEquals(
    new Headers({ "content-disposition": header }).get("content-disposition"),
    header,
  );
  return { ascii: match[1]!, utf8: decodeURIComponent(match[2]!) };
}

const names: [title: string, ascii: string, utf8: string][] = [
  ["Tokyo, Japan", "tokyo-japan.md", "tokyo-japan.md"],
  ["São Tomé", "sao-tome.md", "são-tomé.md"],
  ["東京、日本", "trip.md", "東京-日本.md"],
  ["Tokyo 東京", "tokyo.md", "tokyo-東京.md"],
  ["ＴＯＫＹＯ", "tokyo.md", "tokyo.md"],
  ["हिन्दी", "trip.md", "हिन्दी.md"],
  ["../../etc/passwd", "etc-passwd.md", "etc-passwd.md"],
  ["C:\\Windows\\cmd.exe", "c-windows-cmd-exe.md", "c-windows-cmd-exe.md"],
  ['a"; filename="b', "a-filename-b.md", "a-filename-b.md"],
  ["a\r\nset-cookie: b", "a-set-cookie-b.md", "a-set-cookie-b.md"],
  ["-.-", "trip.md", "trip.md"],
  ["🗼", "trip.md", "trip.md"],
  ["\ud83d", "trip.md", "trip.md"],
  ["", "trip.md", "trip.md"],
];

for (const [title, ascii, utf8] of names) {
  Deno.test(`the plan ${JSON.stringify(title)} is saved as ${utf8}`, () => {
    assertEquals(namesOf(title), { ascii, utf8 });
  });
}

Deno.test("a file name has no control and no bidirectional characters", () => {
  assertStrictEquals(namesOf("\u202egpj\u202c\u2066.exe\u200f").utf8, "gpj-exe.md");
  assertStrictEquals(namesOf("a\u0000b\u007fc\u0085d").utf8, "a-b-c-d.md");
  assertStrictEquals(namesOf("\u0000\u202e").utf8, "trip.md");
});

Deno.test("a file name has at most 80 characters, extension included, and no hyphen before it", () => {
  const { ascii, utf8 } = namesOf("x".repeat(200), "ics");
  assertStrictEquals(ascii, `${"x".repeat(76)}.ics`);
  assertStrictEquals(utf8, ascii);
  assertStrictEquals(namesOf(`${"x".repeat(75)} y`, "ics").utf8, `${"x".repeat(75)}.ics`);
  // Counts characters, not surrogates.
  assertStrictEquals(namesOf("𠀀".repeat(200), "ics").utf8, `${"𠀀".repeat(76)}.ics`);
});

Deno.test("any title results in the name of one file in one directory", () => {
  const property = fc.property(fc.string({ unit: anyCharacter, maxLength: 120 }), (title) => {
    const { ascii, utf8 } = namesOf(title);
    for (const name of [ascii, utf8]) {
      assertMatch(name, /^[\p{L}\p{N}\p{M}]+(?:-[\p{L}\p{N}\p{M}]+)*\.md$/u);
      assert([...name].length <= 80, name);
    }
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});
