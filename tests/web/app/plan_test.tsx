import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import type { ComponentChild } from "preact";
import { renderToString as renderPage } from "preact-render-to-string";
import type { KeyEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { Activity } from "../../../jobs/kinds/itinerary/plan.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { BundlesPlan, formatTimes, placeOf } from "../../../web/app/kinds/bundles/plan.tsx";
import { bundlesView } from "../../../web/app/kinds/bundles/view.ts";
import { formatMinutes, formatRange } from "../../../web/app/kinds/format.ts";
import { describeCosts } from "../../../web/app/kinds/itinerary/day_text.ts";
import { ItineraryPlan } from "../../../web/app/kinds/itinerary/plan.tsx";
import { itineraryView } from "../../../web/app/kinds/itinerary/view.ts";
import { mapLinks } from "../../../web/app/kinds/map_links.ts";
import { describeOpening } from "../../../web/app/kinds/opening_words.ts";
import { PlanSlotsProvider } from "../../../web/app/kinds/plan_slots.ts";
import type { GenerationJob, ItineraryJob } from "../../../web/client/client.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { WordsProvider } from "../../../web/words/words.ts";
import { techno, tokyo } from "../../../testing/app.ts";
import {
  samplePlan,
  storedActivity,
  storedBundles,
  storedDay,
  storedEvent,
} from "../../../testing/plans.ts";
import {
  richBundles,
  richItinerary,
  richPreferences,
  richWish,
} from "../../../testing/rich_plans.ts";

const { en, de } = catalogues;

/** Renders a part of a page in a language. */
function renderToString(content: ComponentChild, words = en): string {
  return renderPage(<WordsProvider value={words}>{content}</WordsProvider>);
}

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
  const written = links.filter((link) => !link.includes("aria-label="));
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
    assertMatch(text, />A &amp; B, Köln #1<\/span>/);
    assertEquals(queriesIn(text), [searched, searched, searched]);
  }
});

/** What the links to maps search for. */
function queriesIn(html: string): (string | null)[] {
  return [...html.matchAll(/href="(https:[^"]+)" [^>]*aria-label=/g)].map(([, href]) => {
    const { searchParams } = new URL(href!.replaceAll("&amp;", "&"));
    return searchParams.get("query") ?? searchParams.get("q");
  });
}

Deno.test("a place that was looked up is shown where it is, with its name", () => {
  const urls = (point: { latitude: number; longitude: number } | null) =>
    mapLinks("Museu do Fado, Lisboa", point).map(({ url }) => url);
  assertEquals(urls({ latitude: 38.7111, longitude: -9.1276 }), [
    "https://www.google.com/maps/search/?api=1&query=Museu+do+Fado%2C+Lisboa",
    "https://maps.apple.com/?q=Museu+do+Fado%2C+Lisboa&ll=38.7111%2C-9.1276",
    "https://www.openstreetmap.org/?mlat=38.7111&mlon=-9.1276#map=18/38.7111/-9.1276",
  ]);
  assertEquals(urls(null).slice(1), [
    "https://maps.apple.com/?q=Museu+do+Fado%2C+Lisboa",
    "https://www.openstreetmap.org/search?query=Museu+do+Fado%2C+Lisboa",
  ]);
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
    /<time datetime="2026-12-04T20:00">Fri, Dec 4, 20:00–23:00<\/time>/,
  );
  assertNotMatch(htmlOf({ date, startsAt }), /Friday evening/);
  assertMatch(htmlOf({ date, startsAt: null }), />Friday evening<\/p>/);
});

const times: [startsAt: string, endsAt: string | null | undefined, text: string][] = [
  ["2026-12-04T20:00", null, "Fri, Dec 4, 20:00"],
  // A part of a plan that an earlier version has begun.
  ["2026-12-04T20:00", undefined, "Fri, Dec 4, 20:00"],
  ["2026-12-04T20:00", "2026-12-04T22:30", "Fri, Dec 4, 20:00–22:30"],
  ["2026-12-04T22:00", "2026-12-05T04:00", "Fri, Dec 4, 22:00–04:00"],
  ["2026-12-04T18:00", "2026-12-06T23:00", "Fri, Dec 4, 18:00 – Sun, Dec 6, 23:00"],
  ["2026-12-04", null, "Fri, Dec 4"],
  ["2026-12-04", "2026-12-06", "Fri, Dec 4 – Sun, Dec 6"],
  ["2026-12-04T20:00", "2026-12-06", "Fri, Dec 4, 20:00 – Sun, Dec 6"],
  ["2026-03-29T02:30", null, "Sun, Mar 29, 02:30"],
];

for (const [startsAt, endsAt, text] of times) {
  Deno.test(`an event from ${startsAt} to ${endsAt} is on ${text}`, () => {
    assertStrictEquals(formatTimes({ startsAt, endsAt }, "en"), text);
  });
}

Deno.test("an event shows its price, unless it is not known", () => {
  assertMatch(htmlOf({ price: { amount: 24, currency: "EUR" } }), /<span>about €24<\/span>/);
  assertMatch(htmlOf({ price: { amount: 0, currency: "EUR" } }), /<span>free<\/span>/);
  assertNotMatch(htmlOf({ price: null }), /class="facts"|about €|>free</);
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
    assertMatch(html, />Hot Clube, Baixa, Lisbon<\/span>/);
    return [...new Set(queriesIn(html))].join();
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
  assertMatch(html, />Hot Clube<\/span>/);
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
      ">fog, 5 to 9 °C, rain 10%<",
      ">2.0 km on foot · 8 h planned<",
      ">1 h 30 min<",
      ">Book ahead<",
      "Step-free",
      ">Open daily 09:00–18:00<",
      ">25 min on foot (2.0 km)<",
      "© OpenStreetMap contributors · Weather: Open-Meteo.com",
    ]
  ) assert(text.includes(part), part);
  assertNotMatch(
    shown([storedDay({ ...day, activities: [storedActivity()] })]),
    /OpenStreetMap contributors|on foot|planned|Open daily/,
  );
});

Deno.test("costs are added by currency, and an unknown cost is not counted as free", () => {
  const costing = (...costs: ([number, string] | null)[]) =>
    costs.map((cost) => ({
      ...days[0]!.activities[0]!,
      estimatedCost: cost && { amount: cost[0], currency: cost[1] },
    }));
  const described = (...costs: Parameters<typeof costing>) => describeCosts(costing(...costs), en);
  assertStrictEquals(described(), null);
  assertStrictEquals(described(null, null), null);
  assertStrictEquals(described([0, "EUR"], null), "free");
  assertStrictEquals(described([12, "EUR"], [0.5, "EUR"]), "about €12.50");
  assertStrictEquals(described([12, "USD"], [1500, "JPY"]), "about $12 + ¥1,500");
  assertStrictEquals(described([5, "ABC"]), "about ABC\u00a05");
  assertStrictEquals(
    describeCosts(costing([1234.5, "EUR"]), de),
    "etwa 1.234,50\u00a0€",
  );
});

/** An itinerary with everything that a plan can have. */
const richJob = {
  ...richWish,
  createdAt: "2026-11-20T12:00:00Z",
  status: "completed",
  itinerary: richItinerary().days,
  partial: null,
} as ItineraryJob;

/** The totals of a job as texts: name, value, note. */
function totalsOf(changes: Partial<ItineraryJob> = {}, words = en): string[] {
  return itineraryView.totalsOf!({ ...richJob, ...changes }, words)
    .map(({ name, value, note }) => [name, value, note].filter(Boolean).join(" | "));
}

Deno.test("the totals of an itinerary are those of its days, with the budget of its request", () => {
  assertEquals(totalsOf(), [
    "Estimated cost | €164 | per person",
    "Budget | €410 | of €600 in all",
    "Walking | 5.4 km",
    "Planned time | 29 h",
  ]);
  const budget = { amount: 150, currency: "EUR", per: "person" } as const;
  assertEquals(totalsOf({ budget })[1], "Budget | €164 (over) | of €150 per person");
  const dollars = { ...budget, currency: "USD" };
  assertEquals(totalsOf({ budget: dollars })[1], "Budget | of $150 per person");
  // As many while nothing is known, so that nothing moves.
  assertEquals(totalsOf({ itinerary: null }), [
    "Estimated cost | per person",
    "Budget | of €600 in all",
    "Walking",
    "Planned time",
  ]);
  const { budget: _, ...rest } = richJob;
  assertEquals(itineraryView.totalsOf!(rest, en).length, 3);
  assertEquals(totalsOf({}, de)[2], "Zu Fuß | 5,4 km");
});

Deno.test("the line below the title has the length and the dates of a trip", () => {
  const shown = (changes: Partial<ItineraryJob>, words = en) =>
    itineraryView.subtitleOf!({ ...richJob, ...changes }, words);
  assertStrictEquals(shown({}), "3 days · Fri, Dec 4 – Sun, Dec 6");
  assertStrictEquals(shown({ durationDays: 1 }), "1 day · Fri, Dec 4");
  assertStrictEquals(
    shown({ startDate: "2026-12-30" }),
    "3 days · Wed, Dec 30 – Fri, Jan 1, 2027",
  );
  assertStrictEquals(shown({}, de), "3 Tage · Fr., 4. Dez. – So., 6. Dez.");
  const { startDate: _, ...undated } = richJob;
  assertStrictEquals(itineraryView.subtitleOf!(undated, en), "3 days");
  const generation = { preferences: richPreferences, createdAt: richJob.createdAt };
  assertStrictEquals(
    bundlesView.subtitleOf!(generation as GenerationJob, en),
    "Fri, Dec 4 – Sun, Dec 6",
  );
  const day = { first: "2026-12-04", last: "2026-12-04" };
  assertStrictEquals(formatRange(day, { words: en, year: "2025" }), "Fri, Dec 4, 2026");
});

Deno.test("bundles are alternatives: their totals are not added", () => {
  const job = { ...richBundles(), partial: null } as unknown as GenerationJob;
  const totals = bundlesView.totalsOf!(job, en).map(({ value }) => value);
  assertEquals(totals, ["3", "€10 – €45"]);
  const html = renderToString(<BundlesPlan job={job} isGrowing={false} />);
  assert(html.includes(">Fri, Dec 4 – Sat, Dec 5 · 3 events · about €30 per person<"));
});

Deno.test("an index has all days of a growing plan, and links to the written ones", () => {
  const growing = { ...richJob, status: "processing", itinerary: null } as ItineraryJob;
  const partial = richJob.itinerary!.slice(0, 1);
  const titles = (job: ItineraryJob) =>
    itineraryView.contentsOf!(job, en).parts.map((p) => p.title);
  assertEquals(titles({ ...growing, partial }), ["Day 1", null, null]);
  // A trip that ended early has the days that were finished.
  assertEquals(titles({ ...growing, status: "canceled", partial }), ["Day 1"]);
  const bundles = { status: "processing", bundles: null, partial: [] } as unknown as GenerationJob;
  assertEquals(bundlesView.contentsOf!(bundles, en).parts.length, 3);
});

Deno.test("the map has the places with a position, numbered as in the list", () => {
  const [first, second] = richJob.itinerary!;
  const unknown = { ...second!.activities[0]!, coordinates: null };
  const itinerary = [first!, { ...second!, activities: [unknown, second!.activities[1]!] }];
  const stops = itineraryView.stopsOf!({ ...richJob, itinerary });
  assertEquals(
    stops.map(({ part, index, title }) => [part, index, title]).slice(3),
    [[0, 3, "Taberna Sal Grosso"], [1, 1, "Pastéis de Belém"]],
  );
  assertEquals(stops[0]!.isLookedUp, true);
  const events = bundlesView.stopsOf!(
    { ...richBundles(), partial: null } as unknown as GenerationJob,
  );
  assertEquals(events.length, 8);
  assertEquals(events[2], {
    part: 0,
    index: 2,
    title: "Feira da Ladra",
    category: "shopping",
    latitude: 38.7155,
    longitude: -9.1253,
    isLookedUp: true,
  });
});

Deno.test("a long plan is shown as an overview, unless the reader watches it grow", () => {
  const month = Array.from({ length: 30 }, (_, index) => ({ ...days[0]!, day: index + 1 }));
  const opened = (isGrowing: boolean, count = 30) =>
    renderToString(
      <ItineraryPlan
        job={{ itinerary: month.slice(0, count), partial: null, durationDays: count }}
        isGrowing={isGrowing}
      />,
    ).match(/<details open>/g)?.length ?? 0;
  assertStrictEquals(opened(false), 0);
  assertStrictEquals(opened(true), 30);
  assertStrictEquals(opened(false, 10), 10);
});

Deno.test("a plan is complete in German, and a compact one has no descriptions", () => {
  const shown = (words: typeof en, isCompact: boolean) =>
    renderToString(<ItineraryPlan job={richJob} isGrowing={false} isCompact={isCompact} />, words);
  const german = shown(de, false);
  for (
    const text of [">Tag 1<", ">Fr., 4. Dez.<", "Geöffnet 09:00–18:00", "1 Std. 30 Min."]
  ) {
    assert(german.includes(text), text);
  }
  assert(german.includes("What to do at"));
  const compact = shown(en, true);
  assertNotMatch(compact, /What to do at|<a /);
  assert(compact.includes("Castelo de São Jorge"));
});

Deno.test("other parts of the page fill the slots of a plan", () => {
  const slots = {
    menu: ({ part, index }: { part: number; index?: number }) => (
      <i>{`${part}/${index ?? "all"}`}</i>
    ),
    footer: () => <b>after</b>,
  };
  for (
    const plan of [
      <ItineraryPlan key="itinerary" job={richJob} isGrowing={false} />,
      <BundlesPlan
        key="bundles"
        job={{ bundles: richBundles().bundles, partial: null }}
        isGrowing={false}
      />,
    ]
  ) {
    const html = renderToString(<PlanSlotsProvider value={slots}>{plan}</PlanSlotsProvider>);
    for (const spot of ["0/all", "2/all", "1/1"]) assert(html.includes(`<i>${spot}</i>`), spot);
    assertStrictEquals(html.match(/<b>after<\/b>/g)!.length, 3);
  }
});

const openings: [openingHours: string, weekday: string | null, text: string][] = [
  ["24/7", null, "Always open"],
  ["Mo-Su 09:00-18:00", null, "Open daily 09:00–18:00"],
  ["09:00-18:00", "friday", "Open 09:00–18:00"],
  ["Tu-Su 10:00-18:00", null, "Open Tue–Sun 10:00–18:00"],
  ["Tu-Su 10:00-18:00", "monday", "Usually closed that day"],
  ["Mo-Fr 12:00-15:00,19:00-23:00; Sa,Su off; PH off", "tuesday", "Open 12:00–15:00, 19:00–23:00"],
  [
    "Mo,We 09:00-12:00; Fr 10:00-12:00",
    null,
    "Open Mon 09:00–12:00, Wed 09:00–12:00, Fri 10:00–12:00",
  ],
  ["Sa-Mo 10:00-12:00", "sunday", "Open 10:00–12:00"],
  ["Mo-Su 09:00-18:00; We off", "wednesday", "Usually closed that day"],
  // Not simple.
  ["Apr-Oct: Mo-Su 09:00-sunset", "friday", "Open Apr-Oct: Mo-Su 09:00-sunset"],
  ["Mo off", null, "Open Mo off"],
  ["", null, "Open "],
];

for (const [openingHours, weekday, text] of openings) {
  Deno.test(`the hours ${openingHours} on ${weekday ?? "any day"} are: ${text}`, () => {
    assertStrictEquals(describeOpening(openingHours, { weekday, words: en }), text);
  });
}

Deno.test("durations are in hours and minutes", () => {
  const texts = [0, 45, 60, 90, 1_650].map((minutes) => formatMinutes(minutes, en));
  assertEquals(texts, ["0 min", "45 min", "1 h", "1 h 30 min", "27 h 30 min"]);
});
