import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import { bundlesKind } from "../../../jobs/kinds/bundles/kind.ts";
import { createKinds } from "../../../jobs/registry.ts";
import type { Tool } from "../../../jobs/tools/tool.ts";
import { parseConfig } from "../../../lib/config.ts";
import { calendarText } from "../../../routes/files/calendar.ts";
import { timeZoneOf } from "../../../routes/files/time_zone.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { type App, post, send } from "../../../testing/http.ts";
import { scriptedModel } from "../../../testing/jobs.ts";
import { datedBundles } from "../../../testing/plans.ts";
import { serveWeather, weatherEnv } from "../../../testing/weather_server.ts";

const start = Date.parse("2026-12-24T09:30:00Z");
const texts = { summary: "Walk", location: "Old town", description: "" };
const events = [
  { id: "1", date: { start, end: null, allDay: false }, ...texts },
  { id: "2", date: { start: start - 34_200_000, end: null, allDay: true }, ...texts },
];

/** The lines of a calendar with one event at a time, and one that lasts all day. */
function linesIn(name: string | null): string[] {
  const timeZone = name === null ? null : timeZoneOf(name);
  const text = calendarText({ name: "Trip", events }, {
    createdAt: start,
    zoneOf: () => timeZone,
  });
  return text.split("\r\n");
}

for (
  const [name, tzid] of [
    ["Europe/Berlin", "Europe/Berlin"],
    ["europe/berlin", "Europe/Berlin"],
    ["Asia/Tokyo", "Asia/Tokyo"],
    ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    // An old name that is still common.
    ["Asia/Calcutta", "Asia/Kolkata"],
    ["UTC", "Etc/UTC"],
  ] as const
) {
  Deno.test(`a calendar in ${name} has the local times and the rules of ${tzid}`, () => {
    const lines = linesIn(name);
    assert(lines.includes(`DTSTART;TZID=${tzid}:20261224T093000`), lines.join("\n"));
    assert(lines.includes(`DTEND;TZID=${tzid}:20261224T113000`));
    assert(lines.includes(`X-WR-TIMEZONE:${tzid}`));
    assert(lines.includes("DTSTART;VALUE=DATE:20261224"));
    // DTSTAMP is always in UTC (RFC 5545, section 3.8.7.2).
    assertEquals(lines.filter((line) => line.startsWith("DTSTAMP")), [
      "DTSTAMP:20261224T093000Z",
      "DTSTAMP:20261224T093000Z",
    ]);
    assertStrictEquals(lines.filter((line) => line === "BEGIN:VTIMEZONE").length, 1);
    const [first, last] = [lines.indexOf("BEGIN:VTIMEZONE"), lines.indexOf("END:VTIMEZONE")];
    assert(lines.slice(first, last).includes(`TZID:${tzid}`));
    assert(last < lines.indexOf("BEGIN:VEVENT"));
  });
}

Deno.test("a calendar without a time zone has floating times", () => {
  const text = linesIn(null).join("\n");
  assertMatch(text, /^DTSTART:20261224T093000$/m);
  assertMatch(text, /^DTEND:20261224T113000$/m);
  assertNotMatch(text, /TZID|TIMEZONE/);
});

Deno.test("every time zone of this system has a definition", () => {
  const missing = Intl.supportedValuesOf("timeZone").filter((name) => timeZoneOf(name) === null);
  assertEquals(missing, []);
});

/** Joins lines that were folded because of their length. */
const unfolded = (text: string) => text.replaceAll("\r\n ", "");

/** Creates a plan of each kind, and requests its calendar. */
async function calendarOf(app: App, path: string, query: Record<string, string>) {
  const url = `http://localhost${path}/plan.ics?${new URLSearchParams(query)}`;
  const response = await app.fetch(new Request(url));
  return { status: response.status, text: await response.text() };
}

for (
  const [kind, path, wish] of [
    // The sample generator knows the time zone of Tokyo.
    ["an itinerary", "/api/itineraries", { ...tokyo, destination: "Springfield" }],
    ["bundles", "/api/generations", techno],
  ] as const
) {
  Deno.test(`?timeZone= sets the time zone of a calendar of ${kind}`, async () => {
    const plan = kind === "bundles" ? datedBundles(techno) : sampleItinerary(tokyo);
    const { model } = scriptedModel([{ text: JSON.stringify(plan) }]);
    await using env = await openApp({}, { model: () => model });
    const { headers } = await post(env.app, path, wish);
    await env.a.instance.idle();
    const trip = headers.get("location")!.replace(path, "/trips");
    const page = await env.app.fetch(new Request(`http://localhost${trip}`));
    assertMatch(await page.text(), /Some calendars show them in your own time zone\./);
    const start = "2026-12-24";
    const named = await calendarOf(env.app, trip, { start, timeZone: "Asia/Tokyo" });
    assertStrictEquals(named.status, 200);
    assertMatch(named.text, /^DTSTART;TZID=Asia\/Tokyo:\d{8}T\d{6}\r$/m);
    for (const query of [{ start }, { start, timeZone: "" }]) {
      const floating = await calendarOf(env.app, trip, query);
      assertStrictEquals(floating.status, 200);
      assertNotMatch(floating.text, /TZID/);
      assertMatch(unfolded(floating.text), /^X-WR-CALDESC:[^\r]*no time zone \(floating\)/m);
    }
    assertNotMatch(unfolded(named.text), /floating/);
    const unknown = ["Mars/Olympus", "PT", "+01:00", "Europe/Berlin\r\nX-EVIL:1", "constructor"];
    for (const timeZone of unknown) {
      const refused = await calendarOf(env.app, trip, { start, timeZone });
      assertStrictEquals(refused.status, 400, timeZone);
      assertMatch(refused.text, /We don't know this time zone/);
    }
  });
}

Deno.test("a calendar is in the time zone of the plan, unless the request names another one", async () => {
  await using weather = serveWeather();
  const kinds = createKinds(parseConfig(weatherEnv(weather)));
  const lookUp = { callId: "c", name: "get_weather", arguments: '{"city":"Lisbon"}' };
  const { model } = scriptedModel([
    { calls: [lookUp] },
    { text: JSON.stringify({ ...datedBundles(techno), timeZone: "Asia/Tokyo" }) },
  ]);
  await using env = await openApp({}, { kinds, model: () => model });
  const { headers } = await post(env.app, "/api/generations", techno);
  await env.a.instance.idle();
  const path = headers.get("location")!;
  const { body } = await send(env.app, path);
  assertStrictEquals(body.timeZone, "Europe/Lisbon");
  const trip = path.replace("/api/generations", "/trips");
  const page = await env.app.fetch(new Request(`http://localhost${trip}`));
  assertMatch(await page.text(), /Times are local times there \(Europe\/Lisbon\)\./);
  const zoneIn = async (query: Record<string, string>) => {
    const { status, text } = await calendarOf(env.app, trip, query);
    assertStrictEquals(status, 200);
    return text.match(/^DTSTART;TZID=([^:]+):/m)?.[1];
  };
  assertStrictEquals(await zoneIn({}), "Europe/Lisbon");
  assertStrictEquals(await zoneIn({ timeZone: "America/Lima" }), "America/Lima");
  assertStrictEquals(await zoneIn({ timeZone: "" }), undefined);
});

Deno.test("each event is in the time zone of its own city, unless the request names another one", async () => {
  const cities = [["Lisbon", "Europe/Lisbon"], ["Madrid", "Europe/Madrid"]] as const;
  const plan = datedBundles(techno);
  for (const { keyEvents } of plan.bundles) {
    const [first, second, third] = keyEvents;
    Object.assign(first!, { city: "Lisbon" });
    Object.assign(second!, { city: "Madrid" });
    Object.assign(third!, { startsAt: "2026-11-29" });
  }
  const weather: Tool = {
    name: "get_weather",
    description: "Where a city is",
    message: "Checking the weather",
    parameters: z.object({ city: z.string() }),
    run(args, { notePlace }) {
      const { city } = args as { city: string };
      notePlace?.({ name: city, timeZone: cities.find(([name]) => name === city)![1] });
      return Promise.resolve({ found: city });
    },
  };
  const { model } = scriptedModel([
    {
      calls: cities.map(([city]) => ({
        callId: city,
        name: "get_weather",
        arguments: JSON.stringify({ city }),
      })),
    },
    { text: JSON.stringify(plan) },
  ]);
  const kinds = [bundlesKind({ model: "gpt-test", tools: [weather], webSearch: false })];
  await using env = await openApp({}, { kinds, model: () => model });
  const { headers } = await post(env.app, "/api/generations", techno);
  await env.a.instance.idle();
  const path = headers.get("location")!;
  const { body } = await send(env.app, path);
  assertStrictEquals("timeZone" in body, false);
  const trip = path.replace("/api/generations", "/trips");
  const zonesIn = async (query: Record<string, string>) => {
    const { text } = await calendarOf(env.app, trip, query);
    return new Set(
      [...text.matchAll(/^DTSTART([^:]*):/gm)].map(([, zone]) => zone)
        .filter((zone) => zone !== ""),
    );
  };
  const day = ";VALUE=DATE";
  assertEquals(await zonesIn({}), new Set([";TZID=Europe/Lisbon", ";TZID=Europe/Madrid", day]));
  assertEquals(await zonesIn({ timeZone: "America/Lima" }), new Set([";TZID=America/Lima", day]));
  assertEquals(await zonesIn({ timeZone: "" }), new Set([day]));
  const { text } = await calendarOf(env.app, trip, {});
  assertNotMatch(text, /floating/);
});
