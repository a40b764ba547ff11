/** The wishes of the evaluation: that they are varied enough, and that the service accepts them. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { inDays, type Wish } from "../../../bench/eval/wish.ts";
import { wishesOn } from "../../../bench/eval/wishes.ts";
import { bundlesFacts, itineraryFacts } from "../../../jobs/kinds/trip_facts.ts";
import { createKinds } from "../../../jobs/registry.ts";
import { parseConfig } from "../../../lib/config.ts";

const TODAY = "2026-11-28";
const wishes = wishesOn(TODAY);
const kinds = new Map(createKinds(parseConfig({})).map((kind) => [kind.name, kind]));

/** Returns the request, or the preferences in it. */
function factsOf({ kind, request }: Wish): object {
  return kind === "itinerary" ? request : request.preferences;
}

function namesOf(members: unknown): string[] {
  return Object.keys(members as object).sort();
}

const counts: [what: string, min: number, found: Iterable<unknown>][] = [
  ["wishes", 30, wishes],
  ["languages", 10, new Set(wishes.map(({ language }) => language))],
  ["trips to several cities", 5, wishes.filter(({ cities }) => cities)],
  ["wishes of two turns", 5, wishes.filter(({ refine }) => refine)],
  ["traps", 5, wishes.filter(({ trap }) => trap)],
  ["sorts of traps", 5, new Set(wishes.flatMap(({ trap }) => trap?.code ?? []))],
];

for (const [what, min, found] of counts) {
  Deno.test(`the evaluation has at least ${min} ${what}`, () => {
    const { length } = [...found];

    assert(length >= min, `${length} ${what}`);
  });
}

for (const [kind, facts] of [["itinerary", itineraryFacts], ["bundles", bundlesFacts]] as const) {
  for (const name of Object.keys(facts)) {
    Deno.test(`a wish for ${kind} has the fact ${name}`, () => {
      assert(wishes.some((wish) => wish.kind === kind && name in factsOf(wish)));
    });
  }
}

Deno.test("each wish has a label of its own, in Latin letters", () => {
  const labels = wishes.map(({ label }) => label);

  assertStrictEquals(new Set(labels).size, labels.length);
  assertEquals(labels.filter((label) => !/^[\w ]+$/.test(label)), []);
});

for (const wish of wishes) {
  Deno.test(`the service accepts the wish "${wish.label}"`, () => {
    const kind = kinds.get(wish.kind)!;
    const parsed = kind.request.parse(wish.request);

    // No fact is dropped, and none is misspelled.
    assertEquals(namesOf(parsed), namesOf(wish.request));
    const given = wish.kind === "itinerary" ? parsed : parsed.preferences;
    assertEquals(namesOf(given), namesOf(factsOf(wish)));
    if (wish.refine) kind.refinement!.change.parse(wish.refine.change);
    // A trap that quotes what it forbids would catch a plan that repeats the wish.
    assert(wish.trap?.in || !wish.trap?.forbidden?.test(JSON.stringify(wish.request)));
  });
}

Deno.test("inDays() goes over the ends of months and years", () => {
  assertEquals([inDays(TODAY, 3), inDays(TODAY, 34)], ["2026-12-01", "2027-01-01"]);
});
