/** What bundles must keep to, and what becomes of a plan that does not. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { bundlesKind } from "../../../jobs/kinds/bundles/kind.ts";
import type { Bundles, WrittenBundle, WrittenBundles } from "../../../jobs/kinds/bundles/plan.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { ResponseRequest } from "../../../lib/model/model.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { storedBundles } from "../../../testing/plans.ts";

type Bundle = WrittenBundle;

const kind = bundlesKind({ model: "gpt-test", tools: [], webSearch: false });
const jazz = { preferences: { interests: ["jazz"] } };

/** A plan that keeps all rules, with the changes of a test. */
function planWith(change: (bundles: Bundle[]) => void = () => {}): WrittenBundles {
  const plan = structuredClone(sampleBundles(jazz));
  change(plan.bundles);
  return plan;
}

/** The same plan as it is stored. */
function storedWith(change?: (bundles: Bundle[]) => void): Bundles {
  return storedBundles(planWith(change));
}

/** Generates bundles with a model that answers with these plans in turn. */
async function generate(...turns: object[]) {
  const { model, requests } = scriptedModel(
    turns.map((turn) => "bundles" in turn ? { text: JSON.stringify(turn) } : turn),
  );
  const { context } = testContext(model);
  const plan = await kind.generate(jazz, context);
  const feedback = (requests as ResponseRequest[])[1]?.input.at(-1)?.content ?? null;
  return { plan, feedback: String(feedback), turns: requests.length };
}

/** Plans that break one rule, what the model reads about it, and the warning if it stays. */
const broken: {
  what: string;
  change: (bundles: Bundle[]) => void;
  feedback: string;
  warning: { code: string; where: string; message: RegExp };
}[] = [
  {
    what: "two bundles with one title",
    change: ([first, , third]) => third!.title = first!.title.toUpperCase(),
    feedback: "- bundles.2: has the title ",
    warning: {
      code: "equal_titles",
      where: "bundles.2",
      message: /^More than one bundle has the title “.+”\.$/,
    },
  },
  {
    what: "two bundles with the same events",
    change: ([first, , third]) =>
      third!.keyEvents = first!.keyEvents.toReversed().map((event) => ({
        ...event,
        name: `${event.name.toUpperCase()}!`,
        why: "Another reason",
      })),
    feedback: "- bundles.2: has the same events as ",
    warning: {
      code: "equal_bundles",
      where: "bundles.2",
      message: /^“.+” has the same events as “.+”\.$/,
    },
  },
  {
    what: "an event twice in one bundle",
    change: ([, { keyEvents } = never()]) => keyEvents[2] = { ...keyEvents[0]!, venue: null },
    feedback: "- bundles.1.keyEvents.2: repeats ",
    warning: {
      code: "repeated_event",
      where: "bundles.1.keyEvents.2",
      message: /^“.+” is listed more than once in “.+”\.$/,
    },
  },
  ...["TBA", "N/A", "—", "…"].map((name) => ({
    what: `an event with the name ${name}`,
    change: ([, bundle]: Bundle[]) => void (bundle!.keyEvents[1]!.name = name),
    feedback: `- bundles.1.keyEvents.1: has the name "${name}", which names no event`,
    warning: {
      code: "empty_event",
      where: "bundles.1.keyEvents.1",
      message: /^An event of “.+” has no name\.$/,
    },
  })),
  ...[
    { amount: -5, currency: "EUR" },
    { amount: 1_000_000, currency: "EUR" },
  ].map((price) => ({
    what: `a price of ${price.amount}`,
    change: ([bundle]: Bundle[]) => void (bundle!.keyEvents[1]!.price = price),
    feedback: "- bundles.0.keyEvents.1: price.amount must be from 0 to 100000, or price null",
    warning: {
      code: "implausible_cost",
      where: "bundles.0.keyEvents.1",
      message: /^The price of “.+” in “.+” was not plausible, so it is left out\.$/,
    },
  })),
  {
    what: "a price in no currency",
    change: ([bundle]) => bundle!.keyEvents[1]!.price = { amount: 5, currency: "EURO" },
    feedback: "- bundles.0.keyEvents.1: price.currency must be an ISO 4217 code such as EUR, " +
      'not "EURO"',
    warning: {
      code: "unknown_currency",
      where: "bundles.0.keyEvents.1",
      message: /^The price of “.+” in “.+” is left out, because its currency does not exist\.$/,
    },
  },
];

function never(): never {
  throw new Error("The sample has too few bundles");
}

for (const { what, change, feedback, warning } of broken) {
  Deno.test(`generate() asks once about ${what}, and accepts the correction`, async () => {
    const answer = await generate(planWith(change), planWith());
    assertEquals(answer.plan, storedWith());
    assert(answer.feedback.includes(feedback), answer.feedback);
  });

  Deno.test(`generate() keeps bundles that still have ${what}, with a warning`, async () => {
    const { plan, turns } = await generate(planWith(change), planWith(change));
    assertStrictEquals(turns, 2);
    const { message, ...rest } = warning;
    assertEquals(plan.warnings?.map(({ code, where }) => ({ code, where })), [rest]);
    assertMatch(plan.warnings![0]!.message, message);
    assertEquals(kind.result.parse(plan), plan);
    assertEquals(kind.warningsOf(plan), plan.warnings);
    // No row has a price that may be shown.
    for (const { keyEvents } of plan.bundles) {
      for (const { price } of keyEvents) assertStrictEquals(price, null);
    }
  });
}

Deno.test("generate() shows no price in a partial plan that it would remove", async () => {
  const price = { amount: 12, currency: "EUR" };
  const { bundles } = planWith(([bundle]) => {
    Object.assign(bundle!.keyEvents[0]!, { price });
    Object.assign(bundle!.keyEvents[1]!, { price: { ...price, amount: -12 } });
  });
  const { model } = scriptedModel([{ text: JSON.stringify(planWith()) }]);
  const { context } = testContext(model);
  const respond = context.respond;
  let shown: unknown;
  context.respond = (name, request, parts) => {
    shown = parts.schemaAt(0).parse(bundles[0]);
    return respond(name, request, parts);
  };
  await kind.generate(jazz, context);

  const { keyEvents } = shown as Bundles["bundles"][number];
  assertEquals(keyEvents.map((event) => event.price), [price, null, null]);
});

const fine: [what: string, change: (bundles: Bundle[]) => void][] = [
  [
    "one event on two dates",
    ([bundle]) => bundle!.keyEvents[1] = { ...bundle!.keyEvents[0]!, date: "Sunday, 21:00" },
  ],
  ["one event in two bundles", ([one, other]) => other!.keyEvents[0] = { ...one!.keyEvents[0]! }],
  ["an event with an emoji as its name", ([bundle]) => bundle!.keyEvents[0]!.name = "🎷"],
];

for (const [what, change] of fine) {
  Deno.test(`generate() accepts ${what}`, async () => {
    const { plan, turns } = await generate(planWith(change));
    assertStrictEquals(turns, 1);
    assertEquals(plan, storedWith(change));
  });
}

Deno.test("generate() takes bundles of single characters for a wrong shape", async () => {
  const letters = planWith((bundles) => {
    for (const bundle of bundles) {
      Object.assign(bundle, { title: "A", description: "A" });
      for (const event of bundle.keyEvents) {
        Object.assign(event, { name: "A", date: "A", why: "A" });
      }
    }
  });
  const { plan, feedback } = await generate(letters, planWith());
  assertEquals(plan, storedWith());
  assert(feedback.includes("- bundles.0: every text has a single character; write whole texts\n"));
});

Deno.test("generate() keeps the first bundles when no turn is left for their correction", async () => {
  const calls = { calls: [{ callId: "call_1", name: "none", arguments: "{}" }] };
  const [{ change }] = broken as [typeof broken[number]];
  const { plan } = await generate(planWith(change), ...Array(9).fill(calls));
  assertStrictEquals(plan.warnings?.[0]?.code, "equal_titles");
});

const overlong: [what: string, preferences: object, problem: string | null][] = [
  [
    "all texts at their limits",
    { interests: Array(20).fill("🎷".repeat(500)), timeframe: "é".repeat(500) },
    null,
  ],
  [
    "more code points than a record holds",
    { interests: Array(20).fill("e\u0301\u0323".repeat(400)) },
    "preferences: expected at most 11500 Unicode code points in all texts together",
  ],
];

for (const [what, preferences, problem] of overlong) {
  Deno.test(`a request for bundles with ${what} is ${problem ? "refused" : "accepted"}`, () => {
    const { error } = kind.request.safeParse({ preferences });
    const found = error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    assertEquals(found?.[0] ?? null, problem);
  });
}

Deno.test("generate() keeps the bundles, with warnings, if their correction is refused", async () => {
  const faulty = planWith(([first, , third]) => third!.title = first!.title);
  const refusal = new JobError("refused", "No.");
  const { model } = scriptedModel([{ text: JSON.stringify(faulty) }, refusal]);
  const plan = await kind.generate(jazz, testContext(model).context);
  assertEquals(plan.warnings?.map(({ code }) => code), ["equal_titles"]);
});
