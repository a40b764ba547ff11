import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { searchEvents } from "../../../jobs/tools/search_events.ts";
import { runTool } from "../../../jobs/tools/tool.ts";
import { systemClock } from "../../../lib/clock.ts";
import { type LocalServer, serveLocally } from "../../../testing/local_server.ts";

const API_KEY = "s3cret-key";

const berlin = {
  keyword: "jazz",
  city: "Berlin",
  countryCode: "DE",
  startDate: "2026-11-27",
  endDate: "2026-11-29",
};

/** Calls the tool as the model does. */
async function search({ url }: Pick<LocalServer, "url">, args: object = {}) {
  const { text } = await runTool(
    [searchEvents({ apiKey: API_KEY, baseUrl: url })],
    {
      callId: "call_1",
      name: "search_events",
      arguments: JSON.stringify({ ...berlin, ...args }),
    },
    { signal: new AbortController().signal, clock: systemClock },
  );
  assertStrictEquals(text.includes(API_KEY), false);
  return JSON.parse(text);
}

/** An event of Ticketmaster's Discovery API, shortened. */
const concert = {
  name: "Nils Wogram Quartet",
  type: "event",
  id: "Z698xZ2qZa6kV",
  test: false,
  url: "https://www.ticketmaster.de/event/nils-wogram-tickets/1234",
  locale: "en-us",
  images: [
    { ratio: "4_3", url: "https://s1.ticketm.net/305.jpg", width: 305, height: 225 },
    { ratio: "16_9", url: "https://s1.ticketm.net/2048.jpg", width: 2048, height: 1152 },
    { ratio: "3_2", url: "https://s1.ticketm.net/640.jpg", width: 640, height: 427 },
  ],
  dates: {
    start: {
      localDate: "2026-11-27",
      localTime: "20:00:00",
      dateTime: "2026-11-27T19:00:00Z",
      noSpecificTime: false,
    },
    timezone: "Europe/Berlin",
    status: { code: "onsale" },
  },
  classifications: [{
    primary: true,
    segment: { id: "KZFzniwnSyZfZ7v7nJ", name: "Music" },
    genre: { id: "KnvZfZ7vAvE", name: "Jazz" },
  }],
  priceRanges: [{ type: "standard", currency: "EUR", min: 24.5, max: 39 }],
  _embedded: {
    venues: [{
      name: "A-Trane",
      type: "venue",
      city: { name: "Berlin" },
      country: { name: "Germany", countryCode: "DE" },
      address: { line1: "Bleibtreustr. 1" },
    }],
  },
};

function page(...events: object[]) {
  return {
    _embedded: { events },
    _links: { self: { href: "/discovery/v2/events.json?size=20" } },
    page: { size: 20, totalElements: events.length, totalPages: 1, number: 0 },
  };
}

Deno.test("search_events sends the city, the days and the keyword to Ticketmaster", async () => {
  await using server = serveLocally(() => Response.json(page()));

  await search(server);

  const [{ pathname, searchParams }] = server.requests as [URL];
  assertStrictEquals(pathname, "/discovery/v2/events.json");
  assertEquals(Object.fromEntries(searchParams), {
    apikey: API_KEY,
    keyword: "jazz",
    city: "Berlin",
    countryCode: "DE",
    startDateTime: "2026-11-27T00:00:00Z",
    endDateTime: "2026-11-29T23:59:59Z",
    size: "20",
    sort: "date,asc",
  });
});

Deno.test("search_events leaves out parameters that the model did not set", async () => {
  await using server = serveLocally(() => Response.json(page()));

  await search(server, { keyword: null, countryCode: null });

  const { searchParams } = server.requests[0]!;
  assertStrictEquals(searchParams.has("keyword"), false);
  assertStrictEquals(searchParams.has("countryCode"), false);
});

Deno.test("search_events puts the model's words only into the query", async () => {
  await using server = serveLocally(() => Response.json(page()));

  await search(server, { city: "Rome&apikey=x#y", keyword: "rock & roll" });

  const { searchParams } = server.requests[0]!;
  assertEquals(searchParams.getAll("apikey"), [API_KEY]);
  assertStrictEquals(searchParams.get("city"), "Rome&apikey=x#y");
  assertStrictEquals(searchParams.get("keyword"), "rock & roll");
});

Deno.test("search_events returns the relevant members of an event", async () => {
  await using server = serveLocally(() => Response.json(page(concert)));

  assertEquals(await search(server), {
    events: [{
      name: "Nils Wogram Quartet",
      date: "2026-11-27 20:00:00",
      venue: "A-Trane",
      address: "Bleibtreustr. 1, Berlin",
      genre: "Music, Jazz",
      price: { min: 24.5, max: 39, currency: "EUR" },
      url: "https://www.ticketmaster.de/event/nils-wogram-tickets/1234",
      imageUrl: "https://s1.ticketm.net/2048.jpg",
    }],
  });
});

Deno.test("search_events accepts an event with few members", async () => {
  const little = { name: "Open stage", dates: { start: { localDate: "2026-11-28" } } };
  await using server = serveLocally(() => Response.json(page(little)));

  assertEquals(await search(server), {
    events: [{
      name: "Open stage",
      date: "2026-11-28",
      venue: null,
      address: null,
      genre: null,
      price: null,
      url: null,
      imageUrl: null,
    }],
  });
});

Deno.test("search_events returns at most 20 events, in their order", async () => {
  const many = Array.from({ length: 25 }, (_, n) => ({ ...concert, name: `Concert ${n}` }));
  await using server = serveLocally(() => Response.json(page(...many)));

  const { events } = await search(server);

  assertEquals(
    events.map(({ name }: { name: string }) => name),
    many.slice(0, 20).map(({ name }) => name),
  );
});

Deno.test("search_events returns an empty list when Ticketmaster has no events", async () => {
  const nothing = { page: { size: 20, totalElements: 0, totalPages: 0, number: 0 } };
  await using server = serveLocally(() => Response.json(nothing));

  assertEquals(await search(server), { events: [] });
});

const failures: [what: string, answer: () => Response, reason: string][] = [
  [
    "a wrong key",
    () =>
      Response.json({
        fault: {
          faultstring: `Invalid ApiKey ${API_KEY}`,
          detail: { errorcode: "oauth.v2.InvalidApiKey" },
        },
      }, { status: 401 }),
    "HOST answered 401",
  ],
  ["a spent quota", () => new Response(API_KEY, { status: 429 }), "HOST answered 429"],
  [
    "an unknown shape",
    () => Response.json({ _embedded: { events: API_KEY } }),
    "HOST sent an unexpected answer",
  ],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/"), "HOST could not be reached"],
];

for (const [what, answer, reason] of failures) {
  Deno.test(`search_events fails after ${what}, and does not show the key`, async () => {
    await using server = serveLocally(answer);

    const { error } = await search(server);

    assertStrictEquals(
      error.replace(new URL(server.url).host, "HOST"),
      `The tool failed: ${reason}`,
    );
  });
}

const badArguments: [args: object, field: string][] = [
  [{ startDate: "27 November" }, "startDate"],
  [{ endDate: "2026-11-29T00:00:00Z" }, "endDate"],
  [{ countryCode: "Germany" }, "countryCode"],
  [{ city: null }, "city"],
];

for (const [args, field] of badArguments) {
  Deno.test(`search_events sends no request for ${JSON.stringify(args)}`, async () => {
    await using server = serveLocally(() => Response.json(page()));

    const { problems } = await search(server, args);

    assertStrictEquals(problems.length, 1);
    assert(problems[0].startsWith(`${field}: `), problems[0]);
    assertEquals(server.requests, []);
  });
}
