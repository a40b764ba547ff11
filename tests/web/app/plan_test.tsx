import { assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { BundlesPlan } from "../../../web/app/kinds/bundles.tsx";
import { formatCosts, ItineraryPlan, itineraryView } from "../../../web/app/kinds/itinerary.tsx";
import type { ItineraryJob } from "../../../web/client/client.ts";
import { techno, tokyo } from "../../../testing/app.ts";
import { samplePlan } from "../../../testing/plans.ts";

const { days } = samplePlan(tokyo);
const { bundles } = sampleBundles(techno);

Deno.test("a growing plan has a placeholder for one more part, and a completed one has none", () => {
  const growing = renderToString(
    <ItineraryPlan job={{ itinerary: null, partial: days.slice(0, 1) }} isGrowing />,
  );
  assertStrictEquals(growing.match(/class="card placeholder"/g)?.length, 1);
  assertMatch(growing, />Day 2</);
  assertNotMatch(
    renderToString(<ItineraryPlan job={{ itinerary: days, partial: null }} isGrowing={false} />),
    /placeholder/,
  );
  assertMatch(
    renderToString(<BundlesPlan job={{ bundles: null, partial: [] }} isGrowing />),
    />Bundle 1</,
  );
});

Deno.test("links of a model lead to web addresses or are dropped, and have a `rel`", () => {
  const urls = ["javascript:pwned()", "data:text/html,x", "//x.example", "JAVASCRIPT:pwned()", "x"];
  const web = ["https://fine.example/?a&b", "http://fine.example/"];
  const parts = [{
    ...bundles[0]!,
    imageUrl: "https://fine.example/i.jpg",
    keyEvents: [...urls, ...web].map((url) => ({ ...bundles[0]!.keyEvents[0]!, url })),
  }, { ...bundles[1]!, imageUrl: "javascript:pwned()" }];
  const text = renderToString(
    <BundlesPlan job={{ bundles: parts, partial: null }} isGrowing={false} />,
  );
  const links = [...text.matchAll(/<a ([^>]*)>/g)].map(([, attributes]) => attributes!);
  const written = links.filter((link) => !link.includes("openstreetmap.org"));
  assertStrictEquals(written.length, 3);
  for (const link of links) {
    assertMatch(link, /href="https?:\/\//);
    assertMatch(link, /rel="noopener noreferrer nofollow"/);
  }
  // An image would tell its host who views the plan.
  assertNotMatch(text, /<img/);
});

Deno.test("the link to a map has the place as it is written", () => {
  const activity = { ...days[0]!.activities[0]!, place: "A & B, Köln #1" };
  const parts = [{ ...days[0]!, activities: [activity] }];
  const text = renderToString(
    <ItineraryPlan job={{ itinerary: parts, partial: null }} isGrowing={false} />,
  );
  const [, href] = text.match(/href="(https:\/\/www\.openstreetmap\.org[^"]+)"/)!;
  assertStrictEquals(
    new URL(href!.replaceAll("&amp;", "&")).searchParams.get("query"),
    "A & B, Köln #1",
  );
});

Deno.test("costs are added by currency, and an unknown cost is not counted as free", () => {
  const costing = (...costs: ([number, string] | null)[]) =>
    costs.map((cost) => ({
      ...days[0]!.activities[0]!,
      estimatedCost: cost && { amount: cost[0], currency: cost[1] },
    }));
  assertStrictEquals(formatCosts(costing()), null);
  assertStrictEquals(formatCosts(costing(null, null)), null);
  assertStrictEquals(formatCosts(costing([0, "EUR"], null)), "activities: free");
  assertStrictEquals(
    formatCosts(costing([12, "EUR"], [0.5, "EUR"])),
    "activities: about €12.50",
  );
  assertStrictEquals(
    formatCosts(costing([12, "USD"], [1500, "JPY"])),
    "activities: about $12 + about ¥1,500",
  );
  assertStrictEquals(formatCosts(costing([5, "ABC"])), "activities: about ABC\u00a05");
  const factsFor = (...costs: Parameters<typeof costing>) => {
    const itinerary = [{ ...days[0]!, activities: costing(...costs) }];
    return itineraryView.factsOf!({ itinerary } as ItineraryJob);
  };
  assertEquals(factsFor([12, "EUR"]), ["activities: about €12 per person"]);
  assertEquals(factsFor([0, "EUR"]), ["activities: free"]);
  assertEquals(factsFor(null), []);
});
