/** What the platform on Node.js does by itself. `deno task test:node` runs all of it. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { decode, encode } from "../../../lib/platform/node.ts";

/** The value `{ bytes: new Uint8Array([1, 2, 3]) }` as Deno stores it, after the version. */
const STORED = "6f22056279746573420301020356420003007b01";

Deno.test("encode() writes binary data inside of a value as Deno stores it", () => {
  assertStrictEquals(encode({ bytes: new Uint8Array([1, 2, 3]) }).toHex(), `ff0f${STORED}`);
});

// Deno 2.5 knows no version 16, as Node.js 24.
for (const version of ["0f", "10"]) {
  Deno.test(`decode() reads version 0x${version} of the format`, () => {
    const value = decode(Uint8Array.fromHex(`ff${version}${STORED}`)) as { bytes: Uint8Array };
    assertEquals(new Uint8Array(value.bytes), new Uint8Array([1, 2, 3]));
  });
}
