import { assertEquals, assertStrictEquals } from "@std/assert";
import { placeAt } from "../../../../web/app/shaping/drag.ts";
import { storedActivity, storedDay } from "../../../../testing/plans.ts";
import { itineraryShape } from "../../../../web/app/kinds/itinerary/shape.ts";
import { diffPlans } from "../../../../web/app/shaping/diff.ts";
import { beingWritten, withKeptParts } from "../../../../web/app/shaping/live.ts";
import {
  askedIn,
  instructionFor,
  MAX_TEXT,
  type PlanShape,
} from "../../../../web/app/shaping/plan_shape.ts";
import { summarize } from "../../../../web/app/shaping/versions.tsx";
import type { Day, ItineraryJob, Job } from "../../../../web/client/job.ts";
import { en } from "../../../../web/words/en.ts";

const shape: PlanShape = itineraryShape;

/** Returns a day with an activity for each letter: `b@10` is at ten. */
function day(number: number, letters: string, members: Partial<Day> = {}): Day {
  const activities = letters.split(" ").map((letter, index) => {
    const [title, hour = 9 + index] = letter.split("@");
    return storedActivity({ title: title!, place: `at ${title}`, time: `${hour}:00` });
  });
  return { ...storedDay({ day: number, theme: `Day ${number}`, activities }), ...members };
}

const renamed = (one: Day) => ({
  ...one,
  activities: one.activities.map((activity, index) =>
    index === 1 ? { ...activity, title: "B, another name" } : activity
  ),
});
const dearer = (one: Day) => ({
  ...one,
  activities: one.activities.map((activity) => ({
    ...activity,
    estimatedCost: { amount: 9, currency: "EUR" },
  })),
});
const farther = (one: Day): Day => ({
  ...one,
  activities: one.activities.map((activity) => ({
    ...activity,
    toNext: { distanceMeters: 9, walkingMinutes: 1, origin: "router" },
  })),
});

/** Two versions, and the summary that the page shows. */
const versions: [what: string, before: Day[], after: Day[], expected: string][] = [
  ["the same plan", [day(1, "a b c")], [day(1, "a b c")], "nothing changed."],
  ["other ways", [day(1, "a b c")], [farther(day(1, "a b c"))], "nothing changed."],
  ["another activity", [day(1, "a b c")], [day(1, "a x c")], "Day 1: 1 new, 1 removed"],
  ["one more", [day(1, "a b c")], [day(1, "a b c d")], "Day 1: 1 new"],
  ["one less", [day(1, "a b c d")], [day(1, "a b d@12")], "Day 1: 1 removed"],
  ["another time", [day(1, "a b c")], [day(1, "a b@11 c")], "Day 1: 1 changed"],
  ["another order", [day(1, "a b c")], [day(1, "b@10 a@9 c")], "Day 1: changed"],
  ["another name", [day(1, "a b c")], [renamed(day(1, "a b c"))], "Day 1: 1 changed"],
  ["other costs", [day(1, "a b c")], [dearer(day(1, "a b c"))], "Day 1: 3 changed"],
  [
    "another theme",
    [day(1, "a b c")],
    [day(1, "a b c", { theme: "Hills" })],
    "Day 1: changed",
  ],
  ["another day", [day(1, "a b"), day(2, "c d")], [day(1, "a b"), day(2, "x y")], "Day 2: new"],
  ["a further day", [day(1, "a b")], [day(1, "a b"), day(2, "c d")], "Day 2: new"],
  ["a day less", [day(1, "a b"), day(2, "c d")], [day(1, "a b")], "Removed: Day 2"],
  [
    "the same activity twice",
    [day(1, "a b a@15")],
    [day(1, "a a@15 b@10")],
    "Day 1: changed",
  ],
  [
    "many days",
    [1, 2, 3, 4, 5].map((number) => day(number, "a b")),
    [1, 2, 3, 4, 5].map((number) => day(number, "x y")),
    "5 days changed",
  ],
];

for (const [what, before, after, expected] of versions) {
  Deno.test(`versions with ${what}: ${expected}`, () => {
    const diff = diffPlans({ before, after }, shape);
    assertStrictEquals(summarize(diff, { words: en, shape }), expected);
  });
}

Deno.test("a changed part tells for each item which one it was", () => {
  const diff = diffPlans({ before: [day(1, "a b c")], after: [day(1, "x a@10 c")] }, shape);
  assertEquals(diff.parts[0], {
    state: "changed",
    items: [{ state: "new", was: null }, { state: "changed", was: 0 }, { state: "same", was: 2 }],
    removed: ["b"],
  });
});

const base = [day(1, "a b"), day(2, "c d"), day(3, "e f")];

function growing(partial: Day[], members: Partial<ItineraryJob> = {}): Job {
  const job = { jobId: "a", status: "processing", itinerary: null, partial, durationDays: 3 };
  return { ...job, ...members } as ItineraryJob;
}

/** What a growing change shows: the first titles of its days. */
const growth: [what: string, job: Job, expected: string[], writing: number | null][] = [
  ["nothing yet", growing([]), ["a", "c", "e"], 1],
  ["the written day", growing([day(2, "x y")]), ["a", "x", "e"], null],
  ["a shorter trip", growing([], { durationDays: 2 }), ["a", "c"], 1],
  ["a longer trip", growing([day(4, "x y")], { durationDays: 4 }), ["a", "c", "e", "x"], null],
];

for (const [what, job, expected, writing] of growth) {
  Deno.test(`a growing change with ${what} shows the other days`, () => {
    const change = { shape, base, asked: { part: 2 } };
    const shown = shape.partsOf(withKeptParts(job, change)) as Day[];
    assertEquals(shown.map(({ activities }) => activities[0]!.title), expected);
    assertStrictEquals(beingWritten(job, change)?.part ?? null, writing);
  });
}

Deno.test("an instruction for one part is read back, and fits the limit of the API", () => {
  for (const [text, number] of [["more food", 2], ["less: walking", null]] as const) {
    const asked = askedIn(instructionFor(shape, { text, number }));
    assertEquals(asked, number === null ? { text } : { part: number, text });
  }
  const longest = instructionFor(
    { noun: "bundle" },
    { text: "x".repeat(MAX_TEXT), number: 30 },
  );
  assertStrictEquals(longest.length <= 1_000, true);
});

Deno.test("placeAt() puts a row behind those whose middle it has passed", () => {
  const boxes = [0, 100, 200].map((top) => ({ top, height: 100 }));
  const at = (from: number, offset: number) => placeAt(boxes, { from, offset });
  assertEquals([at(0, 40), at(0, 60), at(0, 400)], [0, 1, 2]);
  assertEquals([at(2, -40), at(2, -60), at(2, -400)], [2, 1, 0]);
});
