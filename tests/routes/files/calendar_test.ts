import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertNotMatch,
  assertStrictEquals,
  fail,
} from "@std/assert";
import fc from "fast-check";
import type { KeyEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { Itinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import { bundlesEvents } from "../../../routes/files/bundles.ts";
import { calendarText } from "../../../routes/files/calendar.ts";
import { itineraryEvents } from "../../../routes/files/itinerary.ts";
import type { PlanEvent } from "../../../routes/files/kind_files.ts";
import { oneLine } from "../../../routes/files/text.ts";
import { timeZoneOf } from "../../../routes/files/time_zone.ts";
import {
  samplePlan,
  storedActivity as activity,
  storedDay,
  storedEvent,
} from "../../../testing/plans.ts";
import { anyCharacter } from "../../../testing/text.ts";

/** A fixed seed, so that each run uses the same texts. */
const SEED = 20261124;
const RUNS = 1_000;

const ID = "7b0f3a52-62cf-4b6e-a2ad-3d64f1a3a111";

/** A Tuesday. */
const createdAt = Date.parse("2026-11-24T12:34:56.789Z");

type Activity = Itinerary["days"][number]["activities"][number];

/** The calendar of an itinerary. */
function itineraryCalendar(
  { destination, createdAt, ...plan }:
    & Parameters<typeof itineraryEvents>[0]
    & { destination: string; createdAt: number },
): string {
  return calendarText({ name: destination, events: itineraryEvents(plan) }, { createdAt });
}

/** The calendar of bundles and the number of their events in it; `null` without events. */
function bundlesCalendar(plan: Parameters<typeof bundlesEvents>[0]) {
  const { events, undated } = bundlesEvents(plan);
  if (events.length === 0) return null;
  const calendar = calendarText({ name: "Weekend bundles", events }, { createdAt });
  return { calendar, dated: events.length, undated };
}

/** A calendar with a day for each list of activities. */
function calendarOf(days: Activity[][], start = "2026-12-01", destination = "Tokyo"): string {
  return itineraryCalendar({
    id: ID,
    destination,
    days: days.map((activities, index) =>
      storedDay({ day: index + 1, theme: "Theme", activities })
    ),
    start,
    createdAt,
  });
}

/** The times of a calendar with activities at these times. */
function timesOf(days: string[][], start?: string): string[] {
  const activities = days.map((times) => times.map((time) => activity({ time })));
  return eventsOf(calendarOf(activities, start)).map((event) => `${event.DTSTART}/${event.DTEND}`);
}

function keyEvent(changes: Partial<KeyEvent> = {}): KeyEvent {
  return storedEvent({
    date: "Saturday, 28 November 2026, 9 pm",
    startsAt: "2026-11-28T21:00",
    venue: "The Warehouse",
    neighborhood: "Harbour",
    ...changes,
  });
}

/** A calendar with one bundle of these events. */
function bundleOf(keyEvents: KeyEvent[], title = "Underground") {
  const bundle = { title, description: "Small rooms.", keyEvents, imageUrl: null };
  return bundlesCalendar({ id: ID, bundles: [bundle] });
}

/** The properties of a bundle's only event. */
function eventOf(changes: Partial<KeyEvent>, title?: string): Properties {
  const [event] = eventsOf(bundleOf([keyEvent(changes)], title)!.calendar);
  return event!;
}

type Properties = Record<string, string>;

/** The properties that a plan may have; any other one comes from an injection. */
const PROPERTY = new RegExp(
  "^(?:UID|SEQUENCE|DTSTAMP|(?:DTSTART|DTEND)(?:;VALUE=DATE)?|SUMMARY|LOCATION|DESCRIPTION|CATEGORIES|" +
    "URL;VALUE=URI|X-MICROSOFT-(?:CDO|MSNCALENDAR)-ALLDAYEVENT):",
);

/** Parses a calendar strictly by RFC 5545, section 3.1; throws for an invalid line. */
function eventsOf(calendar: string): Properties[] {
  assertMatch(calendar, /\r\n$/);
  const lines = calendar.slice(0, -2).split("\r\n");
  for (const line of lines) {
    assert(new TextEncoder().encode(line).length <= 75, `too long: ${line}`);
    assertNotMatch(line, /\p{Cc}/u);
    assert(line.isWellFormed());
  }
  const [head, ...parts] = lines.join("\n").replaceAll("\n ", "").split("BEGIN:VEVENT\n");
  assertMatch(
    head!,
    /^BEGIN:VCALENDAR\nVERSION:2\.0\nPRODID:-\/\/Tripwright\/\/Tripwright\/\/EN\nMETHOD:PUBLISH\n(?:NAME:(.*)\nX-WR-CALNAME:\1\n)?$/,
  );
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1;
    const end = isLast ? "\nEND:VEVENT\nEND:VCALENDAR" : "\nEND:VEVENT\n";
    assert(part.endsWith(end), part);
    const entries = part.slice(0, -end.length).split("\n").map((line) => {
      const [name] = line.match(PROPERTY) ?? fail(`not ours: ${line}`);
      return [name.slice(0, -1), line.slice(name.length)] as const;
    });
    assertStrictEquals(new Set(entries.map(([name]) => name)).size, entries.length, part);
    return Object.fromEntries(entries);
  });
}

/** Removes the escapes of a text (RFC 5545, section 3.3.11). */
function textOf(value: string | undefined): string {
  assertMatch(value!, /^(?:\\[\\;,n]|[^\\;,])*$/);
  return value!.replace(/\\(.)/g, (_, character) => character === "n" ? "\n" : character);
}

Deno.test("an itinerary becomes a calendar with an event for each activity", () => {
  const calendar = calendarOf([[
    activity({ place: "Old town, Tokyo", estimatedCost: { amount: 16, currency: "USD" } }),
  ], [activity({ time: "20:00", title: "Dinner" })]]);

  assertStrictEquals(
    calendar.replaceAll("\r\n", "\n"),
    `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Tripwright//Tripwright//EN
METHOD:PUBLISH
NAME:Tokyo
X-WR-CALNAME:Tokyo
BEGIN:VEVENT
UID:${ID}-1-1
SEQUENCE:0
DTSTAMP:20261124T123456Z
DTSTART:20261201T093000
DTEND:20261201T113000
SUMMARY:Walk
LOCATION:Old town\\, Tokyo
DESCRIPTION:Two hours.\\nabout 16 USD per person
END:VEVENT
BEGIN:VEVENT
UID:${ID}-2-1
SEQUENCE:0
DTSTAMP:20261124T123456Z
DTSTART:20261202T200000
DTEND:20261202T220000
SUMMARY:Dinner
LOCATION:Old town
DESCRIPTION:Two hours.
END:VEVENT
END:VCALENDAR
`,
  );
});

const durations: [what: string, days: string[][], times: string[]][] = [
  ["at most two hours", [["09:00", "14:00"]], ["090000/110000", "140000/160000"]],
  ["until the next one begins", [["09:00", "10:15"]], ["090000/101500", "101500/121500"]],
  ["two hours if the next one begins at the same time", [["09:00", "09:00"]], [
    "090000/110000",
    "090000/110000",
  ]],
  [
    "until the next one that begins later",
    [["09:00", "09:00", "09:30"]],
    ["090000/093000", "090000/093000", "093000/113000"],
  ],
  [
    "the same time in any order",
    [["14:00", "10:30", "09:00", "10:15"]],
    ["140000/160000", "103000/123000", "090000/101500", "101500/103000"],
  ],
  ["past midnight", [["23:30"]], ["233000/013000"]],
  ["until the next day begins", [["23:30"], ["00:15"]], ["233000/001500", "001500/021500"]],
];

for (const [what, days, times] of durations) {
  Deno.test(`an activity takes ${what}`, () => {
    assertEquals(timesOf(days).map((time) => time.replaceAll(/\d{8}T/g, "")), times);
  });
}

const starts: [what: string, start: string, last: string][] = [
  ["a month", "2026-11-29", "20261201T093000/20261201T113000"],
  ["a year", "2026-12-30", "20270101T093000/20270101T113000"],
  ["a February", "2027-02-27", "20270301T093000/20270301T113000"],
  ["a leap day", "2028-02-28", "20280301T093000/20280301T113000"],
  ["the start of summer time in Europe", "2026-03-28", "20260330T093000/20260330T113000"],
  ["the end of summer time in Europe", "2026-10-24", "20261026T093000/20261026T113000"],
  ["the start of summer time in America", "2026-03-07", "20260309T093000/20260309T113000"],
];

for (const [what, start, last] of starts) {
  Deno.test(`the dates of days are correct over ${what}`, () => {
    assertStrictEquals(timesOf([["09:30"], ["09:30"], ["09:30"]], start)[2], last);
  });
}

Deno.test("an activity in the hour that daylight saving skips keeps its time", () => {
  assertEquals(timesOf([["02:30"]], "2026-03-29"), ["20260329T023000/20260329T043000"]);
});

Deno.test("every activity of a month has its own time and UID", () => {
  const request = { destination: "Tokyo, Japan", durationDays: 30 };
  const { days } = samplePlan(request);
  const plan = { id: ID, ...request, days, start: "2026-12-15", createdAt };
  const events = eventsOf(itineraryCalendar(plan));
  assertStrictEquals(events.length, days.flatMap(({ activities }) => activities).length);
  assertStrictEquals(new Set(events.map(({ UID }) => UID)).size, events.length);
  for (const { DTSTART, DTEND } of events) {
    // Floating time: neither UTC nor a time zone.
    assertMatch(`${DTSTART} ${DTEND}`, /^\d{8}T\d{6} \d{8}T\d{6}$/);
    assert(DTSTART! < DTEND!, DTSTART);
  }
});

Deno.test("the same plan results in the same calendar, and another job's has other UIDs", () => {
  const days = [[activity()], [activity()]];
  assertStrictEquals(calendarOf(days), calendarOf(days));
  const uids = (id: string) =>
    eventsOf(itineraryCalendar({
      id,
      destination: "Rome",
      days: [storedDay({ day: 1, theme: "Theme", activities: [activity()] })],
      start: "2026-12-01",
      createdAt,
    })).map(({ UID }) => UID);
  assertNotEquals(uids(ID), uids(crypto.randomUUID()));
  assertEquals(bundleOf([keyEvent()]), bundleOf([keyEvent()]));
});

Deno.test("the event of a bundle has its text, place, bundle and link", () => {
  assertEquals(
    eventOf({
      url: "https://tickets.example/a?b=c&d=e#f",
      city: "Lisbon",
      price: { amount: 24.5, currency: "EUR" },
    }, "Underground, late"),
    {
      UID: `${ID}-1-1`,
      SEQUENCE: "0",
      DTSTAMP: "20261124T123456Z",
      DTSTART: "20261128T210000",
      DTEND: "20261128T230000",
      SUMMARY: "Opening night\\, Lisbon",
      LOCATION: "The Warehouse\\, Harbour\\, Lisbon",
      DESCRIPTION: "Saturday\\, 28 November 2026\\, 9 pm\\nabout 24.5 EUR per person\\n" +
        "Because you asked for music.",
      CATEGORIES: "Underground\\, late",
      "URL;VALUE=URI": "https://tickets.example/a?b=c&d=e#f",
    },
  );
});

const places: [venue: string | null, neighborhood: string | null, location: string | undefined][] =
  [
    ["The Warehouse", null, "The Warehouse"],
    [null, "Harbour", "Harbour"],
    [" ", "", undefined],
    [null, null, undefined],
  ];

for (const [venue, neighborhood, location] of places) {
  Deno.test(`an event at ${venue}, ${neighborhood} has ${location ?? "no place"} as its location`, () => {
    assertStrictEquals(eventOf({ venue, neighborhood }).LOCATION, location);
  });
}

const links: [url: string, link: string | undefined][] = [
  ["https://tickets.example/a,b;c?d=\\e", "https://tickets.example/a%2Cb%3Bc?d=%5Ce"],
  ["https://tickets.example/a b\r\nATTACH:c", "https://tickets.example/a%20bATTACH:c"],
  ["javascript:alert(1)", undefined],
  ["file:///etc/passwd", undefined],
  ["tickets", undefined],
];

for (const [url, link] of links) {
  Deno.test(`the URL ${JSON.stringify(url)} of an event is ${link ?? "left out"}`, () => {
    assertStrictEquals(eventOf({ url })["URL;VALUE=URI"], link);
  });
}

/** The start and the end of an event in the calendar. */
const times: [what: string, event: Partial<KeyEvent>, start: string, end: string][] = [
  [
    "both times",
    { startsAt: "2026-11-28T21:00", endsAt: "2026-11-28T23:30" },
    "20261128T210000",
    "20261128T233000",
  ],
  ["no end, so two hours", { startsAt: "2026-11-28T21:00" }, "20261128T210000", "20261128T230000"],
  [
    "no end before midnight",
    { startsAt: "2026-12-31T23:00" },
    "20261231T230000",
    "20270101T010000",
  ],
  [
    "a night",
    { startsAt: "2026-11-28T22:00", endsAt: "2026-11-29T04:00" },
    "20261128T220000",
    "20261129T040000",
  ],
  [
    "a festival with times",
    { startsAt: "2026-11-27T18:00", endsAt: "2026-11-29T23:00" },
    "20261127T180000",
    "20261129T230000",
  ],
  [
    "a start, and only a last day",
    { startsAt: "2026-11-27T18:00", endsAt: "2026-11-29" },
    "20261127T180000",
    "20261127T200000",
  ],
  [
    "months of opening hours",
    { startsAt: "2026-11-28T10:00", endsAt: "2027-02-28T18:00" },
    "20261128T100000",
    "20261128T120000",
  ],
  [
    "the hour that daylight saving skips",
    { startsAt: "2026-03-29T02:30", endsAt: "2026-03-29T03:30" },
    "20260329T023000",
    "20260329T033000",
  ],
  [
    "the hour that comes twice",
    { startsAt: "2026-10-25T02:30" },
    "20261025T023000",
    "20261025T043000",
  ],
  ["one day", { startsAt: "2026-11-28" }, "DATE 20261128", "DATE 20261129"],
  ["the last day of a year", { startsAt: "2026-12-31" }, "DATE 20261231", "DATE 20270101"],
  ["a leap day", { startsAt: "2028-02-29" }, "DATE 20280229", "DATE 20280301"],
  [
    "three days",
    { startsAt: "2026-11-27", endsAt: "2026-11-29" },
    "DATE 20261127",
    "DATE 20261130",
  ],
  [
    "a week of seven days",
    { startsAt: "2026-11-23", endsAt: "2026-11-29" },
    "DATE 20261123",
    "DATE 20261130",
  ],
  [
    "a day, and an end with a time",
    { startsAt: "2026-11-27", endsAt: "2026-11-29T18:00" },
    "DATE 20261127",
    "DATE 20261130",
  ],
  ["a season", { startsAt: "2026-11-28", endsAt: "2027-03-01" }, "DATE 20261128", "DATE 20261129"],
];

for (const [what, changes, start, end] of times) {
  for (const timeZone of [null, "Europe/Berlin", "Asia/Tokyo"]) {
    Deno.test(`an event with ${what} is from ${start} to ${end} ${timeZone ? `in ${timeZone}` : "without a time zone"}`, () => {
      const text = bundlesText([keyEvent({ ...changes, timeZone })]);
      const property = (name: string) => text.match(new RegExp(`^${name}([;:].*)\r$`, "m"))?.[1];
      const written = (time: string) =>
        time.startsWith("DATE ")
          ? `;VALUE=DATE:${time.slice("DATE ".length)}`
          : `${timeZone ? `;TZID=${timeZone}` : ""}:${time}`;
      // The times of the rules of the zone come first.
      const event = text.slice(text.indexOf("BEGIN:VEVENT"));
      assertMatch(event, new RegExp(`^DTSTART${written(start)}\r$`, "m"));
      assertMatch(event, new RegExp(`^DTEND${written(end)}\r$`, "m"));
      assertStrictEquals(property("X-WR-TIMEZONE"), timeZone ? `:${timeZone}` : undefined);
    });
  }
}

/** The calendar of a bundle of these events, each in its own time zone. */
function bundlesText(keyEvents: KeyEvent[]): string {
  const bundle = { title: "Underground", description: "Small rooms.", keyEvents, imageUrl: null };
  const { events } = bundlesEvents({ id: ID, bundles: [bundle] });
  const zoneOf = ({ timeZone }: PlanEvent) => timeZone ? timeZoneOf(timeZone) : null;
  return calendarText({ name: "Weekend bundles", events }, { createdAt, zoneOf });
}

Deno.test("events of several cities are each in the time zone of their city", () => {
  const text = bundlesText([
    keyEvent({ timeZone: "Europe/Lisbon" }),
    keyEvent({ timeZone: "Europe/Madrid" }),
    keyEvent({ timeZone: "Europe/Lisbon" }),
    keyEvent({ timeZone: null }),
  ]);
  const starts = [...text.matchAll(/^DTSTART([^\r]*):20261128T210000\r$/gm)].map(([, zone]) =>
    zone
  );
  assertEquals(starts, [";TZID=Europe/Lisbon", ";TZID=Europe/Madrid", ";TZID=Europe/Lisbon", ""]);
  const rules = [...text.matchAll(/BEGIN:VTIMEZONE\r\nTZID:([^\r]+)/g)].map(([, zone]) => zone);
  assertEquals(rules.toSorted(), ["Europe/Lisbon", "Europe/Madrid"]);
  assertNotMatch(text, /X-WR-TIMEZONE/);
});

Deno.test("events without a start are left out and counted", () => {
  const result = bundleOf([
    keyEvent({ date: "every evening", startsAt: null }),
    keyEvent({ name: "Late show" }),
    // An event of a plan that an earlier version has written.
    keyEvent({ date: "2026-11-28 21:00", startsAt: null }),
  ]);
  const events = eventsOf(result!.calendar);
  assertEquals([result!.dated, result!.undated], [1, 2]);
  // Its UID has its position in the plan.
  assertEquals(events.map(({ UID, SUMMARY }) => [UID, SUMMARY]), [[`${ID}-1-2`, "Late show"]]);
});

Deno.test("bundles without a start have no calendar", () => {
  assertStrictEquals(bundleOf([keyEvent({ startsAt: null }), keyEvent({ startsAt: null })]), null);
});

/** Texts that could end a property or a line, or that are hard to fold. */
const text = fc.oneof(
  fc.array(
    fc.constantFrom(
      ...'\r\n|\r|\n|\\|\\n|\\\\|,|;|:|"|^|\r\nATTACH:http://evil.example/x|\nEND:VEVENT\nEND:VCALENDAR'
        .split("|"),
      ..."\r\n |\u2028|\u0085|\u000b|\u000c|\0|\t|é|東京|🗼|👩‍👩‍👧‍👦|\ud83d|\udc69|مرحبا|\u202e|a".split(
        "|",
      ),
      "x".repeat(500),
      "東".repeat(100),
      "🗼".repeat(50),
    ),
    { maxLength: 8 },
  ).map((pieces) => pieces.join("")),
  fc.string({ unit: anyCharacter, maxLength: 300 }),
);

Deno.test("any text in an itinerary stays complete in its calendar, and adds no property", () => {
  const property = fc.property(text, (text) => {
    const line = oneLine(text);
    const calendar = calendarOf(
      [[activity({ title: text, description: `a${text}`, place: text })]],
      "2026-12-01",
      text,
    );
    const [event, ...others] = eventsOf(calendar);
    assertStrictEquals(others.length, 0);
    assertStrictEquals(textOf(event!.SUMMARY), line);
    assertStrictEquals(textOf(event!.LOCATION ?? ""), line);
    assertStrictEquals(textOf(event!.DESCRIPTION), oneLine(`a${text}`));
    const name = calendar.replaceAll("\r\n ", "").match(/^NAME:(.*)\r$/m)?.[1] ?? "";
    assertStrictEquals(textOf(name), line);
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});

Deno.test("any text in a bundle stays complete in its calendar, and adds no property", () => {
  const property = fc.property(text, (text) => {
    const line = oneLine(text);
    const event = eventOf({ name: text, venue: text, neighborhood: null, why: text }, text);
    assertStrictEquals(textOf(event.SUMMARY), line);
    assertStrictEquals(textOf(event.LOCATION ?? ""), line);
    assertStrictEquals(textOf(event.CATEGORIES ?? ""), line);
    assertStrictEquals(
      textOf(event.DESCRIPTION),
      ["Saturday, 28 November 2026, 9 pm", line].filter(Boolean).join("\n"),
    );
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});

/** Prints calendars of each kind. */
const SCRIPT = `
import { bundlesEvents } from "${import.meta.resolve("../../../routes/files/bundles.ts")}";
import { calendarText } from "${import.meta.resolve("../../../routes/files/calendar.ts")}";
import { timeZoneOf } from "${import.meta.resolve("../../../routes/files/time_zone.ts")}";
import { itineraryEvents } from "${import.meta.resolve("../../../routes/files/itinerary.ts")}";
const texts = { title: "Walk", description: "Two hours.", place: "Rome", estimatedCost: null };
const times = ["00:00", "02:30", "23:30"];
const activities = times.map((time) => ({ time, ...texts }));
const days = [1, 2, 3].map((day) => ({ day, theme: "Theme", activities }));
for (const start of ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-24", "2026-12-30"]) {
  const events = itineraryEvents({ id: "id", days, start });
  for (const timeZone of [null, timeZoneOf("Europe/Rome")]) {
    console.log(calendarText({ name: "Rome", events }, { createdAt: 0, zoneOf: () => timeZone }));
  }
}
const dates = ["2026-03-29T02:30", "2026-03-08T02:30", "2026-10-25T02:30", "2026-12-31T23:00", "2026-12-25"];
const keyEvents = dates.map((startsAt) => ({
  name: "Event", date: "Soon", startsAt, endsAt: null, timeZone: "Europe/Rome", venue: null,
  neighborhood: null, city: null, price: null, url: null, why: "Because.",
}));
const bundles = [{ title: "Bundle", description: "Bundle.", keyEvents, imageUrl: null }];
const { events } = bundlesEvents({ id: "id", bundles });
for (const zone of [null, timeZoneOf("Europe/Rome")]) {
  const calendar = calendarText({ name: "Weekend bundles", events }, { createdAt: 0, zoneOf: () => zone });
  console.log(calendar, events.length);
}
`;

/** Returns the output of the script in a separate process without permissions, in a time zone. */
async function printedIn(timeZone: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--frozen", "--quiet", "--ext=ts", "-"],
    cwd: new URL("../../..", import.meta.url),
    env: { TZ: timeZone },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(SCRIPT));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  assertStrictEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("calendars need no permissions, and are the same in every time zone", async () => {
  const [first, ...others] = await Promise.all(
    // Time zones far apart; the last one changes its clocks at midnight.
    ["UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Africa/Cairo"].map(printedIn),
  );
  assertMatch(first!, /DTSTART:20260329T023000/);
  assertMatch(first!, /DTSTART;TZID=Europe\/Rome:20260329T023000/);
  assertMatch(first!, /END:VCALENDAR\r\n 5\n$/);
  for (const other of others) assertStrictEquals(other, first);
});
