/** What an itinerary learns from other services: when it asks them, and how long it waits. */
import { assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { withoutFarDayPositions } from "../../../jobs/kinds/itinerary/rules/places.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { WrittenItinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../../../jobs/kinds/itinerary/request.ts";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import { gatherSurroundings } from "../../../jobs/kinds/itinerary/surroundings.ts";
import type { JobContext, PlanParts } from "../../../jobs/kind.ts";
import type { DayForecast } from "../../../jobs/places/place.ts";
import type { Places } from "../../../jobs/places/places.ts";
import type { ChatRequest } from "../../../lib/model/model.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { forecastDay, lisbon, testPlaces } from "../../../testing/places.ts";

const trip: ItineraryRequest = { destination: "Lissabon", durationDays: 2 };
const dated = { ...trip, startDate: "2026-11-22" };
const written = sampleItinerary(trip);

/** Places that know Lisbon and its weather, and a list of what they were asked. */
function knowing(forecast: DayForecast[] = [forecastDay("2026-11-22")]) {
  const asked: string[] = [];
  const places = testPlaces({
    findDestination(text) {
      asked.push(text);
      return Promise.resolve(lisbon);
    },
    forecast({ name }) {
      asked.push(`weather of ${name}`);
      return Promise.resolve(forecast);
    },
  });
  return { places, asked };
}

/** Generates a plan, and lists the requests to the model, the steps and the parts of the plan. */
function generate(request: ItineraryRequest, places: Places | null, plan = written) {
  const { model, requests } = scriptedModel([{ text: JSON.stringify(plan) }]);
  const { context, steps } = testContext(model);
  const parts: PlanParts[] = [];
  const chat: JobContext["chat"] = (name, request, format) => {
    parts.push(format);
    return context.chat(name, request, format);
  };
  const kind = itineraryKind({ model: "m", places });
  const result = kind.generate(request, { ...context, chat });
  return { result, requests: requests as ChatRequest[], steps, parts };
}

/** Returns the user's message of a request to the model. */
function messageOf({ messages }: ChatRequest): string {
  return messages.at(-1)!.content;
}

const OLD_MESSAGE = '<wish>\n{\n  "destination": "Lissabon",\n  "durationDays": 2\n}\n</wish>';

Deno.test("the model gets the calendar and the forecast behind a wish with a first day", async () => {
  const { places, asked } = knowing();
  const { result, requests, steps } = generate(dated, places);
  const plan = await result;

  assertEquals(steps, ["surroundings", "turn-1"]);
  assertEquals(asked, ["Lissabon", "weather of Lisbon"]);
  const [, wish, facts] = messageOf(requests[0]!)
    .match(/^<wish>\n([^]*)\n<\/wish>\n\n<facts>\n([^]*)\n<\/facts>$/)!;
  assertEquals(JSON.parse(wish!), dated);
  const { date: _, ...weather } = forecastDay("2026-11-22");
  const calendar = { season: "autumn", weather: null };
  assertEquals(JSON.parse(facts!), {
    days: [
      { day: 1, date: "2026-11-22", weekday: "sunday", ...calendar, weather },
      { day: 2, date: "2026-11-23", weekday: "monday", ...calendar },
    ],
  });
  assertEquals(plan.days.map(({ date, weekday }) => [date, weekday]), [
    ["2026-11-22", "sunday"],
    ["2026-11-23", "monday"],
  ]);
  assertEquals(plan.days[0]!.weather, weather);
  assertEquals(plan.location, {
    name: "Lisbon",
    latitude: 38.72,
    longitude: -9.14,
    timeZone: "Europe/Lisbon",
    countryCode: "PT",
  });
});

Deno.test("days of a partial plan have their calendar", async () => {
  const { result, parts } = generate(dated, knowing().places);
  await result;

  const { date, weekday, season, weather } = parts[0]!.schemaAt(0).parse(written.days[0]) as {
    [name: string]: unknown;
  };
  assertEquals([date, weekday, season, (weather as DayForecast).sky], [
    "2026-11-22",
    "sunday",
    "autumn",
    "rain showers",
  ]);
});

Deno.test("a wish without a first day is sent to the model before the destination is found", async () => {
  const found = Promise.withResolvers<typeof lisbon>();
  const places = testPlaces({ findDestination: () => found.promise });
  const { result, requests } = generate(trip, places);
  await nextTurn();

  assertStrictEquals(messageOf(requests[0]!), OLD_MESSAGE);
  found.resolve(lisbon);
  const plan = await result;
  assertStrictEquals(plan.location?.name, "Lisbon");
  assertEquals(plan.days[0]!.date, null);
});

Deno.test("without places, there is no step and no request, but there are dates", async () => {
  for (const [request, first] of [[trip, null], [dated, "2026-11-22"]] as const) {
    const { result, steps } = generate(request, null);
    const plan = await result;

    assertEquals(steps, ["turn-1"]);
    assertEquals([plan.days[0]!.date, plan.location], [first, null]);
  }
});

// At noon on 2026-11-21, the forecast has the days up to 2026-12-06, give or take a time zone.
const horizon: [startDate: string, asks: boolean][] = [
  ["2026-11-19", false],
  ["2026-11-20", true],
  ["2026-11-21", true],
  ["2026-12-06", true],
  ["2026-12-08", true],
  ["2026-12-09", false],
  ["2028-11-21", false],
];

for (const [startDate, asks] of horizon) {
  Deno.test(`a trip on ${startDate} ${asks ? "asks" : "does not ask"} for the weather`, async () => {
    const { places, asked } = knowing();
    const day = { ...trip, durationDays: 1, startDate };
    await generate(day, places, sampleItinerary(day)).result;

    assertEquals(asked.includes("weather of Lisbon"), asks);
  });
}

Deno.test("the forecast keeps the days of the trip", async () => {
  const dates = ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"];
  const { places } = knowing(dates.map((date) => forecastDay(date)));
  const { context } = testContext(scriptedModel([]).model);
  const { forecast } = await gatherSurroundings(dated, { places, context });

  assertEquals(forecast.map(({ date }) => date), ["2026-11-22", "2026-11-23"]);
});

const never = new Promise<never>(() => {});
const broken = () => Promise.reject(new Error("down"));

const faults: [what: string, places: Places, isFound: boolean][] = [
  ["the search of places never answers", testPlaces({ findDestination: () => never }), false],
  ["the search of places fails", testPlaces({ findDestination: broken }), false],
  ["the destination is not known", testPlaces(), false],
  ["the forecast never answers", { ...knowing().places, forecast: () => never }, true],
  ["the forecast fails", { ...knowing().places, forecast: broken }, true],
];

for (const [what, places, isFound] of faults) {
  Deno.test(`a plan is written after five seconds at most if ${what}`, async () => {
    const clock = new FakeClock();
    const { model, requests } = scriptedModel([{ text: JSON.stringify(written) }]);
    const { context } = testContext(model);
    const kind = itineraryKind({ model: "m", places });
    const result = kind.generate(dated, { ...context, clock });
    await nextTurn();
    clock.advance(5_000);

    const plan = await result;
    assertStrictEquals(plan.location?.name, isFound ? "Lisbon" : undefined);
    assertEquals(plan.days.map(({ date, weather }) => [date, weather]), [
      ["2026-11-22", null],
      ["2026-11-23", null],
    ]);
    assertMatch(messageOf((requests as ChatRequest[])[0]!), /"weekday": "sunday"/);
  });
}

Deno.test("a lost job stops the search of places", async () => {
  const lost = new AbortController();
  const { context } = testContext(scriptedModel([]).model);
  const places = testPlaces({
    findDestination: (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const gathering = gatherSurroundings(dated, {
    places,
    context: { ...context, signal: lost.signal },
  });
  lost.abort(new Error("lost"));

  await assertRejects(() => gathering, Error, "lost");
});

Deno.test("a failure of the model is reported while the search of places goes on", async () => {
  const places = testPlaces({ findDestination: () => never });
  const { model } = scriptedModel([new Error("model down")]);
  const { context } = testContext(model);
  const attempt = new AbortController();
  const { signal } = attempt;
  const result = itineraryKind({ model: "m", places }).generate(trip, { ...context, signal });

  await assertRejects(() => result, Error, "model down");
  // The end of the attempt stops the search. No code waits for it then.
  attempt.abort(new Error("over"));
  await nextTurn();
});

/** A plan whose first activity is at a position. */
function planAt(latitude: number, longitude: number): WrittenItinerary {
  const [first, ...days] = structuredClone(written.days);
  first!.activities[0]!.coordinates = { latitude, longitude };
  return { days: [first!, ...days] };
}

// Lisbon has a radius of 80 km here.
const positions: [what: string, latitude: number, longitude: number, isKept: boolean][] = [
  ["the city", 38.7139, -9.1394, true],
  ["a day trip to Évora", 38.5714, -7.9135, true],
  ["a day trip to Porto", 41.1579, -8.6291, true],
  ["Madrid", 40.4168, -3.7038, false],
  ["swapped numbers", -9.14, 38.72, false],
  ["the Gulf of Guinea", 0, 0, false],
  ["no place on Earth", 99, 0, false],
];

for (const [what, latitude, longitude, isKept] of positions) {
  Deno.test(`a position ${isKept ? "is kept" : "is dropped"} in a plan for Lisbon: ${what}`, () => {
    const surroundings = { startDate: null, destination: lisbon, forecast: [] };
    const { days: [day] } = assembleItinerary(planAt(latitude, longitude), surroundings);
    // The review repairs the plan, and parts are repaired before they are shown.
    const first = withoutFarDayPositions(day!, lisbon);

    assertEquals(
      first.activities[0]!.coordinates,
      isKept ? { latitude, longitude, origin: "approximate" } : null,
    );
  });
}

Deno.test("a position is kept if the destination is not known", () => {
  const { days: [first] } = assembleItinerary(planAt(41.1579, -8.6291));

  assertStrictEquals(first!.activities[0]!.coordinates?.latitude, 41.1579);
});
