import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { randomBytes } from "node:crypto";
import {
  BlobTooLargeError,
  decodeBlob,
  encodeBlob,
  MAX_BLOB_BYTES,
} from "../../../lib/store/blob.ts";

/** Text that gzip hardly compresses: hex digits carry four bits each. */
function noise(characters: number): string {
  return randomBytes(characters / 2).toString("hex");
}

const values = {
  "an object": { days: [{ day: 1, theme: "東京" }], none: null },
  "300 KB": { text: noise(300_000) },
  "1 MB": { text: noise(1_000_000) },
  "3 MB that compress well": Array.from(
    { length: 30_000 },
    (_, n) => ({ day: n, text: "x".repeat(80) }),
  ),
  "an empty string": "",
};

for (const [name, value] of Object.entries(values)) {
  Deno.test(`decodeBlob() returns ${name} unchanged`, () => {
    const { ref, parts } = encodeBlob(value);
    assertStrictEquals(ref.parts, parts.length);
    assertStrictEquals(ref.bytes, parts.reduce((sum, part) => sum + part.length, 0));
    assertEquals(decodeBlob(parts), value);
  });
}

Deno.test("encodeBlob() makes the fewest parts that KV can store", async () => {
  using kv = await Deno.openKv(":memory:");
  const { parts, ref } = encodeBlob({ text: noise(1_000_000) });
  assertStrictEquals(parts.length, Math.ceil(ref.bytes / 65_000));
  for (const part of parts) await kv.set(["part"], part);
});

Deno.test("encodeBlob() rejects a value that does not fit into one commit", () => {
  assertThrows(() => encodeBlob({ text: noise(2 * MAX_BLOB_BYTES) }), BlobTooLargeError);
});
