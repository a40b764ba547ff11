import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { cityBundles } from "../../../jobs/kinds/bundles/city_sample.ts";
import { bundlesKind } from "../../../jobs/kinds/bundles/kind.ts";
import {
  type WrittenBundle,
  WrittenBundles,
  type WrittenEvent,
} from "../../../jobs/kinds/bundles/plan.ts";
import { BundlesRequest } from "../../../jobs/kinds/bundles/request.ts";
import { datesOf } from "../../../jobs/kinds/bundles/sample_dates.ts";
import { otherBundle, otherEvent } from "../../../jobs/kinds/bundles/sample_alternatives.ts";
import { cities, placesOf } from "../../../jobs/kinds/samples/cities.ts";
import { findCity } from "../../../jobs/kinds/samples/city_search.ts";
import { isLater } from "../../../lib/local_time.ts";
import { distanceMeters } from "../../../jobs/places/geometry.ts";
import { openApp } from "../../../testing/app.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { post, send } from "../../../testing/http.ts";

const kind = bundlesKind({ model: "test", tools: [], webSearch: false });
const context = { startedAt: NOON };

/** Returns what the sample generator writes for preferences. */
async function write(preferences: object): Promise<WrittenBundle[]> {
  const request = BundlesRequest.parse({ preferences });
  const plan = await kind.writeSample(request, context) as WrittenBundles;
  assertEquals(WrittenBundles.parse(plan), plan);
  assertEquals(await kind.writeSample(structuredClone(request), { ...context }), plan);
  return plan.bundles;
}

function eventsOf(bundles: readonly WrittenBundle[]): WrittenEvent[] {
  return bundles.flatMap(({ keyEvents }) => keyEvents);
}

/** Checks that the events of each bundle have times, in order and one after the other. */
function checkTimes(bundles: readonly WrittenBundle[]): void {
  for (const { keyEvents, title } of bundles) {
    keyEvents.forEach(({ startsAt, endsAt, name }, index) => {
      assert(startsAt && endsAt && isLater(endsAt, startsAt), name);
      const next = keyEvents[index + 1];
      assert(!next || next.startsAt! >= endsAt, `${title}: ${name} and ${next?.name}`);
    });
  }
}

for (const { name, center, currency, otherNames } of cities) {
  Deno.test(`sample bundles in ${name} have real venues on the coming weekend`, async () => {
    const bundles = await write({ city: otherNames[0], interests: ["music"] });
    const events = eventsOf(bundles);
    const venues = events.map(({ venue }) => venue);
    const closed = new Map(
      (await placesOf(findCity(name)!)).map((place) => [place.name, place.closed]),
    );

    assertStrictEquals(new Set(venues).size, venues.length);
    assertStrictEquals(new Set(bundles.map(({ title }) => title)).size, bundles.length);
    checkTimes(bundles);
    for (const { keyEvents } of bundles) assert(keyEvents.length >= 2);
    for (const event of events) {
      assertStrictEquals(event.city, name);
      assert(distanceMeters(event.coordinates!, center) < 60_000);
      assert(event.mapQuery!.startsWith(event.venue!));
      if (event.price) assertStrictEquals(event.price.currency, currency);
      // NOON is a Saturday.
      assert(event.startsAt! >= "2026-11-27" && event.startsAt! < "2026-12-07", event.startsAt!);
      const weekday = new Date(`${event.startsAt}Z`).getUTCDay();
      assert([5, 6, 0].includes(weekday) && !closed.get(event.venue!)!.includes(weekday));
    }
  });
}

const mentions: [preferences: object, city: string | null][] = [
  [{ city: "Lissabon" }, "Lisbon"],
  [{ timeframe: "A weekend in Rome in May" }, "Rome"],
  [{ otherPreferences: "We stay in Buenos Aires" }, "Buenos Aires"],
  [{ interests: ["Tokyo jazz"] }, "Tokyo"],
  [{ city: "Lisbon", timeframe: "then Rome" }, "Lisbon"],
  [{ timeframe: "Paris", otherPreferences: "not London" }, "Paris"],
  [{ city: "Ghent", timeframe: "not in Paris" }, "Ghent"],
  [{ timeframe: "this weekend" }, null],
];

for (const [preferences, city] of mentions) {
  Deno.test(`sample bundles for ${JSON.stringify(preferences)} are in ${city ?? "no city"}`, async () => {
    const events = eventsOf(await write(preferences));

    assertEquals(new Set(events.map((event) => event.city)), new Set([city]));
  });
}

/** NOON is 12:00 UTC on Saturday, 21 November 2026. */
const dates: [what: string, wish: object, days: string[]][] = [
  ["no dates", {}, ["2026-11-27", "2026-11-28", "2026-11-29"]],
  ["a first day", { startDate: "2026-12-30" }, ["2026-12-30", "2026-12-31", "2027-01-01"]],
  ["a last day", { endDate: "2026-12-02" }, ["2026-11-30", "2026-12-01", "2026-12-02"]],
  ["a last day soon", { endDate: "2026-11-22" }, ["2026-11-21", "2026-11-22"]],
  ["one day", { startDate: "2026-12-02", endDate: "2026-12-02" }, ["2026-12-02"]],
  ["a week", { startDate: "2026-12-02", endDate: "2026-12-09" }, [
    ...["2026-12-02", "2026-12-03", "2026-12-04"],
  ]],
];

for (const [what, wish, days] of dates) {
  Deno.test(`sample bundles for a wish with ${what} are on ${days.join(", ")}`, async () => {
    assertEquals(datesOf(wish, { startedAt: NOON, timeZone: "Europe/Berlin" }), days);
    for (const city of ["Berlin", "Ghent"]) {
      const bundles = await write({ ...wish, city });
      for (const { startsAt, endsAt } of eventsOf(bundles)) {
        assert(days.includes(startsAt!.slice(0, 10)), startsAt!);
        if ("endDate" in wish) assert(endsAt! < `${wish.endDate}T24:00`, endsAt!);
      }
      checkTimes(bundles);
    }
  });
}

const fridays: [now: string, timeZone: string, friday: string][] = [
  ["2026-11-26T12:00Z", "Europe/Lisbon", "2026-11-27"],
  ["2026-11-27T12:00Z", "Europe/Lisbon", "2026-11-27"],
  ["2026-11-27T18:00Z", "Europe/Lisbon", "2026-12-04"],
  ["2026-11-27T12:00Z", "Asia/Tokyo", "2026-12-04"],
  ["2026-11-28T01:00Z", "America/Mexico_City", "2026-12-04"],
  ["2026-11-27T15:30Z", "Asia/Tokyo", "2026-12-04"],
  ["2026-11-26T20:00Z", "Asia/Tokyo", "2026-11-27"],
];

for (const [now, timeZone, friday] of fridays) {
  Deno.test(`at ${now} the coming weekend in ${timeZone} begins on ${friday}`, () => {
    assertStrictEquals(datesOf({}, { startedAt: Date.parse(now), timeZone })[0], friday);
  });
}

Deno.test("a small budget leads to bundles that keep to it, in its currency", async () => {
  const budget = { amount: 60, currency: "USD", per: "all" };
  const bundles = await write({ city: "London", budget, travellers: { adults: 2 } });

  for (const { keyEvents, title } of bundles) {
    const costs = keyEvents.map(({ price }) => price?.amount ?? 0);
    assert(costs.reduce((sum, cost) => sum + cost, 0) <= 30, title);
    for (const { price } of keyEvents) assert(price === null || price.currency === "USD");
  }
});

Deno.test("sample bundles avoid steep places if the wish names accessibility", async () => {
  const steep = new Set(
    (await placesOf(findCity("Lisbon")!)).filter(({ isSteep }) => isSteep)
      .map(({ name }) => name),
  );
  for (
    const { venue } of eventsOf(await write({ city: "Lisbon", accessibility: ["wheelchair"] }))
  ) {
    assert(!steep.has(venue!), venue!);
  }
});

Deno.test("the bundle that fits the interests comes first", async () => {
  const [techno] = await write({ city: "Berlin", interests: ["techno"] });
  const [parks] = await write({ city: "Berlin", interests: ["parks"] });

  assertStrictEquals(techno!.title, "Underground Berlin");
  assertMatch(techno!.keyEvents[0]!.why, /^Because you asked for techno\. .*[Tt]echno/);
  assert(["Golden Hour Berlin", "Slow Burn Berlin"].includes(parks!.title));
});

for (const city of ["Lisbon", "Ghent"]) {
  Deno.test(`another bundle in ${city} has no event of the plan, ten times`, async () => {
    const request = BundlesRequest.parse({ preferences: { city, interests: ["music", "food"] } });
    const bundles = await write(request.preferences);
    const titles = bundles.flatMap(({ title, keyEvents }) => [
      title,
      ...keyEvents.map(({ name }) => name),
    ]);
    // Fifteen events are invented for each interest.
    for (let turn = 0; turn < (city === "Ghent" ? 1 : 10); turn++) {
      const bundle = await otherBundle(request, { titles, ...context });
      assertEquals(await otherBundle(request, { titles: [...titles], ...context }), bundle);
      const own = [bundle.title, ...bundle.keyEvents.map(({ name }) => name)];
      assertEquals(own.filter((title) => titles.includes(title)), []);
      titles.push(...own);
    }
  });

  Deno.test(`another event in ${city} is new, and at the same time`, async () => {
    const request = BundlesRequest.parse({ preferences: { city } });
    const bundles = await write(request.preferences);
    const titles = eventsOf(bundles).map(({ name }) => name);
    for (const event of eventsOf(bundles)) {
      const other = await otherEvent(request, { titles, event, ...context });
      assert(!titles.includes(other.name), other.name);
      assertStrictEquals(other.startsAt, event.startsAt);
      if (city === "Lisbon") assert(other.coordinates);
    }
  });
}

Deno.test("cityBundles() returns null for a city that it does not know", async () => {
  assertStrictEquals(await cityBundles({ preferences: { city: "Ghent" } }, context), null);
});

Deno.test("the sample generator dates events by the time at which the job began", async () => {
  await using env = await openApp();
  const { body } = await post(env.app, "/api/generations", { preferences: { city: "Berlin" } });
  await env.a.instance.idle();
  const { body: job } = await send(env.app, `/api/generations/${body.generationId}`);
  assertStrictEquals(job.status, "completed");
  const times = job.bundles.flatMap((bundle: WrittenBundle) =>
    bundle.keyEvents.map(({ startsAt }) => startsAt!.slice(0, 10))
  );
  assertEquals(
    [...new Set(times)].sort(),
    datesOf({}, { startedAt: NOON, timeZone: "Europe/Berlin" }),
  );
});

const reasons: [interest: string, venue: RegExp, category: string][] = [
  ["techno", /Berghain|Tresor/, "nightlife"],
  ["Theater", /./, "entertainment"],
];

for (const [interest, venue, category] of reasons) {
  Deno.test(`sample events for ${interest} name it as a reason only at such venues`, async () => {
    const events = eventsOf(await write({ city: "Berlin", interests: [interest] }));
    const named = events.filter(({ why }) => why.includes(interest));

    assert(named.length > 0);
    for (const event of named) {
      assertMatch(event.venue!, venue);
      assertStrictEquals(event.category, category);
    }
  });
}

Deno.test("a bundle of one day has its big night out", async () => {
  for (const { name } of cities) {
    const day = "2026-12-05";
    const bundles = await write({ city: name, startDate: day, endDate: day, interests: ["opera"] });
    const night = bundles.find(({ title }) => title.startsWith("Front Row"));
    assert(night?.keyEvents.some(({ startsAt }) => startsAt! >= `${day}T20:00`), name);
  }
});

Deno.test("sample bundles for families have no bars and clubs, and other moods", async () => {
  const travellers = { adults: 2, children: 1 };
  for (const { name } of cities) {
    const bundles = await write({ city: name, travellers });
    assert(bundles.length >= 3, name);
    for (const { title, keyEvents } of bundles) {
      assert(!title.startsWith("Underground"), title);
      assert(keyEvents.every(({ category }) => category !== "nightlife"), title);
    }
  }
});
