import type { Land } from "../../../web/app/map/land.ts";
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { h } from "preact";
import { idOf } from "../../../web/client/job.ts";
import type { Job } from "../../../web/client/client.ts";
import { TripPage } from "../../../web/app/trip/trip.tsx";
import {
  copyOf,
  fileNameOf,
  MAX_FILE_BYTES,
  readTripFile,
  type Shapes,
  type TripFile,
  tripFileOf,
} from "../../../web/app/kept/trip_file.ts";
import { WordsProvider } from "../../../web/words/words.ts";
import { en } from "../../../web/words/en.ts";
import { shapesOf } from "../../../routes/pages/offline.ts";
import { kinds, openApp, techno, tokyo } from "../../../testing/app.ts";
import { post, send } from "../../../testing/http.ts";
import { untilIdle } from "../../../testing/runtimes.ts";

const shapes = JSON.parse(JSON.stringify(shapesOf(kinds))) as Shapes;

/** The finished trips of all kinds, with the facts of a wish. */
const facts = { startDate: "2026-12-04", travellers: { adults: 2 }, interests: ["food"] };
const jobs: Job[] = await finishedJobs();
const [itinerary, generation] = jobs as [Job, Job];

async function finishedJobs(): Promise<Job[]> {
  await using env = await openApp();
  const made = [
    await post(env.app, "/api/itineraries", { ...tokyo, ...facts }),
    await post(env.app, "/api/generations", techno),
  ];
  await untilIdle(env.a, () => env.clock.advance(1_000));
  const paths = made.map(({ headers }) => headers.get("location")!);
  return await Promise.all(paths.map(async (path) => (await send(env.app, path)).body as Job));
}

function open(text: string): TripFile {
  const read = readTripFile(text, shapes);
  assert(typeof read === "object", String(read));
  return read;
}

for (const job of jobs) {
  Deno.test(`the file of ${fileNameOf(job, en)} opens with everything but its id`, () => {
    const file = tripFileOf(job, null);
    const opened = open(file);
    assertNotStrictEquals(idOf(opened.job), idOf(job));
    assertEquals({ ...opened.job, ...idMember(job) }, job);
    // The same content has the same address, also from the file of the copy.
    assertEquals(open(tripFileOf(opened.job, null)), opened);
    const other = open(
      tripFileOf({ ...job, warnings: [], createdAt: "2026-01-01T00:00:00Z" }, null),
    );
    assertNotStrictEquals(idOf(other.job), idOf(opened.job));
    // No job of the service has an id of this version.
    assertStrictEquals(copyOf(opened, "2026-01-01T00:00:00Z").id[14], "8");
  });
}

function idMember(job: Job): object {
  return "jobId" in job ? { jobId: job.jobId } : { generationId: job.generationId };
}

Deno.test("a plan that its reader has shortened can be opened", () => {
  const job = structuredClone(itinerary) as Extract<Job, { jobId: string }>;
  job.itinerary![0]!.activities = [];
  assertEquals((open(tripFileOf(job, null)).job as typeof job).itinerary, job.itinerary);
});

Deno.test("the land of a file is taken only if it is plain", () => {
  const outlines = {
    frame: { west: 1.5, south: -2, east: 3, north: 4 },
    paths: { land: "M0 0L1.5,-2e3Z", lakes: "", borders: "M1 1", rivers: "" },
  };
  const land = { ...outlines, region: null };
  const landOf = (land: unknown) => open(tripFileOf(itinerary, land as Land)).land;
  assertEquals(landOf(land), land);
  assertEquals(landOf({ ...land, region: outlines }), { ...land, region: outlines });
  assertEquals(landOf({ ...land, region: { frame: null } }), land);
  for (
    const bad of [
      "M0 0",
      [1],
      {},
      { ...land, frame: { ...land.frame, west: "1" } },
      { ...land, frame: [1, 2, 3, 4] },
      { ...land, paths: { ...land.paths, land: `"><script>` } },
      { ...land, paths: { land: "M0 0" } },
      JSON.parse(`{"__proto__": {"frame": 1}}`),
    ]
  ) assertStrictEquals(landOf(bad), null, JSON.stringify(bad));
});

/** Puts a value into the job of a file. The path has the names of the members. */
function withMember(job: Job, path: string, value: unknown): string {
  const file = JSON.parse(tripFileOf(job, null));
  const names = path.split(".");
  let at = file.job;
  for (const name of names.slice(0, -1)) at = at[name];
  at[names.at(-1)!] = value;
  return JSON.stringify(file);
}

/** Files that must be refused. */
const refused: [what: string, text: string, fault: string][] = [
  ["no JSON", "<html>", "notTrip"],
  ["nothing", "", "notTrip"],
  ["null", "null", "notTrip"],
  ["a list", "[]", "notTrip"],
  ["a plan as JSON", JSON.stringify(itinerary), "notTrip"],
  ["another format", JSON.stringify({ format: "x", version: 1, job: itinerary }), "notTrip"],
  ["a newer version", JSON.stringify({ format: "tripwright-trip", version: 2 }), "newer"],
  ["no job", JSON.stringify({ format: "tripwright-trip", version: 1 }), "notTrip"],
  ["a job that is a list", tripFileOf([] as unknown as Job, null), "notTrip"],
  ["too many bytes", " ".repeat(MAX_FILE_BYTES + 1), "tooLarge"],
  ["deep nesting", "[".repeat(100_000) + "]".repeat(100_000), "notTrip"],
  ["a running job", withMember(itinerary, "status", "processing"), "notTrip"],
  ["a failed job", withMember(itinerary, "status", "failed"), "notTrip"],
  [
    "an unknown kind",
    `{"format":"tripwright-trip","version":1,"job":{"status":"completed"}}`,
    "notTrip",
  ],
  ["a kind of the prototype", withMember(itinerary, "jobId", {}), "notTrip"],
  ["days that are no list", withMember(itinerary, "itinerary", { length: 1e9 }), "notTrip"],
  ["a day without activities", withMember(itinerary, "itinerary.0.activities", null), "notTrip"],
  ["an activity of text", withMember(itinerary, "itinerary.0.activities.0", "x"), "notTrip"],
  [
    "a title that is an object",
    withMember(itinerary, "itinerary.0.theme", { toString: 1 }),
    "notTrip",
  ],
  ["a number as destination", withMember(itinerary, "destination", 7), "notTrip"],
  [
    "an element as destination",
    withMember(itinerary, "destination", { type: "script", props: {} }),
    "notTrip",
  ],
  [
    "a destination without end",
    withMember(itinerary, "destination", "x".repeat(30_000)),
    "notTrip",
  ],
  ["days without end", withMember(itinerary, "itinerary", Array(5_000).fill(0)), "notTrip"],
  ["no real date", withMember(itinerary, "itinerary.0.date", "2026-99-99"), "notTrip"],
  ["a time of words", withMember(itinerary, "createdAt", "yesterday"), "notTrip"],
  [
    "a currency that no browser knows",
    withMember(itinerary, "itinerary.0.activities.0.estimatedCost", {
      amount: 1,
      currency: "evil",
    }),
    "notTrip",
  ],
  [
    "an amount without end",
    withMember(itinerary, "durationDays", 1).replace(`"durationDays":1`, `"durationDays":1e999`),
    "notTrip",
  ],
  [
    "an unknown category",
    withMember(itinerary, "itinerary.0.activities.0.category", "constructor"),
    "notTrip",
  ],
  ["no events", withMember(generation, "bundles.0.keyEvents", "x"), "notTrip"],
  [
    "an event at no time",
    withMember(generation, "bundles.0.keyEvents.0.startsAt", "2026-13-01T99:00"),
    "notTrip",
  ],
];

for (const [what, text, fault] of refused) {
  Deno.test(`a file with ${what} is refused`, () => {
    assertStrictEquals(readTripFile(text, shapes), fault);
  });
}

/** Renders the page of the trip of a file. */
function pageOf(text: string): string {
  const state = {
    page: "trip",
    job: open(text).job,
    ageMs: 0,
    isOpen: false,
    isOwn: false,
  } as const;
  const copy = { savedAt: "2026-01-01T00:00:00Z", origin: "file", reason: "file" } as const;
  return renderToString(
    h(WordsProvider, { value: en }, h(TripPage, { state: { ...state, copy } })),
  );
}

/** Files that open, because what is bad in them does no harm. */
const harmless: [what: string, text: string, marks: RegExp][] = [
  [
    "a script as a link",
    withMember(generation, "bundles.0.keyEvents.0.url", "javascript:alert(1)"),
    /href="javascript/,
  ],
  [
    "a script as a picture",
    withMember(generation, "bundles.0.imageUrl", "data:text/html,<script>alert(1)</script>"),
    /data:text/,
  ],
  ["HTML as a title", withMember(itinerary, "itinerary.0.theme", "<img src=x onerror=y>"), /<img/],
  [
    "members of the prototype",
    tripFileOf(itinerary, null).replace(
      `"job":{`,
      `"job":{"__proto__":{"evil":1},"constructor":{},`,
    ),
    /evil/,
  ],
  [
    "members that nothing knows",
    withMember(itinerary, "dangerouslySetInnerHTML", { __html: "evil" }),
    /evil/,
  ],
];

for (const [what, text, marks] of harmless) {
  Deno.test(`a file with ${what} is harmless`, () => {
    const html = pageOf(text);
    assert(html.includes("<h1"));
    assertStrictEquals(marks.test(html), false, html.slice(0, 300));
    assertStrictEquals(({} as Record<string, unknown>).evil, undefined);
    assertStrictEquals(Object.hasOwn(open(text).job, "__proto__"), false);
  });
}

Deno.test("the name of a file has only letters, digits and dashes", () => {
  const named = (destination: string) => fileNameOf({ ...itinerary, destination } as Job, en);
  assertStrictEquals(named("Tokyo, Japan"), "Tokyo-Japan.trip.json");
  assertStrictEquals(named("../../Évora\u202e/\u200b東京"), "Évora-東京.trip.json");
  assertStrictEquals(named("://"), "trip.trip.json");
  assertStrictEquals(named("x".repeat(200)).length, 70);
});
