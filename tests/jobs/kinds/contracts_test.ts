import { assertEquals, assertStrictEquals } from "@std/assert";
import { contracts, kindNames, kindOfNoun } from "../../../jobs/kinds/contracts.ts";
import { kinds } from "../../../testing/app.ts";

Deno.test("each kind has its own path, noun and name of its ids", () => {
  for (const member of ["path", "noun", "idName"] as const) {
    const values = kindNames.map((name) => contracts[name][member]);
    assertStrictEquals(new Set(values).size, values.length, `${member}: ${values}`);
  }
});

Deno.test("the contracts list the name and the noun of every kind", () => {
  assertEquals(kinds.map(({ name }) => name), kindNames);
  for (const { name, http } of kinds) {
    const known = kindNames.find((other) => contracts[other] === http)!;
    assertStrictEquals(known, name);
    assertStrictEquals(kindOfNoun(contracts[known].noun), name);
  }
});
