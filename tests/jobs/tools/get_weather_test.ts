import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { getWeather } from "../../../jobs/tools/get_weather.ts";
import { runTool } from "../../../jobs/tools/tool.ts";
import { systemClock } from "../../../lib/clock.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
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
async function weatherIn(city: string, { url }: { url: string }, more: object = {}) {
  const { text } = await runTool(
    [getWeather({ baseUrl: url, geocodingBaseUrl: url })],
    { callId: "call_1", name: "get_weather", arguments: JSON.stringify({ city, ...more }) },
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
    ["/v1/search", { name: "Lisbon", count: "10", language: "en" }],
    ["/v1/forecast", {
      latitude: "38.71667",
      longitude: "-9.13333",
      daily: "weather_code,temperature_2m_max,temperature_2m_min,precipitation_probability_max",
      timezone: "Europe/Lisbon",
      forecast_days: "16",
    }],
  ]);
});

const lisbonPlace = { name: "Lisbon", timeZone: "Europe/Lisbon", label: "Lisbon, Portugal" };

const notedPlaces: [what: string, asked: string, timezone: string, place: unknown][] = [
  ["the place and its time zone", "Lisbon", "Europe/Lisbon", lisbonPlace],
  ["no place that may be another one", "Lisbon, Algarve", "Europe/Lisbon", undefined],
  ["no time zone that does not exist", "Lisbon", "Europe/Atlantis", undefined],
  ["no offset as a time zone", "Lisbon", "+01:00", undefined],
];

for (const [what, city, timezone, place] of notedPlaces) {
  Deno.test(`get_weather notes ${what}`, async () => {
    const weather = () => Response.json({ ...forecast(0), timezone });
    await using server = serveWeather({ weather });
    const output = await runTool(
      [getWeather({ baseUrl: server.url, geocodingBaseUrl: server.url })],
      {
        callId: "call_1",
        name: "get_weather",
        arguments: JSON.stringify({ city, country: "Portugal" }),
      },
      { signal: new AbortController().signal, clock: systemClock },
    );
    assertEquals(output.place, place);
    assertStrictEquals(JSON.parse(output.text).timezone, timezone);
  });
}

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
  assertEquals(searchParams.getAll("count"), ["10"]);
});

Deno.test("get_weather returns where the city is, and the weather of each day", async () => {
  await using server = serveWeather({ weather: () => Response.json(forecast(3, 61)) });

  assertEquals(await weatherIn("Lisboa", server), {
    place: {
      name: "Lisbon",
      region: null,
      country: "Portugal",
      countryCode: "PT",
      population: 517802,
      latitude: 38.71667,
      longitude: -9.13333,
    },
    timezone: "Europe/Lisbon",
    forecastUntil: "2026-11-22",
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

  assertEquals((await weatherIn("Atlantis", server)).place, {
    name: "Atlantis",
    region: null,
    country: null,
    countryCode: null,
    population: null,
    latitude: 0,
    longitude: 0,
  });
});

// Places

const chicagos = [
  { ...lisbon.results[0], name: "Chicago", admin1: "Illinois", country: "United States" },
  {
    ...lisbon.results[0],
    name: "Chicago",
    admin1: "Limburg",
    country: "Netherlands",
    country_code: "NL",
    population: undefined,
  },
];

Deno.test("get_weather lists other places of the same name", async () => {
  await using server = serveWeather({ places: () => Response.json({ results: chicagos }) });

  const { place, otherPlaces } = await weatherIn("Chicago", server);

  assertStrictEquals(place.region, "Illinois");
  assertEquals(otherPlaces, ["Chicago, Limburg, Netherlands"]);
});

Deno.test("get_weather uses the region and the country", async () => {
  await using server = serveWeather({ places: () => Response.json({ results: chicagos }) });

  for (const [region, country] of [["Limburg", null], [null, "NL"], ["Limburg", "Netherlands"]]) {
    const { place, otherPlaces } = await weatherIn("Chicago", server, { region, country });

    assertStrictEquals(place.region, "Limburg");
    assertStrictEquals(otherPlaces, undefined);
  }
});

Deno.test("get_weather says which words are not known to be true of the place", async () => {
  await using server = serveWeather();

  const { notes } = await weatherIn("Lisbon, Algarve", server, { country: "Portugal" });

  assertEquals(notes, ["The place may not be the one you mean: not known to be in Algarve"]);
});

Deno.test("get_weather returns no weather of a place in another country", async () => {
  await using server = serveWeather({ places: () => Response.json({ results: chicagos }) });

  assertEquals(await weatherIn("Chicago", server, { country: "France" }), {
    error: "No place of this name is in that region or country, but in others",
    otherPlaces: [
      "Chicago, Illinois, United States (517802 inhabitants)",
      "Chicago, Limburg, Netherlands",
    ],
  });
  assertEquals(server.requests.map(({ pathname }) => pathname), ["/v1/search"]);
});

for (const nowhere of [{ generationtime_ms: 0.4 }, { results: [] }, { results: null }]) {
  Deno.test(`get_weather finds no place in ${JSON.stringify(nowhere)}`, async () => {
    await using server = serveWeather({ places: () => Response.json(nowhere) });

    assertEquals(await weatherIn("Nowhere", server), {
      error: "No place has this name. Write the English name of the city alone, and its region " +
        "and country as arguments of their own",
    });
    assertStrictEquals(server.requests.length, 1);
  });
}

// Dates

/** A forecast that ends on 24 November, with a last day that has no values yet. */
const short = forecast(0, 1, 3, 61, null);
short.daily.temperature_2m_max[4] = null!;

const usual = "Go by the weather that is usual there at that time of the year, and say so";

const dates: [args: object, days: [first: string, last: string] | null, note?: string][] = [
  [{}, ["2026-11-21", "2026-11-24"]],
  [{ startDate: null, endDate: null }, ["2026-11-21", "2026-11-24"]],
  [{ startDate: "2026-11-22", endDate: "2026-11-23" }, ["2026-11-22", "2026-11-23"]],
  [{ startDate: "2026-11-20", endDate: "2026-11-21" }, ["2026-11-21", "2026-11-21"]],
  [{ startDate: "2026-11-23" }, ["2026-11-23", "2026-11-24"]],
  [
    { startDate: "2026-11-24", endDate: "2026-11-25" },
    ["2026-11-24", "2026-11-24"],
    `There is no forecast after 2026-11-24 yet. ${usual}`,
  ],
  [
    { startDate: "2026-11-25", endDate: "2026-11-29" },
    null,
    `There is no forecast for these days yet: it ends on 2026-11-24. ${usual}`,
  ],
  [
    { startDate: "2027-07-01" },
    null,
    `There is no forecast for these days yet: it ends on 2026-11-24. ${usual}`,
  ],
  [
    { startDate: "2026-11-19", endDate: "2026-11-20" },
    null,
    "These days are over: the forecast begins on 2026-11-21",
  ],
];

for (const [args, range, note] of dates) {
  Deno.test(`get_weather returns ${range ? "days" : "no day"} and ${note ? "a note" : "no note"} for ${JSON.stringify(args)}`, async () => {
    await using server = serveWeather({ weather: () => Response.json(short) });

    const { days, forecastUntil, notes } = await weatherIn("Lisbon", server, args);

    assertStrictEquals(forecastUntil, "2026-11-24");
    const [first, last] = [days[0]?.date, days.at(-1)?.date];
    assertEquals(range ? [first, last] : days, range ?? []);
    assertEquals(notes, note ? [note] : undefined);
  });
}

Deno.test("get_weather says that there is no forecast at all", async () => {
  await using server = serveWeather({ weather: () => Response.json(forecast()) });

  const { days, forecastUntil, notes } = await weatherIn("Lisbon", server);

  assertEquals([days, forecastUntil], [[], null]);
  assertEquals(notes, ["There is no forecast for this place"]);
});

Deno.test("get_weather lets Open-Meteo find the time zone of a place that has none", async () => {
  const [{ timezone: _, ...place }] = lisbon.results as [typeof lisbon.results[0]];
  await using server = serveWeather({ places: () => Response.json({ results: [place] }) });

  await weatherIn("Lisbon", server);

  assertStrictEquals(server.requests.at(-1)!.searchParams.get("timezone"), "auto");
});

const oddLists: [what: string, daily: object, day: object][] = [
  ["no list of rain", { precipitation_probability_max: undefined }, { rainPercent: null }],
  ["null in place of a list", { temperature_2m_min: null }, { minCelsius: null }],
  ["a text among the values", { temperature_2m_max: ["hot"] }, { maxCelsius: null }],
];

for (const [what, daily, day] of oddLists) {
  Deno.test(`get_weather reads a forecast with ${what}`, async () => {
    const whole = forecast(61);
    const odd = { ...whole, daily: { ...whole.daily, ...daily } };
    await using server = serveWeather({ weather: () => Response.json(odd) });

    const { days } = await weatherIn("Lisbon", server);

    const known = { sky: "rain", maxCelsius: 17.5, minCelsius: 11, rainPercent: 35 };
    assertEquals(days, [{ date: "2026-11-21", ...known, ...day }]);
  });
}

Deno.test("get_weather leaves out an odd place, and no other", async () => {
  const results = [{ name: "Lisbon" }, null, ...lisbon.results];
  await using server = serveWeather({ places: () => Response.json({ results }) });

  assertStrictEquals((await weatherIn("Lisbon", server)).place.country, "Portugal");
});

for (const status of [502, 503, 504]) {
  Deno.test(`get_weather asks each service again, a second after it answered ${status}`, async () => {
    const queues = [Response.json(lisbon), Response.json(forecast(0))].map((answer) => [
      new Response("<html>", { status }),
      answer,
    ]);
    await using server = serveWeather({
      places: () => queues[0]!.shift()!,
      weather: () => queues[1]!.shift()!,
    });
    const clock = new FakeClock();
    const startedAt = clock.now();
    const tool = getWeather({ baseUrl: server.url, geocodingBaseUrl: server.url });
    const context = { signal: new AbortController().signal, clock };

    const run = tool.run({ city: "Lisbon" }, context);
    // In small steps, because an answer must arrive before its time limit.
    while (server.requests.length < 4) {
      clock.advance(20);
      await nextTurn();
    }
    await run;

    assertEquals(server.requests.length, 4);
    assert(clock.now() - startedAt >= 2_000);
  });
}

const badArguments: [city: string, args: object, field: string][] = [
  [" ", {}, "city"],
  ["Lisbon", { startDate: "tomorrow" }, "startDate"],
  ["Lisbon", { endDate: "2026-02-30" }, "endDate"],
  ["Lisbon", { startDate: "2026-11-29", endDate: "2026-11-28" }, "endDate"],
];

for (const [city, args, field] of badArguments) {
  Deno.test(`get_weather sends no request for ${JSON.stringify({ city, ...args })}`, async () => {
    await using server = serveWeather();

    const { problems } = await weatherIn(city, server, args);

    assertStrictEquals(problems.length, 1);
    assert(problems[0].startsWith(`${field}: `), problems[0]);
    assertEquals(server.requests, []);
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
