import { assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { addressCaller, clientCaller } from "../../lib/caller.ts";

for (const callerOf of [clientCaller, addressCaller]) {
  Deno.test(`${callerOf.name}() hashes a text once, and keeps the latest 1,000`, () => {
    const first = callerOf("text-of-16-letters");
    assertStrictEquals(callerOf("text-of-16-letters"), first);
    for (let n = 0; n < 1_000; n++) {
      assertNotStrictEquals(callerOf(`other-of-16-letters-${n}`).id, first.id);
    }
    const again = callerOf("text-of-16-letters");
    assertNotStrictEquals(again, first);
    assertStrictEquals(again.id, first.id);
  });
}
