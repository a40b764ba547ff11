import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import type { KeyEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { Activity } from "../../../jobs/kinds/itinerary/plan.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { BundlesPlan, formatTimes, placeOf } from "../../../web/app/kinds/bundles/plan.tsx";
import { formatCosts, ItineraryPlan } from "../../../web/app/kinds/itinerary/plan.tsx";
import { itineraryView } from "../../../web/app/kinds/itinerary/view.ts";
import type { ItineraryJob } from "../../../web/client/client.ts";
import { techno, tokyo } from "../../../testing/app.ts";
import {
  samplePlan,
  storedActivity,
  storedBundles,
  storedDay,
  storedEvent,
} from "../../../testing/plans.ts";

const { days } = samplePlan(tokyo);
const { bundles } = storedBundles(sampleBundles(techno));

Deno.test("a growing plan has a placeholder for one more part, and a whole one has none", () => {
  const growing = renderToString(
    <ItineraryPlan
      job={{ itinerary: null, partial: days.slice(0, 1), durationDays: days.length }}
      isGrowing
    />,
  );
  assertStrictEquals(growing.match(/class="card placeholder"/g)?.length, 1);
  assertMatch(growing, />Day 2</);
  const whole = renderToString(
    <ItineraryPlan job={{ itinerary: null, partial: days, durationDays: days.length }} isGrowing />,
  );
  assertNotMatch(whole, /placeholder/);
  assertNotMatch(
    renderToString(
      <ItineraryPlan
        job={{ itinerary: days, partial: null, durationDays: days.length }}
        isGrowing={false}
      />,
    ),
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

Deno.test("the link of an activity to a map has the words that find the place, else the place", () => {
  const place = "A & B, Köln #1";
  const queries: [mapQuery: string | null | undefined, searched: string][] = [
    ["Dom & Platz, Köln", "Dom & Platz, Köln"],
    [null, place],
    ["", place],
    // A day of an instance of an earlier version.
    [undefined, place],
  ];
  for (const [mapQuery, searched] of queries) {
    const activity = { ...days[0]!.activities[0]!, place, mapQuery } as Activity;
    const parts = [{ ...days[0]!, activities: [activity] }];
    const text = renderToString(
      <ItineraryPlan
        job={{ itinerary: parts, partial: null, durationDays: 1 }}
        isGrowing={false}
      />,
    );
    assertMatch(text, />A &amp; B, Köln #1<\/a>/);
    const [, href] = text.match(/href="(https:\/\/www\.openstreetmap\.org[^"]+)"/)!;
    const link = new URL(href!.replaceAll("&amp;", "&"));
    assertStrictEquals(link.searchParams.get("query"), searched);
  }
});

/** The HTML of a plan with one event. */
function htmlOf(changes: Partial<KeyEvent>): string {
  const parts = [{ ...bundles[0]!, keyEvents: [storedEvent(changes)] }];
  return renderToString(<BundlesPlan job={{ bundles: parts, partial: null }} isGrowing={false} />);
}

Deno.test("an event shows its local times, and its words only if it has none", () => {
  const date = "Friday evening";
  const startsAt = "2026-12-04T20:00";
  assertMatch(
    htmlOf({ date, startsAt, endsAt: "2026-12-04T23:00" }),
    /<time datetime="2026-12-04T20:00">Fri, Dec 4, 2026, 20:00–23:00<\/time>/,
  );
  assertNotMatch(htmlOf({ date, startsAt }), /Friday evening/);
  assertMatch(htmlOf({ date, startsAt: null }), />Friday evening<\/p>/);
});

const times: [startsAt: string, endsAt: string | null | undefined, text: string][] = [
  ["2026-12-04T20:00", null, "Fri, Dec 4, 2026, 20:00"],
  // A part of a plan that an earlier version has begun.
  ["2026-12-04T20:00", undefined, "Fri, Dec 4, 2026, 20:00"],
  ["2026-12-04T20:00", "2026-12-04T22:30", "Fri, Dec 4, 2026, 20:00–22:30"],
  ["2026-12-04T22:00", "2026-12-05T04:00", "Fri, Dec 4, 2026, 22:00–04:00"],
  ["2026-12-04T18:00", "2026-12-06T23:00", "Fri, Dec 4, 2026, 18:00 – Sun, Dec 6, 2026, 23:00"],
  ["2026-12-04", null, "Fri, Dec 4, 2026"],
  ["2026-12-04", "2026-12-06", "Fri, Dec 4, 2026 – Sun, Dec 6, 2026"],
  ["2026-12-04T20:00", "2026-12-06", "Fri, Dec 4, 2026, 20:00 – Sun, Dec 6, 2026"],
  ["2026-03-29T02:30", null, "Sun, Mar 29, 2026, 02:30"],
];

for (const [startsAt, endsAt, text] of times) {
  Deno.test(`an event from ${startsAt} to ${endsAt} is on ${text}`, () => {
    assertStrictEquals(formatTimes(startsAt, endsAt), text);
  });
}

Deno.test("an event shows its price, unless it is not known", () => {
  assertMatch(htmlOf({ price: { amount: 24, currency: "EUR" } }), /<span>about €24<\/span>/);
  assertMatch(htmlOf({ price: { amount: 0, currency: "EUR" } }), /<span>free<\/span>/);
  assertNotMatch(htmlOf({ price: null }), /class="facts"/);
});

const eventPlaces: [
  place: Pick<KeyEvent, "venue" | "neighborhood" | "city">,
  parts: string[],
][] = [
  [{ venue: "Hot Clube", neighborhood: "Baixa", city: "Lisbon" }, ["Hot Clube", "Baixa", "Lisbon"]],
  [{ venue: "Hot Clube", neighborhood: "Baixa, Lisbon", city: "Lisbon" }, [
    "Hot Clube",
    "Baixa, Lisbon",
  ]],
  [{ venue: "LISBON Arena", neighborhood: null, city: "Lisbon" }, ["LISBON Arena"]],
  [{ venue: null, neighborhood: "", city: "Lisbon" }, ["Lisbon"]],
  [{ venue: null, neighborhood: null, city: null }, []],
];

for (const [place, parts] of eventPlaces) {
  Deno.test(`the place ${JSON.stringify(place)} is shown as ${JSON.stringify(parts)}`, () => {
    assertEquals(placeOf(place), parts);
  });
}

Deno.test("the link of an event to a map has the city, or the words that find the place", () => {
  const place = { venue: "Hot Clube", neighborhood: "Baixa", city: "Lisbon" };
  const queryOf = (mapQuery: string | null) => {
    const html = htmlOf({ ...place, mapQuery });
    assertMatch(html, />Hot Clube, Baixa, Lisbon<\/a>/);
    const [, href] = html.match(/href="(https:\/\/www\.openstreetmap\.org[^"]+)"/)!;
    return new URL(href!.replaceAll("&amp;", "&")).searchParams.get("query");
  };
  assertStrictEquals(queryOf(null), "Hot Clube, Baixa, Lisbon");
  assertStrictEquals(queryOf(""), "Hot Clube, Baixa, Lisbon");
  assertStrictEquals(queryOf("Hot Clube de Portugal, Lisboa"), "Hot Clube de Portugal, Lisboa");
});

Deno.test("a part that an earlier version has written is shown without its new members", () => {
  const { name, date, venue, neighborhood, url, why } = storedEvent({ venue: "Hot Clube" });
  const old = { name, date, venue, neighborhood, url, why } as KeyEvent;
  const parts = [{ ...bundles[0]!, keyEvents: [old] }];
  const html = renderToString(<BundlesPlan job={{ bundles: null, partial: parts }} isGrowing />);
  assert(html.includes(`>${date}</p>`));
  assertMatch(html, />Hot Clube<\/a>/);
});

Deno.test("an activity shows what is known of it, and a plan the source of its places", () => {
  const activity = storedActivity({
    durationMinutes: 90,
    bookAhead: true,
    needsMet: "Step-free",
    openingHours: "Mo-Su 09:00-18:00",
    coordinates: { latitude: 1, longitude: 2, origin: "places" },
    toNext: { distanceMeters: 2_000, walkingMinutes: 25, origin: "router" },
  });
  const day = storedDay({ day: 1, theme: "Water", activities: [activity] });
  const totals = { costs: [], walkingMeters: 2_000, hours: 8 };
  const shown = (days: typeof day[]) =>
    renderToString(
      <ItineraryPlan job={{ itinerary: days, partial: null, durationDays: 1 }} isGrowing={false} />,
    );

  const weather = { sky: "fog", minCelsius: 5, maxCelsius: 9, rainPercent: 10 };
  const text = shown([{ ...day, totals, weather }]);
  for (
    const part of [
      "Day 1 · fog, 5 to 9 °C, rain 10% · 2.0 km on foot",
      "takes 1 h 30 min",
      "book ahead",
      "Step-free",
      "open: Mo-Su 09:00-18:00",
      "25 min on foot to the next place",
      "© OpenStreetMap contributors · Weather: Open-Meteo.com",
    ]
  ) assertMatch(text, new RegExp(part.replaceAll(".", "\\.")));
  assertNotMatch(
    shown([storedDay({ ...day, activities: [storedActivity()] })]),
    /OpenStreetMap contributors|on foot|takes|open:/,
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
