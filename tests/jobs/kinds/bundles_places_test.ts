/** What the services of places add to events, and what a plan is without them. */
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { bundlesKind } from "../../../jobs/kinds/bundles/kind.ts";
import type { KeyEvent, WrittenBundles, WrittenEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { Destination, PlaceAnswer } from "../../../jobs/places/place.ts";
import type { Places } from "../../../jobs/places/places.ts";
import { testPlaces } from "../../../testing/places.ts";
import type { Tool } from "../../../jobs/tools/tool.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { storedEvent, writtenEvent } from "../../../testing/plans.ts";

const point = (latitude: number, longitude: number) => ({ latitude, longitude });

const lisbon: Destination = {
  name: "Lisbon",
  point: point(38.72, -9.14),
  radiusKm: 40,
  timeZone: "Europe/Lisbon",
  countryCode: "PT",
};
const madrid: Destination = {
  name: "Madrid",
  point: point(40.42, -3.7),
  radiusKm: 40,
  timeZone: "Europe/Madrid",
  countryCode: "ES",
};
const inLisbon = point(38.71, -9.13);
const inMadrid = point(40.41, -3.69);

const found = (at: ReturnType<typeof point>): PlaceAnswer => ({
  outcome: "found",
  place: { name: "Any", point: at, openingHours: null },
});

interface Known {
  destinations?: Record<string, Destination>;
  /** Unset: there is no provider of places. */
  answers?: Record<string, PlaceAnswer>;
}

/** Places that know these destinations and answers, and lists of what they were asked. */
function placesThat({ destinations = { Lisbon: lisbon }, answers }: Known) {
  const asked = { destinations: [] as string[], queries: [] as string[] };
  const places = testPlaces({
    findDestination(text) {
      asked.destinations.push(text);
      return Promise.resolve(destinations[text] ?? null);
    },
    check: answers === undefined ? null : (queries, { name }) => {
      asked.queries.push(...queries.map((query) => `${query} near ${name}`));
      const unknown: PlaceAnswer = { outcome: "unknown" };
      return Promise.resolve(new Map(queries.map((query) => [query, answers[query] ?? unknown])));
    },
  });
  return { places, asked };
}

/** Three bundles; the first has these events. */
function planOf(...events: Partial<WrittenEvent>[]): WrittenBundles {
  const bundle = { description: "Late.", imageUrl: null };
  return {
    bundles: [
      {
        ...bundle,
        title: "Night",
        keyEvents: events.map((event, index) => writtenEvent({ name: `Show ${index}`, ...event })),
      },
      { ...bundle, title: "Day", keyEvents: [writtenEvent({ name: "Day show" })] },
      { ...bundle, title: "Morning", keyEvents: [writtenEvent({ name: "Early show" })] },
    ],
  };
}

/** A weather tool that knows each city as the place of this label. */
function weatherTool(label: string): Tool {
  return {
    name: "get_weather",
    description: "Where a city is",
    message: "Checking the weather",
    parameters: z.object({ city: z.string() }),
    run(args, { notePlace }) {
      const { city } = args as { city: string };
      notePlace?.({ name: city, timeZone: "America/New_York", label });
      return Promise.resolve({ found: city });
    },
  };
}

/** Generates bundles with these places, and returns the plan and the names of the steps. */
async function generate(
  { places, plan, tool, city }: {
    places?: Places | null | undefined;
    plan: WrittenBundles;
    tool?: Tool;
    city?: string;
  },
) {
  const call = { callId: "c", name: "get_weather", arguments: '{"city":"Portland"}' };
  const text = JSON.stringify(plan);
  // The second answer is for a review that finds something.
  const answers = [{ text }, { text }];
  const { model } = scriptedModel(tool ? [{ calls: [call] }, ...answers] : answers);
  const { context, steps } = testContext(model);
  const kind = bundlesKind({
    model: "gpt-test",
    tools: tool ? [tool] : [],
    webSearch: false,
    ...(places !== undefined && { places }),
  });
  return { plan: await kind.generate({ preferences: { city } }, context), steps };
}

const QUERY = "Hot Clube, Lisbon";
const event = { city: "Lisbon", mapQuery: QUERY, coordinates: inLisbon };
const approximate = { ...inLisbon, origin: "approximate" as const };

const completed: [what: string, known: Known, written: object, kept: Partial<KeyEvent>][] = [
  [
    "a place that was found",
    { answers: { [QUERY]: found(point(38.7172, -9.1466)) } },
    {},
    {
      coordinates: { ...point(38.7172, -9.1466), origin: "places" },
      verified: true,
      timeZone: "Europe/Lisbon",
    },
  ],
  [
    "a place that was found although the model is far off",
    { answers: { [QUERY]: found(point(38.7172, -9.1466)) } },
    { coordinates: inMadrid },
    { coordinates: { ...point(38.7172, -9.1466), origin: "places" }, verified: true },
  ],
  [
    "a place that was not found",
    { answers: { [QUERY]: { outcome: "not_found" } } },
    {},
    { coordinates: approximate, verified: false, timeZone: "Europe/Lisbon" },
  ],
  ["no answer", { answers: {} }, {}, { coordinates: approximate, verified: null }],
  ["no provider of places", {}, {}, {
    coordinates: approximate,
    verified: null,
    timeZone: "Europe/Lisbon",
  }],
  ["a position far from its city", {}, { coordinates: inMadrid }, { coordinates: null }],
  ["an unknown city", { destinations: {}, answers: { [QUERY]: found(inLisbon) } }, {}, {
    coordinates: approximate,
    verified: null,
    timeZone: null,
  }],
  ["no city", { answers: { [QUERY]: found(inLisbon) } }, { city: null }, {
    coordinates: approximate,
    verified: null,
    timeZone: null,
  }],
  ["no words for a map", { answers: { "": found(inMadrid) } }, { mapQuery: " " }, {
    coordinates: approximate,
    verified: null,
  }],
];

for (const [what, known, written, kept] of completed) {
  Deno.test(`an event with ${what} has what is known of its place`, async () => {
    const { places } = placesThat(known);
    const { plan } = await generate({ places, plan: planOf({ ...event, ...written }) });

    const timeZone = known.destinations || ("city" in written) ? null : "Europe/Lisbon";
    assertEquals(plan.bundles[0]!.keyEvents[0], {
      ...storedEvent({ name: "Show 0", ...event, ...written, coordinates: null, timeZone }),
      ...kept,
    });
  });
}

Deno.test("each city and each place is looked up once, near its own city", async () => {
  const { places, asked } = placesThat({
    destinations: { Lisbon: lisbon, Madrid: madrid },
    answers: {},
  });
  const { plan, steps } = await generate({
    places,
    plan: planOf(event, { ...event, city: "LISBON" }, {
      city: "Madrid",
      mapQuery: "Prado, Madrid",
    }),
  });

  assertEquals(asked, {
    destinations: ["Lisbon", "Madrid"],
    queries: [`${QUERY} near Lisbon`, "Prado, Madrid near Madrid"],
  });
  assertEquals(steps, ["turn-1", "turn-1/places"]);
  const zones = plan.bundles[0]!.keyEvents.map(({ timeZone }) => timeZone);
  assertEquals(zones, ["Europe/Lisbon", "Europe/Lisbon", "Europe/Madrid"]);
  assertStrictEquals(plan.timeZone, undefined);
});

Deno.test("an event far from the city of the wish is found, and the city is looked up once", async () => {
  const { places, asked } = placesThat({ destinations: { Lisbon: lisbon, Madrid: madrid } });
  const madridEvent = { city: "Madrid", coordinates: inMadrid };
  const { plan, steps } = await generate({
    places,
    plan: planOf(event, madridEvent),
    city: "Lisbon",
  });

  assertEquals(plan.warnings?.map(({ code, where }) => ({ code, where })), [
    { code: "outside_destination", where: "bundles.0.keyEvents.1" },
  ]);
  assertStrictEquals(plan.bundles[0]!.keyEvents[1]!.coordinates, null);
  assertEquals(steps, ["city", "turn-1", "turn-1/places", "turn-2", "turn-2/places"]);
  assertEquals(asked.destinations, ["Lisbon", "Lisbon", "Madrid", "Lisbon", "Madrid"]);
});

Deno.test("a plan has the time zone that the cities of all events have", async () => {
  const { places } = placesThat({});
  const plan = planOf(event);
  for (const { keyEvents } of plan.bundles) keyEvents[0]!.city = "Lisbon";

  assertStrictEquals((await generate({ places, plan })).plan.timeZone, "Europe/Lisbon");
});

Deno.test("a city is looked up by the words of the tool that has found it", async () => {
  const label = "Portland, Maine, United States";
  const { places, asked } = placesThat({ destinations: {} });
  const plan = planOf({ city: "portland, ME" }, { city: "Salem" });
  await generate({ places, plan, tool: weatherTool(label) });

  assertEquals(asked.destinations, [label, "Salem"]);
});

Deno.test("a city far from all positions of its events is another one of its name", async () => {
  const { places, asked } = placesThat({ answers: { [QUERY]: { outcome: "not_found" } } });
  const away = { ...event, coordinates: inMadrid };
  const { plan } = await generate({ places, plan: planOf(away, away) });

  assertEquals(
    plan.bundles[0]!.keyEvents.map(({ verified, coordinates, timeZone }) => [
      verified,
      coordinates?.latitude,
      timeZone,
    ]),
    Array(2).fill([null, inMadrid.latitude, null]),
  );
  assertEquals(asked.queries, []);
});

for (const places of [null, undefined]) {
  Deno.test(`without services of places (${places}), nothing is looked up`, async () => {
    const { plan, steps } = await generate({ places, plan: planOf(event) });

    assertEquals(steps, ["turn-1"]);
    assertEquals(plan.bundles[0]!.keyEvents[0], {
      ...storedEvent({ name: "Show 0", ...event, coordinates: approximate }),
    });
  });
}

Deno.test("a job that must stop while places are looked up ends with that reason", async () => {
  const reason = new Error("The worker stops");
  const { places } = placesThat({});
  const stopping = { ...places, findDestination: () => Promise.reject(reason) };

  const thrown = await assertRejects(() => generate({ places: stopping, plan: planOf(event) }));
  assertStrictEquals(thrown, reason);
});
