import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { cityItinerary, costOf } from "../../../jobs/kinds/itinerary/city_sample.ts";
import {
  Itinerary,
  type WrittenActivity,
  type WrittenDay,
  writtenDay,
  writtenItinerary,
} from "../../../jobs/kinds/itinerary/plan.ts";
import { sampleItinerary, type SampleTrip } from "../../../jobs/kinds/itinerary/sample.ts";
import { otherActivity, otherDay } from "../../../jobs/kinds/itinerary/sample_alternatives.ts";
import type { Category } from "../../../jobs/kinds/plan_members.ts";
import { cities, placesOf } from "../../../jobs/kinds/samples/cities.ts";
import { findCity } from "../../../jobs/kinds/samples/city_search.ts";
import { convertRoughly } from "../../../jobs/kinds/samples/exchange_rates.ts";
import { isMeal, type SamplePlace } from "../../../jobs/kinds/samples/place_table.ts";
import { samplePlaces } from "../../../jobs/kinds/samples/sample_places.ts";
import { reasonFor } from "../../../jobs/kinds/samples/sample_wish.ts";
import { minutesOf } from "../../../jobs/kinds/samples/timetable.ts";
import { distanceMeters, straightWalk } from "../../../jobs/places/geometry.ts";
import { systemClock } from "../../../lib/clock.ts";
import { openApp } from "../../../testing/app.ts";
import { post, send } from "../../../testing/http.ts";

/** A city and the places of its day trips are not farther from its center. */
const MAX_KM = 60;

const paces = ["relaxed", "balanced", "packed"] as const;
const lengths = [1, 3, 7, 30];

/** How many activities a day of each pace has. */
const counts = { relaxed: [3], balanced: [4], packed: [5, 6] };

function assertLessOrEqual(actual: number, limit: number, what?: string): void {
  assert(actual <= limit, `${what ?? "it"}: ${actual} is more than ${limit}`);
}

/** Returns the sample itinerary of a city. */
async function plan(trip: SampleTrip): Promise<WrittenDay[]> {
  const written = await cityItinerary(trip);
  assert(written, trip.destination);
  return written.days;
}

function allOf(days: readonly WrittenDay[]): WrittenActivity[] {
  return days.flatMap(({ activities }) => activities);
}

function endOf({ time, durationMinutes }: WrittenActivity): number {
  assert(durationMinutes !== null);
  return minutesOf(time) + durationMinutes;
}

// Itineraries

for (const city of cities) {
  const { name, center, currency } = city;
  for (const pace of paces) {
    Deno.test(`${pace} sample days in ${name} are sound for ${lengths.join(", ")} days`, async () => {
      const places = new Map((await placesOf(city)).map((place) => [place.name, place]));
      for (const durationDays of lengths) {
        const trip = { destination: name, durationDays, pace };
        const days = await plan(trip);

        assertEquals(writtenItinerary(durationDays).parse({ days }), { days });
        const stored = assembleItinerary({ days });
        assertEquals(Itinerary.parse(JSON.parse(JSON.stringify(stored))), stored);
        assertEquals(await plan({ ...trip }), days);
        checkNothingTwice(days);
        for (const day of days) {
          assert(counts[pace].includes(day.activities.length), day.theme);
          checkTimes(day);
          checkMeals(day);
          for (const activity of day.activities) checkHours(activity, places);
        }
        for (const { coordinates, estimatedCost, title } of allOf(days)) {
          if (coordinates) {
            assertLessOrEqual(distanceMeters(coordinates, center), MAX_KM * 1_000, title);
          }
          if (estimatedCost) assertStrictEquals(estimatedCost.currency, currency, title);
        }
      }
    });
  }
}

function checkNothingTwice(days: readonly WrittenDay[]): void {
  const activities = allOf(days);
  for (
    const texts of [
      activities.map(({ title }) => title),
      activities.flatMap(({ mapQuery }) => mapQuery ?? []),
      days.map(({ theme }) => theme),
    ]
  ) {
    assertEquals(texts.filter((text, index) => texts.indexOf(text) < index), []);
  }
}

/** Checks that activities do not overlap, and that the walk between them fits. */
function checkTimes({ activities, theme }: WrittenDay, maxWalkMinutes = 40): void {
  let known: WrittenActivity | null = null;
  activities.forEach((activity, index) => {
    const next = activities[index + 1];
    const end = endOf(activity);
    assert(minutesOf(activity.time) >= minutesOf("08:00"), theme);
    assertLessOrEqual(end, next ? minutesOf(next.time) : minutesOf("23:59"), activity.title);
    if (activity.coordinates && known) {
      const { walkingMinutes } = straightWalk({
        from: known.coordinates!,
        to: activity.coordinates,
      });
      const gap = minutesOf(activity.time) - endOf(known);
      assertLessOrEqual(
        walkingMinutes,
        Math.min(gap, maxWalkMinutes),
        `${known.title} to ${activity.title}`,
      );
    }
    if (activity.coordinates) known = activity;
  });
}

/** Checks that a visit lies in the hours of its part of the day. */
function checkHours(activity: WrittenActivity, places: ReadonlyMap<string, SamplePlace>): void {
  const { time, mapQuery, category, title } = activity;
  const parts = mapQuery ? places.get(mapQuery.split(", ")[0]!)!.parts : [];
  if (mapQuery === null || isMeal({ parts })) return;
  const isOpenLate = parts.includes("evening") || parts.includes("night");
  if (!isOpenLate) assertLessOrEqual(endOf(activity), minutesOf("18:00"), title);
  if (category === "museum" || category === "shopping") assert(time >= "10:00", title);
  if (category === "nightlife") assert(time >= "21:00", title);
}

/** Checks that there are a meal at noon and one in the evening. */
function checkMeals({ activities, theme }: WrittenDay): void {
  const meals = activities.filter(({ category }) => category === "food").map(({ time }) => time);
  assert(meals.some((time) => time >= "11:30" && time <= "14:30"), `${theme}: no lunch`);
  assert(meals.some((time) => time >= "18:00" && time <= "21:30"), `${theme}: no dinner`);
}

Deno.test("the first days in every city are made of real places, with positions", async () => {
  for (const { name } of cities) {
    const days = await plan({ destination: name, durationDays: 3 });
    const real = allOf(days).filter(({ coordinates }) => coordinates !== null);
    assert(real.length >= 9, `${name}: ${real.length} of 12`);
    for (const { mapQuery, bookAhead } of real) assert(mapQuery && bookAhead !== null);
  }
});

Deno.test("interests decide with what a trip begins", async () => {
  const firstDayOf = async (interest: string) => {
    const [day] = await plan({ destination: "Paris", durationDays: 1, interests: [interest] });
    return day!.activities.map(({ category }) => category);
  };
  const museums = await firstDayOf("art museums");
  const parks = await firstDayOf("parks and gardens");

  assertStrictEquals(museums.filter((category) => category === "museum").length, 2);
  assertStrictEquals(parks.filter((category) => category === "nature").length, 2);
});

/** Interests in several languages, and the category of the places that they lead to. */
const interestsOfLanguages: [interest: string, category: string][] = [
  ["Kunst", "museum"],
  ["museos", "museum"],
  ["musées", "museum"],
  ["Musei e arte", "museum"],
  ["jardins", "nature"],
  ["Spaziergänge im Park", "nature"],
  ["Bücher", "shopping"],
  ["mercados", "shopping"],
  ["Nachtleben", "nightlife"],
  ["vida nocturna: clubs", "nightlife"],
  ["théâtre", "entertainment"],
  ["Konzerte", "entertainment"],
];

for (const [interest, category] of interestsOfLanguages) {
  Deno.test(`the interest "${interest}" leads to ${category}`, async () => {
    const days = await plan({ destination: "Paris", durationDays: 1, interests: [interest] });
    assert(allOf(days).some((activity) => activity.category === category));
  });
}

/** Interests that contain words of others. */
const otherInterests: [interest: string, category: Category][] = [
  ["theater", "food"],
  ["brunch", "nature"],
  ["public transport", "nature"],
  ["parking", "nature"],
  ["opera house", "nightlife"],
  ["theater", "nightlife"],
  ["techno", "entertainment"],
];

for (const [interest, category] of otherInterests) {
  Deno.test(`"${interest}" is no reason to go to a place for ${category}`, async () => {
    for (const city of cities) {
      const places = (await placesOf(city)).filter((place) => place.category === category);
      const reasons = places.map((place) => reasonFor(place, [interest]));
      const isUsual = reasons.filter((reason) => reason !== null).length > places.length / 3;
      assert(!isUsual, city.name);
    }
  });
}

Deno.test("each interest gets its turn, also on relaxed days", async () => {
  const interests = ["architecture", "jazz", "bookshops"];
  const days = await plan({
    destination: "New York",
    durationDays: 5,
    pace: "relaxed",
    interests,
    travellers: { adults: 3, children: 1 },
  });
  const places = new Map((await placesOf(findCity("New York")!)).map((one) => [one.name, one]));
  const seen = allOf(days).flatMap(({ mapQuery }) =>
    places.get(mapQuery?.split(", ")[0] ?? "") ?? []
  );
  for (const interest of interests) {
    assert(seen.some((place) => reasonFor(place, [interest])), interest);
  }
});

Deno.test("families go to bars and clubs only if they ask for them", async () => {
  const nightsOf = async (trip: Partial<SampleTrip>) => {
    const days = await plan({ destination: "Berlin", durationDays: 3, pace: "packed", ...trip });
    return allOf(days).filter(({ category }) => category === "nightlife").length;
  };
  const travellers = { adults: 2, children: 2 };

  assert(await nightsOf({}) > 0);
  assertStrictEquals(await nightsOf({ travellers }), 0);
  assert(await nightsOf({ travellers, interests: ["jazz"] }) > 0);
});

const diets: [diet: string, refused: RegExp][] = [
  ["vegetarian", /lamb|steak|sausage|fish|pastrami|prawn|crab|schnitzel/i],
  ["vegetarisch", /lamb|steak|sausage|fish|pastrami|prawn|crab|schnitzel/i],
  ["végétarien", /lamb|steak|sausage|fish|pastrami|prawn|crab|schnitzel/i],
  ["vegan", /lamb|steak|sausage|fish|cheese|custard|gelato|ice cream/i],
  ["rein pflanzlich", /lamb|steak|sausage|fish|cheese|custard|gelato|ice cream/i],
  ["素食", /lamb|steak|sausage|fish|pastrami|prawn|crab|schnitzel/i],
  ["채식", /lamb|steak|sausage|fish|pastrami|prawn|crab|schnitzel/i],
];

for (const [diet, refused] of diets) {
  Deno.test(`with the diet "${diet}" no meal is at a place of other dishes`, async () => {
    for (const { name } of cities) {
      const days = await plan({ destination: name, durationDays: 14, diet: [diet] });
      for (const { category, description, title } of allOf(days)) {
        if (category === "food") assert(!refused.test(description), title);
      }
      for (const day of days) checkMeals(day);
    }
  });
}

Deno.test("a small budget leads to a cheaper trip that keeps to it, in its currency", async () => {
  const trip = { destination: "London", durationDays: 4 };
  const free = costOf(allOf(await plan(trip)));
  const travellers = { adults: 2, children: 1 };
  const budget = { amount: 600, currency: "CHF", per: "all" };
  const tight = await plan({ ...trip, budget, travellers });
  const own = await plan({
    ...trip,
    budget: { ...budget, amount: 200, per: "person" },
    travellers,
  });

  assert(convertRoughly(free, { from: "GBP", to: "CHF" })! > 200, String(free));
  assertLessOrEqual(costOf(allOf(tight)), 200);
  assertEquals(own, tight);
  for (const { estimatedCost, title } of allOf(tight)) {
    if (estimatedCost) assertStrictEquals(estimatedCost.currency, "CHF", title);
  }
});

Deno.test("trips in every city keep to a budget of a student", async () => {
  const budget = { amount: 5 * 35, currency: "USD", per: "person" };
  for (const { name } of cities) {
    for (const pace of paces) {
      const days = await plan({ destination: name, durationDays: 5, pace, budget });
      assertLessOrEqual(costOf(allOf(days)), budget.amount, name);
    }
  }
});

Deno.test("a budget in a currency without a rate leaves the costs out", async () => {
  const budget = { amount: 1_000_000, currency: "MNT", per: "all" };
  const days = await plan({ destination: "Rome", durationDays: 2, budget });
  const costs = allOf(days).map(({ estimatedCost }) => estimatedCost?.amount ?? 0);

  assertEquals(new Set(costs), new Set([0]));
});

Deno.test("meals say what to do about a diet, and all stops how accessible they are", async () => {
  for (const { name } of cities) {
    const trip = {
      destination: name,
      durationDays: 12,
      diet: ["vegan"],
      accessibility: ["wheelchair"],
    };
    const steep = new Set(
      (await placesOf(findCity(name)!)).filter(({ isSteep }) => isSteep)
        .map((place) => JSON.stringify(place.point)),
    );
    const activities = allOf(await plan(trip));
    for (const { title, category, needsMet, coordinates } of activities) {
      assertStrictEquals(needsMet!.includes("Vegan: "), category === "food", title);
      assert(needsMet!.includes("Wheelchair: "), title);
      assert(!steep.has(JSON.stringify(coordinates)), title);
    }
    const plain = await plan({ destination: name, durationDays: 12 });
    assertEquals(new Set(allOf(plain).map(({ needsMet }) => needsMet)), new Set([null]));
  }
});

Deno.test("with a start date no place is visited on a weekday on which it is closed", async () => {
  for (const city of cities) {
    const closed = new Map((await placesOf(city)).map((place) => [place.name, place.closed]));
    // A Monday.
    const days = await plan({ destination: city.name, durationDays: 14, startDate: "2026-12-07" });
    days.forEach(({ activities }, index) => {
      for (const { place } of activities) {
        const weekdays = closed.get(place.split(", ")[0]!) ?? [];
        assert(!weekdays.includes((1 + index) % 7), `${place} on day ${index + 1}`);
      }
    });
  }
});

Deno.test("trips leave the city on the fourth day at the earliest, and have an invented dinner back in it", async () => {
  for (const city of cities) {
    const towns = new Set(
      (await placesOf(city)).filter(({ isDayTrip }) => isDayTrip)
        .map(({ quarter }) => quarter),
    );
    const interests = [...towns];
    const days = await plan({ destination: city.name, durationDays: 14, interests });
    days.forEach(({ activities }, index) => {
      const isTown = ({ place }: WrittenActivity) => towns.has(place.split(", ").at(-1)!);
      if (!activities.some(isTown)) return;
      assert(index >= 3, `${city.name}, day ${index + 1}`);
      for (const activity of activities) {
        const isDinnerBack = activity === activities.at(-1) && activity.mapQuery === null;
        assertStrictEquals(isTown(activity), !isDinnerBack, activity.title);
        if (isDinnerBack) assertStrictEquals(activity.place, city.name);
      }
    });
  }
});

// Invented itineraries

for (const pace of paces) {
  Deno.test(`invented ${pace} days have their number of activities, and meals, one after the other`, () => {
    const { days } = sampleItinerary({ destination: "Ghent", durationDays: 30, pace });

    checkNothingTwice(days);
    for (const day of days) {
      assert(counts[pace].includes(day.activities.length), day.theme);
      checkTimes(day);
      checkMeals(day);
      for (const { coordinates, mapQuery } of day.activities) {
        assertEquals([coordinates, mapQuery], [null, null]);
      }
    }
  });
}

Deno.test("invented days keep to the budget, the diet and the accessibility", () => {
  const { days } = sampleItinerary({
    destination: "Ghent",
    durationDays: 10,
    budget: { amount: 600, currency: "EUR" },
    travellers: { adults: 2 },
    diet: ["halal"],
    accessibility: ["wheelchair"],
  });

  for (const { activities, theme } of days) {
    assertLessOrEqual(costOf(activities), 30, theme);
    for (const { category, estimatedCost, needsMet } of activities) {
      assert(estimatedCost === null || estimatedCost.currency === "EUR");
      assertStrictEquals(needsMet!.startsWith("Halal: "), category === "food");
      assert(needsMet!.includes("Wheelchair: "));
    }
  }
});

Deno.test("an invented trip with an impossible budget has prices, and costs more", () => {
  const budget = { amount: 20, currency: "CHF" };
  const trip = { destination: "Zurich", durationDays: 10, budget, travellers: { adults: 4 } };
  const activities = allOf(sampleItinerary(trip).days);

  assert(costOf(activities) > budget.amount / 4);
  for (const { category, estimatedCost, title } of activities) {
    assert(category !== "food" || estimatedCost!.amount > 0, title);
  }
});

// The program

Deno.test("the places of cities are loaded late, and never sent to browsers", async () => {
  const source = await Deno.readTextFile(
    new URL("../../../jobs/kinds/samples/cities.ts", import.meta.url),
  );
  assertEquals(source.match(/^import .*data\/.*/gm), null);
  assertStrictEquals(source.match(/import\("\.\/data\//g)?.length, cities.length);

  const text = "Mosteiro dos Jerónimos";
  assert((await placesOf(findCity("Lisbon")!)).some(({ name }) => name === text));
  for (const name of ["app/home_en.js", "app/trip_de.js", "client/client.js", "admin/live.js"]) {
    const script = await Deno.readTextFile(new URL(`../../../dist/${name}`, import.meta.url));
    assert(!script.includes(text), name);
  }
});

Deno.test("the sample generator writes real places for a known city, and others elsewhere", async () => {
  await using env = await openApp();
  for (const [destination, isReal] of [["Lissabon", true], ["Ghent", false]] as const) {
    const { body } = await post(env.app, "/api/itineraries", { destination, durationDays: 2 });
    await env.a.instance.idle();
    const { body: job } = await send(env.app, `/api/itineraries/${body.jobId}`);
    assertStrictEquals(job.status, "completed");
    assertStrictEquals(job.source, "sample");
    const activities = job.itinerary.flatMap((day: WrittenDay) => day.activities);
    const positions = activities.filter(({ coordinates }: WrittenActivity) => coordinates);
    assertStrictEquals(positions.length > 0, isReal);
    for (const { coordinates } of positions) assertStrictEquals(coordinates.origin, "approximate");
  }
});

/** Wishes for which a reviewed sample plan has no warnings. */
const reviewed: object[] = [
  {},
  { pace: "relaxed", startDate: "2026-12-07" },
  { pace: "packed", interests: ["food", "parks"] },
  { diet: ["vegan"], accessibility: ["wheelchair"], travellers: { adults: 2, children: 1 } },
  { pace: "relaxed", accessibility: ["no stairs"], budget: { amount: 2_500, currency: "EUR" } },
];

for (const facts of reviewed) {
  Deno.test(`the review has nothing to say about sample plans for ${JSON.stringify(facts)}`, async () => {
    await using env = await openApp();
    for (const destination of [...cities.map(({ name }) => name), "Ghent"]) {
      const wish = { destination, durationDays: 14, ...facts };
      const { body } = await post(env.app, "/api/itineraries", wish);
      await env.a.instance.idle();
      const { body: job } = await send(env.app, `/api/itineraries/${body.jobId}`);
      assertStrictEquals(job.status, "completed");
      assertEquals(job.warnings, [], destination);
    }
  });
}

// Refinements

const trips = ["Lisbon, Portugal", "Ghent"];

for (const destination of trips) {
  Deno.test(`another day in ${destination} has no activity of the plan, a hundred times`, async () => {
    const trip = { destination, durationDays: 3, pace: "balanced" as const };
    const days = (await cityItinerary(trip) ?? sampleItinerary(trip)).days;
    const titles = allOf(days).map(({ title }) => title);
    const themes = days.map(({ theme }) => theme);

    // An invented trip has thirty days in all.
    for (let turn = 0; turn < (destination === "Ghent" ? 27 : 40); turn++) {
      const day = await otherDay(trip, { day: 2, titles, themes });
      assertEquals(await otherDay(trip, { day: 2, titles: [...titles], themes }), day);
      assertStrictEquals(day.day, 2);
      assertEquals(writtenDay(2).parse(day), day);
      const own = day.activities.map(({ title }) => title);
      assertEquals(own.filter((title) => titles.includes(title)), []);
      assertStrictEquals(own.length, 4);
      titles.push(...own);
    }
  });

  Deno.test(`another activity in ${destination} fits between the others of its day`, async () => {
    const trip = { destination, durationDays: 3 };
    const { days } = await cityItinerary(trip) ?? sampleItinerary(trip);
    const titles = allOf(days).map(({ title }) => title);
    for (const { day, activities } of days) {
      for (const [index, old] of activities.entries()) {
        const settings = { activities, index, day, titles };
        const other = await otherActivity(trip, settings);

        assertEquals(await otherActivity({ ...trip }, settings), other);
        assert(!titles.includes(other.title), other.title);
        assertStrictEquals(other.time, old.time);
        assertStrictEquals(other.category === "food", old.category === "food", other.title);
        // Without a place between them, the others are farther apart.
        checkTimes({ day, theme: "", activities: activities.with(index, other) }, 80);
      }
    }
  });
}

Deno.test("another activity fits into packed days of every city", async () => {
  for (const { name } of cities) {
    const trip = { destination: name, durationDays: 4, pace: "packed" as const };
    const days = await plan(trip);
    const titles = allOf(days).map(({ title }) => title);
    for (const { day, activities } of days) {
      for (const index of activities.keys()) {
        const other = await otherActivity(trip, { activities, index, day, titles });
        // Without a place between them, the others are farther apart.
        checkTimes({ day, theme: "", activities: activities.with(index, other) }, 80);
      }
    }
  }
});

Deno.test("another activity keeps to the budget, the accessibility and the weekday", async () => {
  const trip = {
    destination: "Paris",
    durationDays: 3,
    startDate: "2026-12-07",
    accessibility: ["no stairs"],
    budget: { amount: 180, currency: "EUR" },
  };
  const days = await plan(trip);
  const titles = allOf(days).map(({ title }) => title);
  const places = new Map((await placesOf(findCity("Paris")!)).map((place) => [place.name, place]));
  for (const { day, activities } of days) {
    for (const index of activities.keys()) {
      const other = await otherActivity(trip, { activities, index, day, titles });
      const place = places.get(other.place.split(", ")[0]!);
      assert(!place?.isSteep && !place?.closed.includes(day % 7), other.title);
      // The days before may have left more than a third of the budget.
      const limit = Math.max(60, costOf(activities));
      assertLessOrEqual(costOf(activities.with(index, other)), limit, other.title);
    }
  }
});

Deno.test("another invented activity keeps to the budget", async () => {
  const budget = { amount: 90, currency: "EUR" };
  const trip = { destination: "Ghent", durationDays: 3, budget };
  const { days } = sampleItinerary(trip);
  const titles = allOf(days).map(({ title }) => title);
  for (const { day, activities } of days) {
    for (const index of activities.keys()) {
      const other = await otherActivity(trip, { activities, index, day, titles });
      assertLessOrEqual(costOf(activities.with(index, other)), 30, other.title);
    }
  }
});

Deno.test("another day or activity is found for a plan that a model wrote", async () => {
  const activities = ["10:00", "13:00", "19:00"].map((time) => ({
    time,
    durationMinutes: null,
    title: `Visit the Castelo de São Jorge at ${time}`,
    category: "other" as const,
    estimatedCost: null,
    coordinates: null,
  }));
  const trip = { destination: "Lissabon", durationDays: 2 };
  const titles = activities.map(({ title }) => title);

  const day = await otherDay(trip, { day: 1, titles });
  const activity = await otherActivity(trip, { activities, index: 0, day: 1, titles });
  for (const { title } of [...day.activities, activity]) {
    assert(!title.includes("Castelo de São Jorge"), title);
  }
  assertStrictEquals(activity.time, "10:00");
});

Deno.test("samplePlaces know where the sample cities are, and nothing else", async () => {
  const context = { signal: new AbortController().signal, clock: systemClock };

  const found = await samplePlaces.findDestination("Lissabon", context);

  const { name, timeZone, countryCode } = found!;
  assertEquals([name, timeZone, countryCode], ["Lisbon, Portugal", "Europe/Lisbon", "PT"]);
  assertStrictEquals(await samplePlaces.findDestination("Rome and Florence", context), null);
  assertEquals([samplePlaces.check, samplePlaces.walk], [null, null]);
});
