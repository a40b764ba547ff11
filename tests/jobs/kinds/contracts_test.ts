import { assertEquals, assertStrictEquals } from "@std/assert";
import { contracts, kindNames, kindOfNoun } from "../../../jobs/kinds/contracts.ts";
import { kinds } from "../../../testing/app.ts";

Deno.test("no two kinds share a path, a noun or the name of their ids", () => {
  for (const member of ["path", "noun", "idName"] as const) {
    const values = kindNames.map((name) => contracts[name][member]);
    assertStrictEquals(new Set(values).size, values.length, `${member}: ${values}`);
  }
});

Deno.test("every kind is known by its name and by its noun", () => {
  assertEquals(kinds.map(({ name }) => name), kindNames);
  for (const { name, http } of kinds) {
    const known = kindNames.find((other) => contracts[other] === http)!;
    assertStrictEquals(known, name);
    assertStrictEquals(kindOfNoun(contracts[known].noun), name);
  }
});
