/** What becomes of the places of an itinerary: looked up, corrected once, flagged, or left alone. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { Itinerary, WrittenActivity } from "../../../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../../../jobs/kinds/itinerary/request.ts";
import { createPlaces } from "../../../jobs/places/create_places.ts";
import type { Places } from "../../../jobs/places/places.ts";
import { systemClock } from "../../../lib/clock.ts";
import { parseConfig } from "../../../lib/config.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import type { ChatRequest } from "../../../lib/model/model.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { lisbon, testPlaces } from "../../../testing/places.ts";
import { placesEnv, type ServedPlace, servePlaces } from "../../../testing/places_server.ts";
import { serveWeather, weatherEnv } from "../../../testing/weather_server.ts";

const wish: ItineraryRequest = { destination: "Lisbon", durationDays: 2 };

/** Names that a provider of places looks up. All of them lie near each other. */
const names = [..."ABCDEFGHIJ"].map((letter) => `Museu ${letter}`);

function activity(name: string, index: number): WrittenActivity {
  return {
    time: `${10 + 2 * (index % 5)}:00`,
    title: `Visit ${name}`,
    description: "An hour.",
    place: `${name}, Baixa`,
    estimatedCost: null,
    category: index % 5 === 1 ? "food" : "museum",
    mapQuery: `${name}, Lisboa`,
    coordinates: { latitude: 38.71, longitude: -9.14 + index / 1_000 },
    durationMinutes: 60,
    bookAhead: null,
    needsMet: null,
  };
}

/** Two days with five of the names each, as the model writes them. */
function written(of: readonly string[] = names) {
  const days = [0, 1].map((day) => ({
    day: day + 1,
    theme: `Museums ${day}`,
    activities: of.slice(5 * day, 5 * day + 5).map((name, index) =>
      activity(name, 5 * day + index)
    ),
  }));
  return { text: JSON.stringify({ days }) };
}

const served: ServedPlace[] = names.slice(0, 8).map((name, index) => ({
  names: [name],
  latitude: 38.7101,
  longitude: -9.14 + index / 1_000,
  tag: "tourism=museum",
  openingHours: "Mo-Su 09:00-20:00",
}));

/** Writes an itinerary with a model that answers with these turns. */
function generate(turns: { text: string }[], places: Places) {
  const { model, requests } = scriptedModel(turns);
  const { context, steps } = testContext(model);
  const plan = itineraryKind({ model: "m", places }).generate(wish, context);
  return { plan, requests: requests as ChatRequest[], steps };
}

/** Places of a real provider over HTTP, which answers 50 times a second. */
async function openPlaces(env: Record<string, string>) {
  const kv = await Deno.openKv(":memory:");
  const config = parseConfig({ OPENAI_API_KEY: "sk-test", PLACES_PER_SECOND: "50", ...env });
  const places = createPlaces(config, { kv, clock: systemClock, metrics: new Metrics() })!;
  return { places, [Symbol.dispose]: () => kv.close() };
}

function activitiesOf({ days }: Itinerary) {
  return days.flatMap(({ activities }) => activities);
}

Deno.test("eight of ten places are found, two are told to the model once and then flagged", async () => {
  await using weather = serveWeather();
  await using server = servePlaces(served);
  using opened = await openPlaces({ ...weatherEnv(weather), ...placesEnv(server) });

  const { plan, requests, steps } = generate([written(), written()], opened.places);
  const { warnings = [], ...itinerary } = await plan;

  assertEquals(steps, ["surroundings", "turn-1", "turn-1/places", "turn-2", "turn-2/places"]);
  const feedback = requests[1]!.messages.at(-1)!.content;
  assertEquals(feedback.match(/no map knows "[^"]*"/g), [
    'no map knows "Museu I, Lisboa"',
    'no map knows "Museu J, Lisboa"',
  ]);
  const found = activitiesOf(itinerary);
  assertEquals(found.map(({ verified }) => verified), [...Array(8).fill(true), false, false]);
  assertEquals(found[0]!.coordinates, {
    latitude: 38.7101,
    longitude: -9.14,
    origin: "places",
  });
  assertEquals(found[0]!.openingHours, "Mo-Su 09:00-20:00");
  assertEquals(found[9]!.coordinates!.origin, "approximate");
  assertEquals(warnings.map(({ code, where }) => [code, where]), [
    ["unknown_place", "days.1.activities.3"],
    ["unknown_place", "days.1.activities.4"],
  ]);
  // The places that were found are not looked up again.
  assertStrictEquals(new Set(server.queries).size, 10);
});

Deno.test("places that the model corrects are verified, and leave no warning", async () => {
  await using weather = serveWeather();
  await using server = servePlaces(served);
  using opened = await openPlaces({ ...weatherEnv(weather), ...placesEnv(server) });
  server.add({ ...served[0]!, names: ["Museu K"], latitude: 38.72 });
  server.add({ ...served[0]!, names: ["Museu L"], latitude: 38.73 });

  const corrected = written([...names.slice(0, 8), "Museu K", "Museu L"]);
  const plan = await generate([written(), corrected], opened.places).plan;

  assertEquals(activitiesOf(plan).map(({ verified }) => verified), Array(10).fill(true));
  assertStrictEquals(plan.warnings, undefined);
});

for (const mode of ["busy", "broken", "dead"] as const) {
  Deno.test(`a plan is complete in one turn, with the model's positions, while places are ${mode}`, async () => {
    await using weather = serveWeather();
    await using server = servePlaces(served);
    server.mode = mode;
    using opened = await openPlaces({ ...weatherEnv(weather), ...placesEnv(server) });

    const { plan, requests } = generate([written()], opened.places);
    const found = activitiesOf(await plan);

    assertStrictEquals(requests.length, 1);
    assertEquals(new Set(found.map(({ verified }) => verified)), new Set([null]));
    assertEquals(
      new Set(found.map(({ coordinates }) => coordinates!.origin)),
      new Set(["approximate"]),
    );
    assert(server.queries.length <= 2, String(server.queries));
  });
}

Deno.test("without a provider no place is looked up, and ways are estimates", async () => {
  const plan = await generate(
    [written()],
    testPlaces({ findDestination: () => Promise.resolve(lisbon) }),
  )
    .plan;

  const [first] = plan.days[0]!.activities;
  assertStrictEquals(first!.verified, null);
  assertEquals(first!.toNext, { distanceMeters: 113, walkingMinutes: 2, origin: "straight_line" });
  assertStrictEquals(plan.days[0]!.activities.at(-1)!.toNext, null);
  assertStrictEquals(plan.days[0]!.totals!.walkingMeters, 452);
});

Deno.test("the ways of all days are measured together, and each one is at its place", async () => {
  const asked: number[] = [];
  const plan = await generate(
    [written()],
    testPlaces({
      walk: (legs) => {
        asked.push(legs.length);
        const walks = legs.map((_, index) => ({
          distanceMeters: index,
          walkingMinutes: 1,
          origin: "router" as const,
        }));
        return Promise.resolve(walks);
      },
    }),
  ).plan;

  assertEquals(asked, [8]);
  assertEquals(
    plan.days.map(({ activities }) => activities.map(({ toNext }) => toNext?.distanceMeters)),
    [[0, 1, 2, 3, undefined], [4, 5, 6, 7, undefined]],
  );
});

Deno.test("lookups of a day begin while the model writes the next one", async () => {
  const asked: string[][] = [];
  const places = testPlaces({
    findDestination: () => Promise.resolve(lisbon),
    prefetch: (queries) => void asked.push([...queries]),
  });
  const { model } = scriptedModel([written()]);
  const { context } = testContext(model);
  const { chat } = context;
  const days: unknown[] = JSON.parse(written().text).days;
  context.chat = async (name, request, parts) => {
    days.forEach((day, index) => parts.onPart!(parts.schemaAt(index).parse(day)));
    // The destination is known in the next turns of the event loop.
    await chat(`${name}/other`, request, parts);
    return { responseId: "r", text: written().text, truncated: false, usage: null };
  };
  await itineraryKind({ model: "m", places }).generate(wish, context);

  assertEquals(asked.map((queries) => queries.length), [5, 5]);
  assertStrictEquals(asked[1]![0], "Museu F, Lisboa");
});
