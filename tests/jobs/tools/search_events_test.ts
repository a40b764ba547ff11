import { assert, assertEquals, assertNotMatch, assertStrictEquals } from "@std/assert";
import { searchEvents } from "../../../jobs/tools/search_events.ts";
import { runTool } from "../../../jobs/tools/tool.ts";
import type { Clock } from "../../../lib/clock.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import { withWaitLimit } from "../../../testing/wait_limit.ts";

const API_KEY = "s3cret-key";

const berlin = {
  keyword: "jazz",
  city: "Berlin",
  countryCode: "DE",
  startDate: "2026-11-27",
  endDate: "2026-11-27",
};

/** A clock whose short waits end at once. The time limits of requests and tools are longer. */
function quickClock(): Clock {
  const clock = new FakeClock();
  return {
    now: clock.now,
    wait(ms, signal) {
      if (ms >= 10_000) return clock.wait(ms, signal);
      clock.advance(ms);
      return Promise.resolve();
    },
  };
}

/** A Ticketmaster, and calls of one tool as models make them. */
function setUp(answer: (url: URL, now: number) => Response, clock = quickClock()) {
  const server = serveLocally((_request, url) => answer(url, clock.now()));
  const tool = searchEvents({ apiKey: API_KEY, baseUrl: server.url });
  return {
    requests: server.requests,
    async search(args: object = {}) {
      const { text } = await runTool(
        [tool],
        {
          callId: "call_1",
          name: "search_events",
          arguments: JSON.stringify({ ...berlin, ...args }),
        },
        { signal: new AbortController().signal, clock },
      );
      assertStrictEquals(text.includes(API_KEY), false);
      return JSON.parse(text.replaceAll(new URL(server.url).host, "HOST"));
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
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
      location: { longitude: "13.320270", latitude: "52.503140" },
      timezone: "Europe/Berlin",
    }],
  },
};

/** What the model learns about it. */
const entry = {
  name: "Nils Wogram Quartet",
  startsAt: "2026-11-27T20:00",
  status: "onsale",
  venue: "A-Trane",
  address: "Bleibtreustr. 1, Berlin, Germany",
  city: "Berlin",
  coordinates: { latitude: 52.50314, longitude: 13.32027 },
  genre: "Music, Jazz",
  price: { min: 24.5, max: 39, currency: "EUR" },
  url: "https://www.ticketmaster.de/event/nils-wogram-tickets/1234",
  imageUrl: "https://s1.ticketm.net/2048.jpg",
};

/** An event without any other member. */
const openStage = { name: "Open stage" };

const openStageEntry = {
  name: "Open stage",
  startsAt: null,
  status: null,
  venue: null,
  address: null,
  city: null,
  coordinates: null,
  genre: null,
  price: null,
  url: null,
  imageUrl: null,
};

/** Ticketmaster's answer with these events, out of `total`. */
function page(events: unknown[], total = events.length) {
  return Response.json({
    _embedded: { events },
    _links: { self: { href: "/discovery/v2/events.json?size=20" } },
    page: { size: 20, totalElements: total, totalPages: Math.ceil(total / 20), number: 0 },
  });
}

const noEvents = () =>
  Response.json({ page: { size: 20, totalElements: 0, totalPages: 0, number: 0 } });

/** Concerts with different names. */
function concerts(count: number, name = "Concert") {
  return Array.from(
    { length: count },
    (_, n) => ({ ...concert, id: `${name} ${n}`, name: `${name} ${n}` }),
  );
}

const namesOf = (events: { name: string }[]) => events.map(({ name }) => name);

// Request

Deno.test("search_events sends the city, the local days and the keyword to Ticketmaster", async () => {
  await using tickets = setUp(noEvents);

  await tickets.search({ stateCode: "BE", endDate: "2026-11-29" });

  const [{ pathname, searchParams }] = tickets.requests as [URL];
  assertStrictEquals(pathname, "/discovery/v2/events.json");
  assertEquals(Object.fromEntries(searchParams), {
    apikey: API_KEY,
    keyword: "jazz",
    city: "Berlin",
    stateCode: "BE",
    countryCode: "DE",
    localStartEndDateTime: "2026-11-27T00:00:00,2026-11-29T23:59:59",
    locale: "en,*",
    size: "20",
    page: "0",
    sort: "relevance,desc",
  });
});

/** What is in the query for the arguments. */
const queries: [args: object, name: string, sent: string | null][] = [
  [{ keyword: null }, "keyword", null],
  [{ keyword: undefined }, "keyword", null],
  [{ keyword: "" }, "keyword", null],
  [{ countryCode: null }, "countryCode", null],
  [{ countryCode: "" }, "countryCode", null],
  [{ countryCode: "us" }, "countryCode", "US"],
  [{ countryCode: "UK" }, "countryCode", "GB"],
  [{ stateCode: "me" }, "stateCode", "ME"],
  [{ city: "Chicago, US" }, "city", "Chicago"],
  [{ city: " 東京 " }, "city", "東京"],
  [{ city: "Rome&apikey=x#y" }, "city", "Rome&apikey=x#y"],
  [{ keyword: "rock & roll" }, "keyword", "rock & roll"],
  [{ page: 3 }, "page", "2"],
  [{ page: 50 }, "page", "49"],
  [{ page: null }, "page", "0"],
];

for (const [args, name, sent] of queries) {
  Deno.test(`search_events sends ${name}=${sent} for ${JSON.stringify(args)}`, async () => {
    await using tickets = setUp(noEvents);

    await tickets.search(args);

    const { searchParams } = tickets.requests[0]!;
    assertStrictEquals(searchParams.get(name), sent);
    assertEquals(searchParams.getAll("apikey"), [API_KEY]);
  });
}

const badArguments: [args: object, field: string][] = [
  [{ startDate: "27 November" }, "startDate"],
  [{ endDate: "2026-11-29T00:00:00Z" }, "endDate"],
  [{ endDate: "2026-11-31" }, "endDate"],
  [{ endDate: "2026-13-01" }, "endDate"],
  [{ endDate: "2026-11-26" }, "endDate"],
  [{ countryCode: "Germany" }, "countryCode"],
  [{ stateCode: "Maine" }, "stateCode"],
  [{ city: null }, "city"],
  [{ city: ", Germany" }, "city"],
  [{ page: 51 }, "page"],
  [{ page: 1.5 }, "page"],
  [{ page: -1 }, "page"],
];

for (const [args, field] of badArguments) {
  Deno.test(`search_events sends no request for ${JSON.stringify(args)}`, async () => {
    await using tickets = setUp(noEvents);

    const { problems } = await tickets.search(args);

    assertStrictEquals(problems.length, 1);
    assert(problems[0].startsWith(`${field}: `), problems[0]);
    assertEquals(tickets.requests, []);
  });
}

// Events

Deno.test("search_events returns the relevant members of an event", async () => {
  await using tickets = setUp(() => page([concert]));

  assertEquals(await tickets.search(), { found: 1, nextPage: null, events: [entry] });
});

Deno.test("search_events returns an empty list when Ticketmaster has no events", async () => {
  await using tickets = setUp(noEvents);

  assertEquals(await tickets.search(), { found: 0, nextPage: null, events: [] });
});

const { dates } = concert;
const [venue] = concert._embedded.venues;

/** What the entry of an event without a venue lacks. */
const noVenue = { venue: null, address: null, city: null, coordinates: null };

/** What an odd member changes about the entry of the concert. */
const oddities: [what: string, event: object, changed: object][] = [
  ["no dates", { dates: {} }, { startsAt: null, status: null }],
  ["dates of null", { dates: null }, { startsAt: null, status: null }],
  ["a date in another form", { dates: { ...dates, start: { localDate: "27.11." } } }, {
    startsAt: null,
  }],
  ["no price in numbers", { priceRanges: [{ min: null, max: "39" }] }, {
    price: { min: null, max: null, currency: null },
  }],
  ["a price that is no object", { priceRanges: ["free"] }, { price: null }],
  ["prices of null", { priceRanges: null }, { price: null }],
  ["a venue without a name", { _embedded: { venues: [{ ...venue, name: null }] } }, {
    venue: null,
  }],
  ["a venue of null", { _embedded: { venues: [null] } }, noVenue],
  ["nothing embedded", { _embedded: null }, noVenue],
  ...[null, "52.5, 13.3", { latitude: "52.5" }, { latitude: "", longitude: "13.3" }, {
    latitude: "0",
    longitude: "0.000",
  }].map((location): [what: string, event: object, changed: object] => [
    `the position ${JSON.stringify(location)}`,
    { _embedded: { venues: [{ ...venue, location }] } },
    { coordinates: null },
  ]),
  ["a position in numbers", {
    _embedded: { venues: [{ ...venue, location: { latitude: -33.8, longitude: 151.2 } }] },
  }, { coordinates: { latitude: -33.8, longitude: 151.2 } }],
  ["a segment without a name", { classifications: [{ genre: { id: "x" }, segment: {} }] }, {
    genre: null,
  }],
  ["no address of the link", { url: null }, { url: null }],
  ["an image without an address", { images: [{ ratio: "16_9" }] }, { imageUrl: null }],
  ["images of null", { images: null }, { imageUrl: null }],
  ["a width of null", { images: [{ url: "https://a.example/1.jpg", width: null }] }, {
    imageUrl: "https://a.example/1.jpg",
  }],
  ["a state", { _embedded: { venues: [{ ...venue, state: { name: "Berlin State" } }] } }, {
    address: "Bleibtreustr. 1, Berlin, Berlin State, Germany",
  }],
];

for (const [what, event, changed] of oddities) {
  Deno.test(`search_events accepts an event with ${what}`, async () => {
    await using tickets = setUp(() => page([{ ...concert, ...event }, openStage]));

    const { events, leftOut } = await tickets.search();

    assertEquals(events, [{ ...entry, ...changed }, openStageEntry]);
    assertStrictEquals(leftOut, undefined);
  });
}

for (const unreadable of [null, "concert", {}, { name: null }, { ...concert, name: " " }]) {
  Deno.test(`search_events leaves out the event ${JSON.stringify(unreadable)?.slice(0, 40)}, and no other`, async () => {
    await using tickets = setUp(() => page([...concerts(9), unreadable, ...concerts(10, "Show")]));

    const { events, leftOut } = await tickets.search();

    assertStrictEquals(events.length, 19);
    assertEquals(leftOut, { unreadable: 1 });
  });
}

/** The start of an event whose start has these members. */
const starts: [start: object, startsAt: string | null][] = [
  [{}, "2026-11-27T20:00"],
  [{ localTime: undefined }, "2026-11-27"],
  [{ localTime: "soon" }, "2026-11-27"],
  [{ localTime: "00:00:00" }, "2026-11-27T00:00"],
  [{ localTime: "00:00:00", noSpecificTime: true }, "2026-11-27"],
  [{ localTime: "00:00:00", timeTBA: true }, "2026-11-27"],
  [{ localDate: "2026-11-31" }, null],
  [{ dateTBA: true }, null],
  [{ dateTBD: true }, null],
];

for (const [start, startsAt] of starts) {
  Deno.test(`search_events returns the start ${startsAt} for ${JSON.stringify(start)}`, async () => {
    const event = { ...concert, dates: { ...dates, start: { ...dates.start, ...start } } };
    await using tickets = setUp(() => page([event]));

    const { events } = await tickets.search();

    assertEquals(events, [{ ...entry, startsAt }]);
  });
}

const ends: [end: object, endsAt: string | undefined][] = [
  [{ localDate: "2026-12-24" }, "2026-12-24"],
  [{ localDate: "2026-11-27" }, undefined],
  [{ localDate: "2026-11-27", localTime: "23:00:00" }, "2026-11-27T23:00"],
  [{ localDate: "2026-11-28", localTime: "02:00:00" }, "2026-11-28T02:00"],
  [{ localDate: "2026-11-28", localTime: "02:00:00", approximate: true }, "2026-11-28"],
  [{ localDate: "2026-11-28", localTime: "00:00:00", noSpecificTime: true }, "2026-11-28"],
  [{ localDate: "2026-11-27", localTime: "19:00:00" }, undefined],
  [{ localDate: "soon" }, undefined],
  [{ localDate: null }, undefined],
];

for (const [end, endsAt] of ends) {
  Deno.test(`search_events returns the end ${endsAt} for ${JSON.stringify(end)}`, async () => {
    const event = { ...concert, dates: { ...dates, end } };
    await using tickets = setUp(() => page([event]));

    const { events } = await tickets.search();

    assertStrictEquals(events[0].endsAt, endsAt);
  });
}

/** What becomes of an event with the status: an entry with a status, or a number in `leftOut`. */
const statuses: [code: string | null, status: string | null, leftOut?: object][] = [
  ["onsale", "onsale"],
  ["offsale", "offsale"],
  ["Rescheduled", "rescheduled"],
  [null, null],
  ["cancelled", null, { canceled: 1 }],
  ["canceled", null, { canceled: 1 }],
  ["Cancelled", null, { canceled: 1 }],
  ["postponed", null, { postponed: 1 }],
];

for (const [code, status, leftOut] of statuses) {
  Deno.test(`search_events ${leftOut ? "leaves out" : "marks"} an event with the status ${code}`, async () => {
    const event = { ...concert, dates: { ...dates, status: { code } } };
    await using tickets = setUp(() => page([event, openStage]));

    const answer = await tickets.search();

    assertEquals(answer.events, [...leftOut ? [] : [{ ...entry, status }], openStageEntry]);
    assertEquals(answer.leftOut, leftOut);
  });
}

/** Names of what is sold at the venue beside the concert; and of other events. */
const sold: [name: string, isAddOn: boolean][] = [
  ["Parking: Nils Wogram Quartet", true],
  ["PARKING PASSES ONLY Nils Wogram", false],
  ["Parking for Nils Wogram Quartet", true],
  ["Nils Wogram Quartet - Parking", true],
  ["Nils Wogram Quartet (Parking Pass)", true],
  ["Parking", true],
  ["VIP Upgrade: Nils Wogram Quartet", true],
  ["Nils Wogram Quartet - VIP Upgrade", true],
  ["Nils Wogram Quartet VIP Package", true],
  ["Premium Add-On", true],
  ["Jurassic Parking", false],
  ["Parking Lot Symphony", false],
  ["VIP Comedy Night", false],
  ["Upgrade", false],
];

for (const [name, isAddOn] of sold) {
  Deno.test(`search_events ${isAddOn ? "leaves out" : "returns"} ${name}`, async () => {
    await using tickets = setUp(() => page([concert, { ...concert, id: "other", name }]));

    const { events, leftOut } = await tickets.search();

    assertEquals(namesOf(events), [concert.name, ...isAddOn ? [] : [name]]);
    assertEquals(leftOut, isAddOn ? { addOns: 1 } : undefined);
  });
}

/** A second event beside the concert, and what it adds to the entry or to the numbers. */
const doubles: [what: string, event: object, added: object, leftOut?: object][] = [
  ["the same start", {}, {}, { doubles: 1 }],
  ["the same id", { id: concert.id, name: "Late session" }, {}],
  ["a name in capitals", { name: "NILS WOGRAM QUARTET" }, {}, { doubles: 1 }],
  [
    "another time of the day",
    { dates: { ...dates, start: { ...dates.start, localTime: "22:30:00" } } },
    { otherTimes: ["22:30"] },
  ],
];

for (const [what, event, added, leftOut] of doubles) {
  Deno.test(`search_events folds an event with ${what}`, async () => {
    await using tickets = setUp(() => page([concert, { ...concert, id: "other", ...event }]));

    const answer = await tickets.search();

    assertEquals(answer.events, [{ ...entry, ...added }]);
    assertEquals(answer.leftOut, leftOut);
  });
}

const others: [what: string, event: object][] = [
  ["another venue", { _embedded: { venues: [{ ...venue, name: "Quasimodo" }] } }],
  ["another day", { dates: { ...dates, start: { localDate: "2026-11-28" } } }],
  ["another name", { name: "Late session" }],
];

for (const [what, event] of others) {
  Deno.test(`search_events does not fold an event with ${what}`, async () => {
    await using tickets = setUp(() => page([concert, { ...concert, id: "other", ...event }]));

    assertStrictEquals((await tickets.search()).events.length, 2);
  });
}

Deno.test("search_events folds the timed tickets of a museum into one entry", async () => {
  const visit = (hour: number, n: number) => ({
    ...concert,
    id: `visit ${n}`,
    name: "Museum",
    dates: { start: { localDate: "2026-11-27", localTime: `${hour}:00:00` } },
  });
  await using tickets = setUp(() => page([10, 11, 12, 11].map(visit)));

  const { events, leftOut } = await tickets.search();

  assertStrictEquals(events.length, 1);
  assertStrictEquals(events[0].startsAt, "2026-11-27T10:00");
  assertEquals(events[0].otherTimes, ["11:00", "12:00"]);
  assertEquals(leftOut, { doubles: 1 });
});

// Pages

/** The answer of a Ticketmaster that has these events. */
function searchIn(events: (typeof concert)[], { searchParams }: URL): Response {
  const [from, to] = searchParams.get("localStartEndDateTime")!.split(",") as [string, string];
  const found = events.filter(({ dates: { start } }) => {
    const at = `${start.localDate}T${start.localTime}`;
    return from <= at && at <= to;
  });
  const [size, number] = [Number(searchParams.get("size")), Number(searchParams.get("page"))];
  return page(found.slice(size * number, size * (number + 1)), found.length);
}

Deno.test("search_events returns 20 events in their order, and says how many there are", async () => {
  const all = concerts(45);
  await using tickets = setUp((url) => searchIn(all, url));

  for (const [asked, nextPage] of [[1, 2], [2, 3], [3, null]] as const) {
    const answer = await tickets.search({ page: asked });

    assertEquals([answer.found, answer.nextPage], [45, nextPage]);
    assertEquals(namesOf(answer.events), namesOf(all.slice(asked * 20 - 20, asked * 20)));
  }
});

Deno.test("search_events offers no page beyond the thousand events that Ticketmaster shows", async () => {
  await using tickets = setUp(() => page(concerts(20), 5_000));

  const answer = await tickets.search({ page: 50 });

  assertEquals([answer.found, answer.nextPage], [5_000, null]);
});

Deno.test("search_events ignores events beyond the size of the page", async () => {
  await using tickets = setUp(() => page(concerts(25)));

  assertStrictEquals((await tickets.search()).events.length, 20);
});

/** A weekend in a large city, whose first events are on the first morning. */
const weekend = ["2026-11-27", "2026-11-28", "2026-11-29"].flatMap((localDate) =>
  concerts(100, localDate).map((event, n) => ({
    ...event,
    dates: {
      ...event.dates,
      start: { ...event.dates.start, localDate, localTime: `${10 + Math.floor(n / 10)}:00:00` },
    },
  }))
);

Deno.test("search_events shows events of each day when there are more than a page", async () => {
  await using tickets = setUp((url) => searchIn(weekend, url));

  for (const [asked, first] of [[1, 0], [2, 6]] as const) {
    const answer = await tickets.search({ endDate: "2026-11-29", page: asked });

    assertStrictEquals(answer.found, 300);
    assertEquals(answer.foundPerDay, { "2026-11-27": 100, "2026-11-28": 100, "2026-11-29": 100 });
    assertStrictEquals(answer.nextPage, asked + 1);
    assertStrictEquals(answer.events.length, 20);
    assertStrictEquals(answer.leftOut, undefined);
    assertEquals(
      namesOf(answer.events.slice(0, 4)),
      [
        `2026-11-27 ${first}`,
        `2026-11-28 ${first}`,
        `2026-11-29 ${first}`,
        `2026-11-27 ${first + 1}`,
      ],
    );
  }
});

/** Whether a request is for the Saturday alone, or for any single day. */
const isSaturday = ({ searchParams }: URL) =>
  searchParams.get("localStartEndDateTime")!.startsWith("2026-11-28");
const isDay = ({ searchParams }: URL) => searchParams.get("size") !== "20";

/** Single days that fail: what the model learns of the others. */
const failedDays: [
  what: string,
  fails: (url: URL) => boolean,
  foundPerDay: object | undefined,
  notRead: string[],
][] = [
  ["one day fails", isSaturday, { "2026-11-27": 100, "2026-11-29": 100 }, ["2026-11-28"]],
  ["each day fails", isDay, undefined, ["2026-11-27", "2026-11-28", "2026-11-29"]],
];

for (const [what, fails, foundPerDay, notRead] of failedDays) {
  Deno.test(`search_events shows what it has read when ${what}, and names the rest`, async () => {
    await using tickets = setUp((url) =>
      fails(url) ? new Response(null, { status: 500 }) : searchIn(weekend, url)
    );

    const answer = await tickets.search({ endDate: "2026-11-29" });

    assertEquals([answer.found, answer.notRead], [300, notRead]);
    assertEquals(answer.foundPerDay, foundPerDay);
    assertStrictEquals(answer.events.length, 20);
  });
}

Deno.test("search_events leaves out a day that is not read after 45 seconds", async () => {
  let [refusals, refusalsOfSaturday] = [0, 0];
  await using tickets = setUp((url) =>
    // The day would be read after 27 s for the first page and 18 s more.
    (isDay(url) ? isSaturday(url) && ++refusalsOfSaturday <= 2 : ++refusals <= 3)
      ? new Response(null, { status: 429, headers: { "retry-after": "9" } })
      : searchIn(weekend, url)
  );

  const { events, notRead } = await tickets.search({ endDate: "2026-11-28" });

  assert(notRead?.includes("2026-11-28"), String(notRead));
  assertStrictEquals(events.length, 20);
});

/** The number of other searches that wait, and the days that a search then leaves out. */
const queues: [waiting: number, notRead: string[] | undefined][] = [
  [41, ["2026-11-27", "2026-11-28", "2026-11-29"]],
  [0, undefined],
];

for (const [waiting, notRead] of queues) {
  Deno.test(`search_events reads ${notRead ? "no" : "each"} single day while ${waiting} searches wait`, async () => {
    const clock = waiting > 0 ? new FakeClock() : quickClock();
    await using tickets = setUp((url) => searchIn(weekend, url), clock);
    const search = () => tickets.search({ endDate: "2026-11-29" });

    const first = search();
    for (let other = 0; other < waiting; other++) search();
    const answer = await withWaitLimit(first, () => "the first search ends");

    assertEquals([answer.found, answer.notRead], [300, notRead]);
    assertStrictEquals(answer.events.length, 20);
  });
}

Deno.test("search_events shows more events of one day when the other days have few", async () => {
  const few = weekend.filter(({ dates, name }) =>
    dates.start.localDate === "2026-11-28" || name.endsWith(" 0")
  );
  await using tickets = setUp((url) => searchIn(few, url));

  const { found, events } = await tickets.search({ endDate: "2026-11-29" });

  assertStrictEquals(found, 102);
  assertStrictEquals(events.length, 20);
  assertEquals(
    namesOf(events.slice(0, 5)),
    ["2026-11-27 0", "2026-11-28 0", "2026-11-29 0", "2026-11-28 1", "2026-11-28 2"],
  );
});

Deno.test("search_events makes one request when all events fit into a page", async () => {
  await using tickets = setUp((url) => searchIn(concerts(20), url));

  const answer = await tickets.search({ endDate: "2026-11-29" });

  assertEquals([answer.found, answer.foundPerDay, answer.nextPage], [20, undefined, null]);
  assertStrictEquals(tickets.requests.length, 1);
});

Deno.test("search_events does not search each day of more than a week", async () => {
  await using tickets = setUp(() => page(concerts(20), 300));

  const answer = await tickets.search({ endDate: "2026-12-04" });

  assertEquals([answer.found, answer.foundPerDay, answer.nextPage], [300, undefined, 2]);
  assertStrictEquals(tickets.requests.length, 1);
});

Deno.test("search_events divides a page that is too large", async () => {
  const all = concerts(40);
  await using tickets = setUp((url) =>
    url.searchParams.get("size") === "20"
      ? Response.json("x".repeat(2_000_000))
      : searchIn(all, url)
  );

  const { events, leftOut } = await tickets.search({ page: 2 });

  assertEquals(namesOf(events), namesOf(all.slice(20)));
  assertStrictEquals(leftOut, undefined);
  const pages = tickets.requests.map(({ searchParams }) =>
    `${searchParams.get("size")} × ${searchParams.get("page")}`
  );
  assertEquals(pages, ["20 × 1", "10 × 2", "10 × 3"]);
});

Deno.test("search_events leaves out a single event that is too large", async () => {
  const all = concerts(3).map((event, n) => ({ ...event, more: "x".repeat(n === 1 ? 2e6 : 1) }));
  await using tickets = setUp((url) => searchIn(all, url));

  const { events, leftOut } = await tickets.search();

  assertEquals(namesOf(events), ["Concert 0", "Concert 2"]);
  assertEquals(leftOut, { tooLarge: 1 });
});

Deno.test("search_events leaves out whole events when links are long, and says how many", async () => {
  const all = concerts(20).map((event, n) => ({
    ...event,
    url: `https://ticketmaster.evyy.example/c/${n}?u=${"https%3A%2F%2F".repeat(40)}`,
  }));
  await using tickets = setUp(() => page(all));

  const { events, leftOut } = await tickets.search();

  assert(events.length > 10 && events.length < 20, `${events.length} events`);
  assertEquals(leftOut, { events: 20 - events.length });
  for (const [n, { url }] of events.entries()) assertStrictEquals(url, all[n]!.url);
});

// Limits and faults

const spikeArrest = {
  fault: {
    faultstring: `Spike arrest violation. Allowed rate : MessageRate{messagesPerPeriod=5, ` +
      `periodInMicroseconds=1000000, maxBurstMessageCount=1.0}, key ${API_KEY}`,
    detail: { errorcode: "policies.ratelimit.SpikeArrestViolation" },
  },
};
const quotaSpent = {
  fault: {
    faultstring: `Rate limit quota violation. Quota limit  exceeded. Identifier : ${API_KEY}`,
    detail: { errorcode: "policies.ratelimit.QuotaViolation" },
  },
};
const badKey = {
  fault: {
    faultstring: `Invalid ApiKey ${API_KEY}`,
    detail: { errorcode: "oauth.v2.InvalidApiKey" },
  },
};

Deno.test("search_events sends a request each quarter of a second, for all jobs together", async () => {
  const clock = new FakeClock();
  let arrived = Promise.withResolvers<void>();
  await using tickets = setUp(() => {
    arrived.resolve();
    return page([concert]);
  }, clock);

  // Four jobs, each with the three calls of a turn.
  const calls = Array.from({ length: 12 }, () => tickets.search());
  for (let sent = 1; sent <= 12; sent++) {
    await arrived.promise;
    arrived = Promise.withResolvers();
    clock.advance(249);
    await nextTurn();
    assertStrictEquals(tickets.requests.length, sent);
    clock.advance(1);
  }

  for (const { events } of await Promise.all(calls)) assertEquals(events, [entry]);
});

/** Answers to the first requests, and how long the tool waits before the last request. */
const busy: [what: string, answers: Response[], waitedMs: number][] = [
  ["a spike", [Response.json(spikeArrest, { status: 429 })], 1_000],
  ["a spike that is reported with status 200", [Response.json(spikeArrest)], 1_000],
  ["a 429 that says when", [
    new Response(null, { status: 429, headers: { "retry-after": "3" } }),
  ], 3_000],
  ["a gateway whose server does not answer", [new Response("<html>", { status: 502 })], 1_000],
  ["three in a row", [1, 2, 3].map(() => new Response(null, { status: 429 })), 3_000],
];

for (const [what, answers, waitedMs] of busy) {
  Deno.test(`search_events asks again after ${what}`, async () => {
    const sent: number[] = [];
    const queue = answers.map((answer) => answer.clone());
    await using tickets = setUp((_url, now) => {
      sent.push(now);
      return queue.shift() ?? page([concert]);
    });

    assertEquals((await tickets.search()).events, [entry]);
    assertStrictEquals(sent.at(-1)! - sent[0]!, waitedMs);
  });
}

const failures: [what: string, answer: () => Response, reason: string, requests: number][] = [
  [
    "a wrong key",
    () => Response.json(badKey, { status: 401 }),
    "HOST answered 401: the key of this service is not valid",
    1,
  ],
  [
    "a spent quota",
    () => Response.json(quotaSpent, { status: 429 }),
    "HOST answered 429: the quota of the key is used up for today",
    1,
  ],
  [
    "a spike that does not end",
    () => Response.json(spikeArrest, { status: 429 }),
    "HOST answered 429: too many requests in a second",
    4,
  ],
  ["an endless 429", () => new Response(API_KEY, { status: 429 }), "HOST answered 429", 4],
  [
    "a 429 for hours",
    () => new Response(null, { status: 429, headers: { "retry-after": "43200" } }),
    "HOST answered 429",
    1,
  ],
  [
    "a fault with status 200",
    () => Response.json(badKey),
    "HOST answered with an error: the key of this service is not valid",
    1,
  ],
  ["another error", () => new Response(API_KEY, { status: 500 }), "HOST answered 500", 1],
  ["an outage", () => new Response(API_KEY, { status: 503 }), "HOST answered 503", 2],
  [
    "an unknown shape of the events",
    () => Response.json({ _embedded: { events: API_KEY } }),
    "HOST sent an unexpected answer",
    1,
  ],
  [
    "an unknown shape of the page",
    () => Response.json({ events: [] }),
    "HOST sent an unexpected answer",
    1,
  ],
  ["a redirect", () => Response.redirect("http://127.0.0.1:9/"), "HOST could not be reached", 1],
];

for (const [what, answer, reason, requests] of failures) {
  Deno.test(`search_events fails after ${what}, and does not show the key`, async () => {
    await using tickets = setUp(answer);

    const output = await tickets.search();

    assertEquals(output, { error: `The tool failed: ${reason}` });
    assertNotMatch(JSON.stringify(output), /Identifier|MessageRate|ApiKey/);
    assertStrictEquals(tickets.requests.length, requests);
  });
}
