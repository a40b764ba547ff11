import { assertEquals, assertStrictEquals } from "@std/assert";
import { totalsOf } from "../../../../jobs/kinds/itinerary/assemble.ts";
import { MemoryStorage } from "../../../../testing/memory_storage.ts";
import { storedBundles } from "../../../../testing/plans.ts";
import { richItinerary, withWays } from "../../../../testing/rich_plans.ts";
import { sampleBundles } from "../../../../jobs/kinds/bundles/sample.ts";
import { techno } from "../../../../testing/app.ts";
import { bundlesShape } from "../../../../web/app/kinds/bundles/shape.ts";
import { itineraryShape } from "../../../../web/app/kinds/itinerary/shape.ts";
import { diffPlans } from "../../../../web/app/shaping/diff.ts";
import { EditStore } from "../../../../web/app/shaping/edit_store.ts";
import {
  applyEdits,
  carryEdits,
  type Edits,
  moved,
  soundEdits,
  withOrder,
} from "../../../../web/app/shaping/edits.ts";
import type { PlanShape } from "../../../../web/app/shaping/plan_shape.ts";
import type { Day, ItineraryJob, Job } from "../../../../web/client/job.ts";

const shape: PlanShape = itineraryShape;
const { days } = richItinerary();

/** A job with only the members that edits read. */
function jobOf(itinerary: Day[], members: Partial<ItineraryJob> = {}): Job {
  return { jobId: "a", itinerary, partial: null, warnings: [], ...members } as ItineraryJob;
}

function edited(edits: Edits["order"], members: Partial<ItineraryJob> = {}): ItineraryJob {
  return applyEdits(jobOf(days, members), { order: edits }, shape) as ItineraryJob;
}

const titles = (day: Day) => day.activities.map(({ title }) => title);

Deno.test("moved activities get the times of their new places, and lose ways that no longer hold", () => {
  const { itinerary } = edited({ 0: [0, 2, 3, 1] });
  const [day, second] = itinerary!;
  assertEquals(day!.activities.map(({ time, title, toNext }) => [time, title, toNext !== null]), [
    ["10:00", "Castelo de São Jorge", false],
    ["12:30", "Museu do Fado", true],
    ["15:00", "Taberna Sal Grosso", false],
    ["19:30", "Zé da Mouraria", false],
  ]);
  assertStrictEquals(second, days[1]);
});

Deno.test("after a removal the others keep their times, and the totals are those of the service", () => {
  const [day] = edited({ 0: [1, 2, 3] }).itinerary!;
  assertEquals(day!.activities.map(({ time }) => time), ["12:30", "15:00", "19:30"]);
  assertEquals(day!.totals, totalsOf(day!.activities));
  assertEquals(day!.totals!.costs, [{ amount: 45, currency: "EUR" }]);
});

Deno.test("the events of a bundle keep their times when they are moved", () => {
  const { bundles } = storedBundles(sampleBundles(techno));
  const job = { generationId: "a", bundles, partial: null, warnings: [] } as unknown as Job;
  const after = applyEdits(job, { order: { 1: [1, 0] } }, bundlesShape as PlanShape);
  const [one, other] = bundles[1]!.keyEvents;
  assertEquals(bundlesShape.partsOf(after as never)[1]!.keyEvents, [other, one]);
});

/** Edits from storage that do not fit the plan. */
const unsound: [why: string, order: Edits["order"]][] = [
  ["a part that the plan does not have", { 7: [1, 0] }],
  ["an item that the part does not have", { 0: [0, 4] }],
  ["an item twice", { 0: [1, 1] }],
  ["no item", { 0: [] }],
  ["no number", { 0: ["1"] as never }],
  ["a fraction", { 0: [0.5, 1] }],
  ["the order of the service", { 0: [0, 1, 2, 3] }],
];

for (const [why, order] of unsound) {
  Deno.test(`edits with ${why} change nothing`, () => {
    const job = jobOf(days);
    assertEquals(soundEdits(job, { order }, shape), { order: {} });
    assertStrictEquals(applyEdits(job, { order }, shape), job);
  });
}

Deno.test("warnings about removed activities disappear, and others follow theirs", () => {
  const warning = (where: string) => ({ code: "closed", where, message: where });
  const warnings = ["days", "days.0", "days.0.activities.1", "days.0.activities.3"].map(warning);
  const after = edited({ 0: [3, 0, 2] }, { warnings: warnings as ItineraryJob["warnings"] });
  assertEquals(after.warnings.map(({ where }) => where), ["days", "days.0", "days.0.activities.0"]);
});

Deno.test("withOrder() and moved() forget a part that is as the service wrote it", () => {
  assertEquals(moved(["a", "b", "c"], 0, 2), ["b", "c", "a"]);
  assertEquals(moved(["a", "b", "c"], 2, 0), ["c", "a", "b"]);
  const edits = withOrder({ order: { 1: [1, 0] } }, { part: 0, kept: [1, 0], count: 2 });
  assertEquals(edits, { order: { 0: [1, 0], 1: [1, 0] } });
  assertEquals(withOrder(edits, { part: 0, kept: [0, 1], count: 2 }), { order: { 1: [1, 0] } });
});

/** Edits of a plan, its new version, and what the version shows of the edited day. */
const carried: [
  what: string,
  order: number[],
  change: (day: Day) => Day,
  expected: (string | undefined)[],
][] = [
  ["a day that stays keeps its edits", [3, 1], (day) => day, [
    "Taberna Sal Grosso",
    "Zé da Mouraria",
  ]],
  [
    "of a day with another activity, the others keep their order",
    [3, 1, 2],
    (day) => replaced(day, 2),
    ["Taberna Sal Grosso", "Zé da Mouraria", "Another idea"],
  ],
  [
    "another first activity comes first",
    [3, 2, 1],
    (day) => replaced(day, 0),
    ["Another idea", "Taberna Sal Grosso", "Museu do Fado", "Zé da Mouraria"],
  ],
  ["another day has no edits", [3, 1], () => days[1]!, titles(days[1]!)],
];

function replaced(day: Day, index: number): Day {
  const other = { ...day.activities[index]!, title: "Another idea", place: "Elsewhere" };
  return withWays({ ...day, activities: day.activities.with(index, other) });
}

for (const [what, order, change, expected] of carried) {
  Deno.test(`a new version: ${what}`, () => {
    const after = days.with(0, change(days[0]!));
    const diff = diffPlans({ before: days, after }, shape);
    const edits = carryEdits({ order: { 0: order } }, diff);
    const job = applyEdits(jobOf(after), edits, shape) as ItineraryJob;
    assertEquals(titles(job.itinerary![0]!), expected);
  });
}

Deno.test("the store keeps the 50 trips that were edited last, and ignores what it did not write", () => {
  const storage = new MemoryStorage();
  const store = new EditStore(storage);
  for (let n = 0; n < 60; n++) store.put(`trip-${n}`, { order: { 0: [n] } });
  store.put("trip-10", { order: { 0: [1] } });
  assertStrictEquals(JSON.parse(storage.getItem("tripwright.edits")!).length, 50);
  assertEquals([store.get("trip-9"), store.get("trip-10")], [null, { order: { 0: [1] } }]);
  for (const odd of ["{", "null", "{}", '[null,1,{"id":"a"},{"id":"a","order":{"0":1}}]']) {
    storage.setItem("tripwright.edits", odd);
    assertStrictEquals(store.get("a"), null, odd);
  }
  const blocked = new EditStore(null);
  blocked.put("a", { order: {} });
  assertStrictEquals(blocked.get("a"), null);
});
