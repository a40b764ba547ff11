/** What an itinerary must keep to, and what becomes of a plan that does not. */
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { isCurrency, isPlausible } from "../../../jobs/kinds/cost.ts";
import { assembleDay, assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { WrittenItinerary } from "../../../jobs/kinds/itinerary/plan.ts";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import type { PlanParts } from "../../../jobs/kind.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { ChatRequest } from "../../../lib/model/model.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { storedActivity } from "../../../testing/plans.ts";

type Day = WrittenItinerary["days"][number];
type Activity = Day["activities"][number];

const kind = itineraryKind({ model: "gpt-test" });
const rome = { destination: "Rome", durationDays: 2 };

/** A plan of two days that keeps all rules, with the changes of a test. */
function planWith(change: (days: [Day, Day]) => void = () => {}): WrittenItinerary {
  const plan = structuredClone(sampleItinerary(rome));
  change(plan.days as [Day, Day]);
  return plan;
}

/** The activity that the tests change. */
function second([, day]: [Day, Day]): Activity {
  return day.activities[1]!;
}

/** Generates a plan with a model that answers with these plans in turn. */
async function generate(...plans: unknown[]) {
  const { model, requests } = scriptedModel(plans.map((plan) => ({ text: JSON.stringify(plan) })));
  const { context } = testContext(model);
  const plan = await kind.generate(rome, context);
  const feedback = (requests as ChatRequest[])[1]?.messages.at(-1)?.content ?? null;
  return { plan, feedback, turns: requests.length };
}

/** Plans that break one rule, what the model reads about it, and the warning if it stays. */
const broken: {
  what: string;
  change: (days: [Day, Day]) => void;
  feedback: string;
  warning: { code: string; where: string; message: RegExp };
  /** The cost of the second activity of day 2 in the plan that is kept. */
  cost?: null;
}[] = [
  {
    what: "an activity twice on one day",
    change: ([, day]) => day.activities[2]!.title = ` ${day.activities[1]!.title.toUpperCase()}!`,
    feedback: "- days.1.activities.2: repeats ",
    warning: {
      code: "repeated_activity",
      where: "days.1.activities.2",
      message: /^“.+” is planned more than once on day 2\.$/,
    },
  },
  {
    what: "two days with the same activities",
    change: (days) => days[1].activities = structuredClone(days[0].activities).toReversed(),
    feedback: "- days.1: has the same activities or places as day 1; plan others\n",
    warning: {
      code: "equal_days",
      where: "days.1",
      message: /^Day 2 has the same activities or places as day 1\.$/,
    },
  },
  {
    what: "two days at the same three places",
    change: (days) => {
      for (const { activities } of days) {
        activities.forEach((activity, index) => activity.place = `Place ${index % 3}`);
      }
    },
    feedback: "- days.1: has the same activities or places as day 1; plan others\n",
    warning: {
      code: "equal_days",
      where: "days.1",
      message: /^Day 2 has the same activities or places as day 1\.$/,
    },
  },
  {
    what: "an activity after midnight",
    change: ([, day]) => day.activities.at(-1)!.time = "0:30 am",
    feedback: "starts at 00:30, but a day ends before midnight; choose an earlier time",
    warning: {
      code: "after_midnight",
      where: "days.1.activities.3",
      message: /^“.+” starts at 00:30, in the night after day 2\. A calendar shows/,
    },
  },
  {
    what: "a cost of 309 digits",
    change: (days) => second(days).estimatedCost = { amount: 1.7e308, currency: "EUR" },
    feedback: "- days.1.activities.1: estimatedCost.amount must be from 0 to 100000, or",
    warning: {
      code: "implausible_cost",
      where: "days.1.activities.1",
      message: /^The cost of “.+” on day 2 was not plausible, so it is left out\.$/,
    },
    cost: null,
  },
  {
    what: "a negative cost",
    change: (days) => second(days).estimatedCost = { amount: -1, currency: "EUR" },
    feedback: "- days.1.activities.1: estimatedCost.amount must be from 0 to 100000, or",
    warning: {
      code: "implausible_cost",
      where: "days.1.activities.1",
      message: /^The cost of “.+” on day 2 was not plausible/,
    },
    cost: null,
  },
  {
    what: "a currency that does not exist",
    change: (days) => second(days).estimatedCost = { amount: 5, currency: "€" },
    feedback:
      '- days.1.activities.1: estimatedCost.currency must be an ISO 4217 code such as EUR, not "€"',
    warning: {
      code: "unknown_currency",
      where: "days.1.activities.1",
      message: /^The cost of “.+” on day 2 is left out, because its currency does not exist\.$/,
    },
    cost: null,
  },
];

for (const { what, change, feedback, warning, cost } of broken) {
  Deno.test(`generate() asks once about ${what}, and accepts the correction`, async () => {
    const answer = await generate(planWith(change), planWith());
    assertEquals(answer.plan, assembleItinerary(planWith()));
    assert(answer.feedback!.includes(feedback), answer.feedback!);
    assertStrictEquals(answer.turns, 2);
  });

  Deno.test(`generate() keeps a plan that still has ${what}, with a warning`, async () => {
    const { plan, turns } = await generate(planWith(change), planWith(change));
    assertStrictEquals(turns, 2);
    const { message, ...rest } = warning;
    assertEquals(plan.warnings?.map(({ code, where }) => ({ code, where })), [rest]);
    assertMatch(plan.warnings![0]!.message, message);
    assertEquals(kind.result.parse(plan), plan);
    assertEquals(kind.warningsOf(plan), plan.warnings);
    if (cost === null) assertStrictEquals(plan.days[1]!.activities[1]!.estimatedCost, null);
  });
}

/** Plans that the service corrects itself. */
/** Failures of the turn that should correct a plan. */
const finalFailures = [
  "refused",
  "content_filtered",
  "request_too_large",
  "quota_exceeded",
] as const;

for (const code of finalFailures) {
  Deno.test(`generate() keeps the plan, with warnings, if its correction fails: ${code}`, async () => {
    const faulty = planWith((days) => second(days).estimatedCost = { amount: -1, currency: "EUR" });
    const { model } = scriptedModel([{ text: JSON.stringify(faulty) }, new JobError(code, "No.")]);
    const plan = await kind.generate(rome, testContext(model).context);
    assertEquals(plan.warnings?.map(({ code }) => code), ["implausible_cost"]);
  });
}

Deno.test("generate() fails if a later attempt may get the correction, and not at the last one", async () => {
  const faulty = planWith((days) => second(days).estimatedCost = { amount: -1, currency: "EUR" });
  const turns = [{ text: JSON.stringify(faulty) }, new JobError("overloaded", "Later.")];
  const attempt = (isLastAttempt: boolean) =>
    kind.generate(rome, testContext(scriptedModel(turns).model, { isLastAttempt }).context);
  await assertRejects(() => attempt(false), JobError, "Later.");
  assertEquals((await attempt(true)).warnings?.length, 1);
});

const repaired: [what: string, change: (days: [Day, Day]) => void][] = [
  ["activities in the wrong order", ([, day]) => day.activities.reverse()],
  [
    "times without a zero",
    ([, day]) =>
      day.activities.forEach((activity) => activity.time = activity.time.replace(/^0/, "")),
  ],
  ["a currency in small letters", (days) => second(days).estimatedCost!.currency = " usd "],
];

for (const [what, change] of repaired) {
  Deno.test(`generate() repairs ${what} without asking the model`, async () => {
    const { plan, turns } = await generate(planWith(change));
    assertStrictEquals(turns, 1);
    assertEquals(plan, assembleItinerary(planWith()));
  });
}

const fine: [what: string, change: (days: [Day, Day]) => void][] = [
  ["one title on two days", (days) => second(days).title = days[0].activities[0]!.title],
  [
    "two days at the same two places",
    (days) =>
      days.forEach(({ activities }) =>
        activities.forEach((activity, index) => activity.place = `Place ${index % 2}`)
      ),
  ],
  ["a start before sunrise", ([, day]) => day.activities[0]!.time = "04:30"],
  ["a cost of 100,000", (days) => second(days).estimatedCost = { amount: 1e5, currency: "EUR" }],
  [
    "a cost of 1.5 million rupiahs",
    (days) => second(days).estimatedCost = { amount: 1_500_000, currency: "IDR" },
  ],
  ...["BTN", "CUP"].map((currency): [what: string, change: (days: [Day, Day]) => void] => [
    `a cost of 150,000 ${currency}`,
    (days) => second(days).estimatedCost = { amount: 150_000, currency },
  ]),
  ["the guilder of 2025", (days) => second(days).estimatedCost = { amount: 5, currency: "XCG" }],
  ["one text of one character", (days) => second(days).title = "寺"],
];

for (const [what, change] of fine) {
  Deno.test(`generate() accepts ${what}`, async () => {
    const { plan, turns } = await generate(planWith(change));
    assertStrictEquals(turns, 1);
    assertEquals(plan, assembleItinerary(planWith(change)));
  });
}

/** A plan of a server that takes each text for one character. */
const letters = planWith((days) => {
  for (const day of days) {
    day.theme = "A";
    for (const activity of day.activities) {
      Object.assign(activity, { title: "A", description: "A", place: "A" });
    }
  }
});

Deno.test("generate() takes a plan of single characters for a wrong shape", async () => {
  const { plan, feedback } = await generate(letters, planWith());
  assertEquals(plan, assembleItinerary(planWith()));
  assert(feedback!.includes("- days.0: every text has a single character; write whole texts\n"));
});

Deno.test("generate() shows no day of single characters, and no cost that it would leave out", async () => {
  const { model } = scriptedModel([{ text: JSON.stringify(planWith()) }]);
  const { context } = testContext(model);
  const { chat } = context;
  let parts: PlanParts | undefined;
  context.chat = (name, request, shown) => chat(name, request, parts = shown);
  await kind.generate(rome, context);

  assertStrictEquals(parts!.schemaAt(0).safeParse(letters.days[0]).success, false);
  const { days } = planWith((days) => second(days).estimatedCost = { amount: 5, currency: "€" });
  const shown = parts!.schemaAt(1).parse(days[1]) as Day;
  assertStrictEquals(shown.activities[1]!.estimatedCost, null);
  assertEquals(shown.activities[0], assembleDay(days[1]!).activities[0]);
});

const currencies: [code: string, exists: boolean][] = [
  ...["EUR", "JPY", "SLE", "ZWG", "XCG", "XAF", "XPF"].map((
    code,
  ): [string, boolean] => [code, true]),
  ...["EURO", "eur", "€", "", "XXX", "XTS", "XAU", "HRK"].map((
    code,
  ): [string, boolean] => [code, false]),
];

for (const [code, exists] of currencies) {
  Deno.test(`the currency ${JSON.stringify(code)} ${exists ? "exists" : "does not exist"}`, () => {
    assertStrictEquals(isCurrency(code), exists);
  });
}

const costs: [amount: number, currency: string, isFine: boolean][] = [
  [0, "EUR", true],
  [100_000, "EUR", true],
  [100_001, "EUR", false],
  [-0.01, "EUR", false],
  [120_000, "VND", true],
  [1_000_000_001, "VND", false],
];

for (const [amount, currency, isFine] of costs) {
  Deno.test(`a cost of ${amount} ${currency} is ${isFine ? "" : "not "}plausible`, () => {
    assertStrictEquals(isPlausible({ amount, currency }), isFine);
  });
}

Deno.test("a stored plan without warnings, as earlier versions wrote it, has none", () => {
  const written = planWith(([day]) =>
    day.activities[0]!.estimatedCost = { amount: 1e30, currency: "AAA" }
  );
  const days = written.days.map((day) => ({
    ...day,
    activities: day.activities.map(({ time, title, description, place, estimatedCost }) => ({
      time,
      title,
      description,
      place,
      estimatedCost,
    })),
  }));
  const plan = kind.result.parse({ days });
  assertEquals(plan.days[0]!.activities[0], {
    ...storedActivity(days[0]!.activities[0]),
    estimatedCost: { amount: 1e30, currency: "AAA" },
  });
  assertEquals([plan.location, plan.days[0]!.date, plan.days[0]!.totals], [null, null, null]);
  assertEquals(kind.warningsOf(plan), []);
});
