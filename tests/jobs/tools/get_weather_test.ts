import { assertEquals, assertStrictEquals } from "@std/assert";
import { getWeather } from "../../../jobs/tools/get_weather.ts";
import { runTool } from "../../../jobs/tools/tool.ts";
import { systemClock } from "../../../lib/clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";

/** Open-Meteo's answer to a search for Lisbon, shortened. */
const lisbon = {
  results: [{
    id: 2267057,
    name: "Lisbon",
    latitude: 38.71667,
    longitude: -9.13333,
    elevation: 45,
    feature_code: "PPLC",
    country_code: "PT",
    timezone: "Europe/Lisbon",
    population: 517802,
    country: "Portugal",
  }],
  generationtime_ms: 0.71,
};

/** Open-Meteo's answer to a request for a forecast, with these weather codes. */
function forecast(...codes: (number | null)[]) {
  return {
    latitude: 38.71,
    longitude: -9.13,
    utc_offset_seconds: 0,
    timezone: "Europe/Lisbon",
    timezone_abbreviation: "WET",
    daily_units: { time: "iso8601", temperature_2m_max: "°C" },
    daily: {
      time: codes.map((_, day) => `2026-11-${21 + day}`),
      weather_code: codes,
      temperature_2m_max: codes.map((_, day) => 17.5 + day),
      temperature_2m_min: codes.map((_, day) => 11 + day),
      precipitation_probability_max: codes.map((_, day) => day === 0 ? 35 : null),
    },
  };
}

/** Both services that the tool calls; without arguments they know Lisbon. */
function serveWeather(
  { places = () => Response.json(lisbon), weather = () => Response.json(forecast(0)) } = {},
) {
  return serveLocally((_, { pathname }) => pathname === "/v1/search" ? places() : weather());
}

/** Calls the tool as the model does. */
async function weatherIn(city: string, { url }: { url: string }) {
  const { text } = await runTool(
    [getWeather({ baseUrl: url, geocodingBaseUrl: url })],
    { callId: "call_1", name: "get_weather", arguments: JSON.stringify({ city }) },
    { signal: new AbortController().signal, clock: systemClock },
  );
  return JSON.parse(text);
}

Deno.test("get_weather looks up the place and then its forecast", async () => {
  await using server = serveWeather();

  await weatherIn("Lisbon", server);

  const requests = server.requests.map(({ pathname, searchParams }) => [
    pathname,
    Object.fromEntries(searchParams),
  ]);
  assertEquals(requests, [
    ["/v1/search", { name: "Lisbon", count: "1", language: "en" }],
    ["/v1/forecast", {
      latitude: "38.71667",
      longitude: "-9.13333",
      daily: "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
      timezone: "auto",
      forecast_days: "16",
    }],
  ]);
});

Deno.test("get_weather calls each of the two services at its own address", async () => {
  await using geocoding = serveWeather({ weather: () => new Response(null, { status: 404 }) });
  await using weather = serveWeather({ places: () => new Response(null, { status: 404 }) });
  const tool = getWeather({ baseUrl: weather.url, geocodingBaseUrl: geocoding.url });

  await tool.run({ city: "Lisbon" }, {
    signal: new AbortController().signal,
    clock: systemClock,
  });

  assertEquals(geocoding.requests.map(({ pathname }) => pathname), ["/v1/search"]);
  assertEquals(weather.requests.map(({ pathname }) => pathname), ["/v1/forecast"]);
});

Deno.test("get_weather puts the city only into the query", async () => {
  await using server = serveWeather();

  await weatherIn("São Paulo&count=9#x", server);

  const { searchParams } = server.requests[0]!;
  assertStrictEquals(searchParams.get("name"), "São Paulo&count=9#x");
  assertEquals(searchParams.getAll("count"), ["1"]);
});

Deno.test("get_weather returns the weather of each day", async () => {
  await using server = serveWeather({ weather: () => Response.json(forecast(3, 61)) });

  assertEquals(await weatherIn("Lisboa", server), {
    place: "Lisbon, Portugal",
    timezone: "Europe/Lisbon",
    days: [
      { date: "2026-11-21", sky: "overcast", maxCelsius: 17.5, minCelsius: 11, rainPercent: 35 },
      { date: "2026-11-22", sky: "rain", maxCelsius: 18.5, minCelsius: 12, rainPercent: null },
    ],
  });
});

const skies: [code: number | null, sky: string | null][] = [
  [0, "clear"],
  [1, "partly cloudy"],
  [2, "partly cloudy"],
  [3, "overcast"],
  [45, "fog"],
  [48, "fog"],
  [51, "drizzle"],
  [57, "drizzle"],
  [61, "rain"],
  [67, "rain"],
  [71, "snow"],
  [77, "snow"],
  [80, "rain showers"],
  [82, "rain showers"],
  [85, "snow showers"],
  [86, "snow showers"],
  [95, "thunderstorm"],
  [99, "thunderstorm"],
  [null, null],
];

for (const [code, sky] of skies) {
  Deno.test(`get_weather translates the weather code ${code} into ${sky ?? "nothing"}`, async () => {
    await using server = serveWeather({ weather: () => Response.json(forecast(code)) });

    const { days } = await weatherIn("Lisbon", server);

    assertStrictEquals(days[0].sky, sky);
  });
}

Deno.test("get_weather accepts a place without a country", async () => {
  const places = () =>
    Response.json({ results: [{ name: "Atlantis", latitude: 0, longitude: 0 }] });
  await using server = serveWeather({ places });

  assertStrictEquals((await weatherIn("Atlantis", server)).place, "Atlantis");
});

for (const nowhere of [{ generationtime_ms: 0.4 }, { results: [] }]) {
  Deno.test(`get_weather finds no place in ${JSON.stringify(nowhere)}`, async () => {
    await using server = serveWeather({ places: () => Response.json(nowhere) });

    assertEquals(await weatherIn("Nowhere", server), {
      error: "There is no place named Nowhere",
    });
    assertStrictEquals(server.requests.length, 1);
  });
}

const refusal = () =>
  Response.json({ error: true, reason: "Daily API request limit exceeded" }, { status: 429 });
const wrongShape = () => Response.json({ results: [{ name: "Lisbon" }], daily: null });

const failures: [what: string, services: Parameters<typeof serveWeather>[0], reason: string][] = [
  ["geocoding refuses", { places: refusal }, "HOST answered 429"],
  ["geocoding sends another shape", { places: wrongShape }, "HOST sent an unexpected answer"],
  ["the forecast refuses", { weather: refusal }, "HOST answered 429"],
  ["the forecast has another shape", { weather: wrongShape }, "HOST sent an unexpected answer"],
];

for (const [what, services, reason] of failures) {
  Deno.test(`get_weather fails when ${what}`, async () => {
    await using server = serveWeather(services);

    const { error } = await weatherIn("Lisbon", server);

    assertStrictEquals(
      error.replace(new URL(server.url).host, "HOST"),
      `The tool failed: ${reason}`,
    );
  });
}
