/** How bundles are changed: what the model is asked, and what becomes of its answer. */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { bundlesKind, type BundlesSettings } from "../../../jobs/kinds/bundles/kind.ts";
import type { Bundles, WrittenBundle, WrittenEvent } from "../../../jobs/kinds/bundles/plan.ts";
import type { BundlesRequest } from "../../../jobs/kinds/bundles/request.ts";
import type { Tool } from "../../../jobs/tools/tool.ts";
import type { ResponseRequest } from "../../../lib/model/model.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { storedBundles, writtenEvent } from "../../../testing/plans.ts";

const kind = bundlesKind({ model: "gpt-test", tools: [], webSearch: false });
const { refinement } = kind;

const jazz: BundlesRequest = { preferences: { interests: ["jazz"] } };

function bundle(name: string, ...events: Partial<WrittenEvent>[]): WrittenBundle {
  const some = events.length > 0 ? events : [{}];
  return {
    title: `Title ${name}`,
    description: `Description ${name}`,
    keyEvents: some.map((event, n) => writtenEvent({ name: `Event ${name} ${n + 1}`, ...event })),
    imageUrl: null,
  };
}

/** Returns a plan as it is stored and read. */
function stored(bundles: WrittenBundle[], members: Partial<Bundles> = {}): Bundles {
  return kind.result.parse({ ...storedBundles({ bundles }), ...members });
}

const TICKETS = "https://tickets.example/late-show";

const base = stored([
  bundle("one", { url: null }, { name: "Late show" }),
  bundle("two"),
  bundle("three"),
]);

type Script = Parameters<typeof scriptedModel>[0];

const json = (value: unknown) => JSON.stringify(value);

function answer(value: unknown) {
  const text = json(value);
  return { text, output: [{ type: "message", content: [{ type: "output_text", text }] }] };
}

/** Changes a plan with a model that answers with `script`. */
function refine(
  change: unknown,
  script: Script,
  { request = jazz, plan = base, ...settings }: Partial<BundlesSettings> & {
    request?: BundlesRequest;
    plan?: Bundles;
  } = {},
) {
  const merged = refinement.merge({ request, plan }, refinement.change.parse(change));
  assert("request" in merged, json(merged));
  const { model, requests } = scriptedModel(script);
  const { context, steps } = testContext(model, {
    refinement: { base: plan, request, change: merged.change },
  });
  const used = bundlesKind({ model: "gpt-test", tools: [], webSearch: false, ...settings });
  return {
    plan: used.generate(merged.request, context),
    requests: requests as ResponseRequest[],
    steps,
  };
}

function assertKept(plan: Bundles, kept: number[], before = base) {
  const same = plan.bundles.flatMap((one, index) =>
    json(one) === json(before.bundles[index]) ? index + 1 : []
  );
  assertEquals(same, kept);
}

const numbered = (number: number, name: string, ...events: Partial<WrittenEvent>[]) => ({
  bundle: number,
  ...bundle(name, ...events),
});

Deno.test("another bundle 2 changes bundle 2, and the others stay byte for byte", async () => {
  const { plan, requests } = refine({ bundle: 2 }, [answer({ bundles: [numbered(2, "new")] })]);
  const changed = kind.result.parse(await plan);
  assertKept(changed, [1, 3]);
  assertEquals(Object.keys(changed.bundles[1]!), Object.keys(base.bundles[1]!));
  assertStrictEquals(changed.bundles[1]!.title, "Title new");
  assertStrictEquals(changed.warnings, undefined);
  assertMatch(requests[0]!.instructions, /Write bundle 2 anew/);
  const content = z.string().parse(requests[0]!.input[0]!.content);
  const [, wish, shown, asked] = content.match(
    /^<wish>\n(.*)\n<\/wish>\n\n<plan>\n(.*)\n<\/plan>\n\n<change>\n(.*)\n<\/change>$/s,
  )!;
  assertEquals(JSON.parse(wish!), jazz);
  assertEquals(JSON.parse(asked!), { bundle: 2 });
  const { bundles } = JSON.parse(shown!);
  assertEquals(bundles[1], numbered(2, "two"));
  assertEquals(bundles[2], {
    bundle: 3,
    title: "Title three",
    keyEvents: bundle("three").keyEvents.map(({ name, date, venue }) => ({ name, date, venue })),
  });
});

Deno.test("another event is set into its bundle, and the rest of the bundle stays", async () => {
  const { plan, requests } = refine({ bundle: 1, event: 2 }, [
    answer({ event: writtenEvent({ name: "Jam session" }) }),
  ]);
  const changed = kind.result.parse(await plan);
  assertKept(changed, [2, 3]);
  const [first, second] = changed.bundles[0]!.keyEvents;
  assertEquals(first, base.bundles[0]!.keyEvents[0]);
  assertStrictEquals(second!.name, "Jam session");
  assertStrictEquals(changed.bundles[0]!.title, "Title one");
  assertMatch(requests[0]!.instructions, /event 2 of bundle 1/);
});

Deno.test("an instruction changes some bundles, and may add one", async () => {
  const script = [answer({ bundles: [numbered(4, "four"), numbered(1, "new")] })];
  const { plan, requests } = refine({ instruction: "Add food" }, script);
  const changed = kind.result.parse(await plan);
  assertKept(changed, [2, 3]);
  assertEquals(changed.bundles.map(({ title }) => title), [
    "Title new",
    "Title two",
    "Title three",
    "Title four",
  ]);
  assertMatch(requests[0]!.instructions, /A further bundle has the number 4, up to 5 in all/);
});

const wrongAnswers: [
  what: string,
  change: unknown,
  wrong: unknown,
  right: unknown,
  fault: RegExp,
][] = [
  [
    "no bundles",
    { instruction: "x" },
    { bundles: [] },
    { bundles: [numbered(1, "n")] },
    /bundles: Too small/,
  ],
  [
    "a gap in the numbers",
    { instruction: "x" },
    { bundles: [numbered(5, "n")] },
    { bundles: [numbered(4, "n")] },
    /must have bundle 4/,
  ],
  [
    "a bundle twice",
    { instruction: "x" },
    { bundles: [numbered(2, "a"), numbered(2, "b")] },
    { bundles: [numbered(2, "n")] },
    /has bundle 2 twice/,
  ],
  [
    "another bundle",
    { bundle: 2 },
    { bundles: [numbered(3, "n")] },
    { bundles: [numbered(2, "n")] },
    /bundles: must have bundle 2/,
  ],
  [
    "the whole plan",
    { bundle: 2 },
    base,
    { bundles: [numbered(2, "n")] },
    /must have exactly 1 entry/,
  ],
  [
    "no number",
    { bundle: 2 },
    { bundles: [bundle("n")] },
    { bundles: [numbered(2, "n")] },
    /bundles\.0\.bundle: Invalid input/,
  ],
  [
    "some bundles of another city",
    { wish: { preferences: { city: "Porto" } } },
    { bundles: [numbered(1, "n")] },
    { bundles: [numbered(1, "a"), numbered(2, "b"), numbered(3, "c")] },
    /must have bundle 2 and 3|Too small/,
  ],
];

for (const [what, change, wrong, right, fault] of wrongAnswers) {
  Deno.test(`an answer with ${what} gets one turn of correction (${json(change)})`, async () => {
    const { plan, requests } = refine(change, [answer(wrong), answer(right)]);
    await plan;
    assertMatch(json(requests[1]!.input.at(-1)), fault);
  });
}

/** A tool that returns a link. */
const searchTool: Tool = {
  name: "search",
  description: "Finds events",
  message: "Searching for events",
  parameters: z.object({}),
  run: () => Promise.resolve({ url: "https://found.example/1" }),
};

Deno.test("a change may call tools, and keeps the links of tools and of the plan", async () => {
  const plan = stored([bundle("one"), bundle("two"), bundle("three")]);
  plan.bundles[0]!.keyEvents[0]!.url = TICKETS;
  const urls = [TICKETS, "https://found.example/1", "https://invented.example/"];
  const events = urls.map((url, n) => ({ name: `New ${n}`, url }));
  const call = { callId: "call_1", name: "search", arguments: "{}" };
  const written = answer({ bundles: [numbered(1, "new", ...events)] });
  const { plan: changed, steps } = refine({ bundle: 1 }, [
    { calls: [call], output: [{ type: "function_call", call_id: "call_1" }] },
    written,
    written,
  ], { plan, tools: [searchTool] });
  const { bundles } = await changed;
  assertEquals(bundles[0]!.keyEvents.map(({ url }) => url), [...urls.slice(0, 2), null]);
  assertEquals(steps.slice(0, 3), ["turn-1", "turn-1/tool-1", "turn-2"]);
  assertKept(kind.result.parse(await changed), [2, 3], plan);
});

Deno.test("new events have the time zones that the plan knows of their cities", async () => {
  const zoned = stored([
    bundle("one", { city: "Lisbon" }),
    bundle("two", { city: "Lisbon" }),
    bundle("three", {
      city: "Lisbon",
    }),
  ], { timeZone: "Europe/Lisbon" });
  for (const { keyEvents } of zoned.bundles) {
    for (const event of keyEvents) event.timeZone = "Europe/Lisbon";
  }
  const events = [{ name: "a", city: "Lisbon, Portugal" }, { name: "b", city: "Madrid" }];
  const script = [answer({ bundles: [numbered(2, "new", ...events)] })];
  const changed = await refine({ bundle: 2 }, script, { plan: zoned }).plan;
  assertEquals(changed.bundles[1]!.keyEvents.map(({ timeZone }) => timeZone), [
    "Europe/Lisbon",
    null,
  ]);
  assertStrictEquals(changed.timeZone, "Europe/Lisbon");
});

Deno.test("a plan whose events have no time zones of their own keeps that of the plan", async () => {
  const old = stored([bundle("one"), bundle("two"), bundle("three")], {
    timeZone: "Europe/Lisbon",
  });
  const script = [answer({ bundles: [numbered(2, "new")] })];
  const changed = await refine({ bundle: 2 }, script, { plan: old }).plan;
  assertStrictEquals(changed.timeZone, "Europe/Lisbon");
});

Deno.test("a bundle with the title of a kept one is a fault of the change", async () => {
  const equal = { ...numbered(1, "new"), title: "Title three" };
  const { plan, requests } = refine({ bundle: 1 }, [
    answer({ bundles: [equal] }),
    answer({ bundles: [numbered(1, "new")] }),
  ]);
  assertKept(kind.result.parse(await plan), [2, 3]);
  assertMatch(
    json(requests[1]!.input.at(-1)),
    /bundles\.2: has the title .*this part stays as it is/,
  );
});

Deno.test("a changed wish may leave all bundles as they are", async () => {
  const change = { wish: { preferences: { musicProfile: "Coltrane" } } };
  const { plan, requests } = refine(change, [answer({ bundles: [] })]);
  assertEquals(await plan, base);
  const content = z.string().parse(requests[0]!.input[0]!.content);
  assertMatch(
    content,
    /<change>\n\{\n {2}"before": \{\n {4}"musicProfile": null\n {2}\}\n\}\n<\/change>/,
  );
  assertMatch(content, /"musicProfile": "Coltrane"/);
});

Deno.test("a warning about a kept bundle follows the changed budget", async () => {
  const costs = (amount: number) => ({
    preferences: { ...jazz.preferences, budget: { amount, currency: "EUR", per: "all" as const } },
  });
  const dear = writtenEvent({ name: "Gala", price: { amount: 90, currency: "EUR" } });
  const warning = (budget: number) => ({
    code: "over_budget",
    where: "bundles.0",
    message: `“Title one” costs about 90 EUR for 1 adult. Your budget is ${budget} EUR.`,
  });
  const plan = stored([bundle("one", dear), bundle("two"), bundle("three")], {
    warnings: [warning(50)],
  });
  const warningsWith = async (amount: number) => {
    const none = answer({ bundles: [] });
    const options = { request: costs(50), plan };
    return (await refine({ wish: costs(amount) }, [none, none], options).plan).warnings;
  };
  assertEquals(await warningsWith(100), undefined);
  assertEquals(await warningsWith(60), [warning(60)]);
});

Deno.test("an event of a kept bundle that is over by now gets a warning, and no turn", async () => {
  const tonight = { name: "Gala", startsAt: "2026-11-20T20:00", endsAt: "2026-11-20T23:00" };
  const plan = stored([bundle("one", tonight), bundle("two"), bundle("three")]);
  const { plan: changed, requests } = refine(
    { bundle: 2 },
    [answer({ bundles: [numbered(2, "new")] })],
    { plan },
  );
  assertEquals((await changed).warnings, [{
    code: "past_event",
    where: "bundles.0.keyEvents.0",
    message: "“Gala” in “Title one” seems to be over already. Check its date.",
  }]);
  assertStrictEquals(requests.length, 1);
});

// The body

const none = ": Expected instruction, bundle, or wish";

const refusedBodies: [body: unknown, ...problems: string[]][] = [
  [{}, none],
  [{ day: 1 }, none],
  [{ event: 1 }, none],
  [{ instruction: "a", bundle: 1 }, ": Expected only one of instruction, bundle, or wish"],
  [{ instruction: "a", event: 1 }, "event: expected only together with bundle"],
  [{ bundle: 0 }, "bundle: expected a whole number from 1 to 5"],
  [{ bundle: 6 }, "bundle: expected a whole number from 1 to 5"],
  [{ bundle: 1, event: 9 }, "event: expected a whole number from 1 to 8"],
  [{ wish: null }, "wish: expected an object"],
  [{ wish: {} }, "wish.preferences: expected an object"],
  [
    { wish: { preferences: { interests: "jazz" } } },
    "wish.preferences.interests: expected a list of strings",
  ],
];

for (const [body, ...problems] of refusedBodies) {
  Deno.test(`a change of bundles must not be ${json(body)}`, () => {
    const { error } = refinement.change.safeParse(body);
    const found = error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    assertEquals(found, problems);
  });
}

const refusedChanges: [change: unknown, ...problems: string[]][] = [
  [{ bundle: 4 }, "bundle: the plan has 3 bundles"],
  [{ bundle: 2, event: 2 }, "event: bundle 2 has 1 key event"],
  [
    { wish: jazz },
    "wish.preferences: expected at least one member that differs from the present wish",
  ],
  [
    { wish: { preferences: { startDate: "2027-05-02", endDate: "2027-05-01" } } },
    "wish.preferences.endDate: must not be before startDate",
  ],
];

for (const [change, ...problems] of refusedChanges) {
  Deno.test(`a plan of three bundles cannot be changed by ${json(change)}`, () => {
    const parent = { request: jazz, plan: base };
    const merged = refinement.merge(parent, refinement.change.parse(change));
    assert("issues" in merged);
    assertEquals(
      merged.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
      problems,
    );
  });
}

Deno.test("changed preferences keep the others, and null removes one", () => {
  const request: BundlesRequest = {
    preferences: { ...jazz.preferences, city: "Lisbon", timeframe: "May" },
  };
  const change = { wish: { preferences: { city: null, interests: ["food"] } } };
  const merged = refinement.merge({ request, plan: base }, refinement.change.parse(change));
  assert("request" in merged);
  assertEquals(JSON.parse(json(merged.request)), {
    preferences: { interests: ["food"], timeframe: "May" },
  });
  assertEquals(merged.change, { wish: ["interests", "city"] });
});

// Samples

/** Returns the plan of the sample generator. */
async function samplePlan(request: BundlesRequest): Promise<Bundles> {
  const { model } = scriptedModel([answer(await kind.writeSample(request, { startedAt: NOON }))]);
  return kind.result.parse(await kind.generate(request, testContext(model).context));
}

/** Changes a plan with the sample generator. */
async function refineSample(
  change: unknown,
  { request, plan }: { request: BundlesRequest; plan: Bundles },
) {
  const merged = refinement.merge({ request, plan }, refinement.change.parse(change));
  assert("request" in merged, json(merged));
  const given = { base: plan, request, change: merged.change };
  const written = await kind.writeSampleChange(merged.request, given, { startedAt: NOON });
  const { model, requests } = scriptedModel([answer(written)]);
  const { context } = testContext(model, { refinement: given });
  const changed = kind.result.parse(await kind.generate(merged.request, context));
  assertStrictEquals(requests.length, 1, "the review rejected the sample");
  return { request: merged.request, plan: changed };
}

const sampleChanges: [change: unknown, changed: number[]][] = [
  [{ bundle: 2 }, [2]],
  [{ bundle: 3, event: 1 }, [3]],
  [{ instruction: "Another bundle 3, please" }, [3]],
  [{ instruction: "More music" }, [1]],
];

const sampleWishes: BundlesRequest["preferences"][] = [
  { interests: ["music"] },
  { interests: ["food", "art", "jazz"] },
  {},
  { city: "Lisbon", interests: ["music"] },
];

for (const preferences of sampleWishes) {
  for (const [change, changed] of sampleChanges) {
    Deno.test(`the sample generator changes the bundles ${json(changed)} for ${json(change)} (${json(preferences)})`, async () => {
      const request = { preferences };
      const plan = await samplePlan(request);
      const { plan: after } = await refineSample(change, { request, plan });
      const same = plan.bundles.map((_, n) => n + 1).filter((n) => !changed.includes(n));
      assertKept(after, same, plan);
      assertStrictEquals(after.warnings, undefined);
    });
  }
}

for (const preferences of sampleWishes) {
  Deno.test(`the sample generator changes all bundles for another city (${json(preferences)})`, async () => {
    const request = { preferences };
    const plan = await samplePlan(request);
    const change = { wish: { preferences: { city: "Berlin" } } };
    const { plan: after } = await refineSample(change, { request, plan });
    assertKept(after, [], plan);
    assertStrictEquals(after.bundles.length, plan.bundles.length);
    assert(
      after.bundles.every(({ keyEvents }) => keyEvents.every(({ city }) => city === "Berlin")),
    );
  });
}

const sampleChains: [city: string, ...changes: unknown[]][] = [
  ["Mousehole", { bundle: 1 }, { bundle: 1 }, { instruction: "Other words" }],
  ["Mousehole", { wish: { preferences: { endDate: "2026-12-09" } } }, { bundle: 2 }],
  ["Mousehole", { bundle: 2, event: 1 }, { wish: { preferences: { city: "Lisbon" } } }],
  [
    "Lisbon",
    { bundle: 3 },
    { wish: { preferences: { budget: { amount: 5, currency: "EUR" } } } },
    { wish: { preferences: { endDate: "2026-12-09" } } },
  ],
];

for (const [city, ...changes] of sampleChains) {
  Deno.test(`the sample generator repeats nothing in ${city} after ${json(changes)}`, async () => {
    const dates = { startDate: "2026-12-05", endDate: "2026-12-07" };
    const request: BundlesRequest = { preferences: { city, interests: ["music"], ...dates } };
    let state = { request, plan: await samplePlan(request) };
    for (const change of changes) {
      state = await refineSample(change, state);
      assertStrictEquals(state.plan.warnings, undefined, json(change));
    }
  });
}
