/** How itineraries are changed: what the model is asked, and what becomes of its answer. */
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { assembleItinerary } from "../../../jobs/kinds/itinerary/assemble.ts";
import { itineraryKind } from "../../../jobs/kinds/itinerary/kind.ts";
import type { Itinerary, WrittenActivity, WrittenDay } from "../../../jobs/kinds/itinerary/plan.ts";
import type { ItineraryRequest } from "../../../jobs/kinds/itinerary/request.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { ChatRequest } from "../../../lib/model/model.ts";
import { scriptedModel, testContext } from "../../../testing/jobs.ts";
import { lisbon, testPlaces } from "../../../testing/places.ts";

const kind = itineraryKind({ model: "gpt-test" });
const { refinement } = kind;

const rome: ItineraryRequest = { destination: "Rome", durationDays: 5 };

function activity(overrides: Partial<WrittenActivity> = {}): WrittenActivity {
  return {
    time: "09:30",
    title: "Walk along the Tiber",
    description: "From bridge to bridge.",
    place: "Trastevere",
    estimatedCost: { amount: 0, currency: "EUR" },
    category: "nature",
    mapQuery: null,
    coordinates: null,
    durationMinutes: 60,
    bookAhead: false,
    needsMet: null,
    ...overrides,
  };
}

function day(number: number, name = `old ${number}`): WrittenDay {
  return {
    day: number,
    theme: `Theme ${name}`,
    activities: [
      activity({ title: `Walk ${name}`, place: `Park ${name}` }),
      activity({
        time: "12:00",
        title: `Lunch ${name}`,
        place: `Inn ${name}`,
        category: "food",
        mapQuery: `Inn ${name}, Rome`,
        coordinates: { latitude: 41.9 + name.length / 100, longitude: 12.5 + number / 100 },
      }),
      activity({ time: "19:00", title: `Show ${name}`, place: `Hall ${name}` }),
    ],
  };
}

/** Returns a plan as it is stored and read. */
function stored(days: WrittenDay[]): Itinerary {
  return kind.result.parse(assembleItinerary({ days }));
}

const base = stored([1, 2, 3, 4, 5].map((number) => day(number)));

type Script = Parameters<typeof scriptedModel>[0];

const answer = (value: unknown) => ({ text: JSON.stringify(value) });

/** Merges a change as the service does. */
function merge(change: unknown, { request = rome, plan = base } = {}) {
  const merged = refinement.merge({ request, plan }, refinement.change.parse(change));
  assert("request" in merged, JSON.stringify(merged));
  return merged;
}

/** Changes a plan with a model that answers with `script`. */
function refine(
  change: unknown,
  script: Script,
  { request = rome, plan = base }: { request?: ItineraryRequest; plan?: Itinerary } = {},
) {
  const merged = merge(change, { request, plan });
  const { model, requests } = scriptedModel(script);
  const { context } = testContext(model, {
    refinement: { base: plan, request, change: merged.change },
  });
  return { plan: kind.generate(merged.request, context), requests: requests as ChatRequest[] };
}

const json = (value: unknown) => JSON.stringify(value);

/** Checks which days of a plan are the same, byte for byte. */
function assertKept(plan: Itinerary, kept: number[], before = base) {
  const same = plan.days.filter((one) => json(one) === json(before.days[one.day - 1]));
  assertEquals(same.map(({ day }) => day), kept);
}

Deno.test("another day 2 changes day 2, and the other days stay byte for byte", async () => {
  const { plan, requests } = refine({ day: 2 }, [answer({ days: [day(2, "new")] })]);
  const changed = await plan;
  assertKept(changed, [1, 3, 4, 5]);
  assertStrictEquals(changed.days[1]!.theme, "Theme new");
  assertEquals(changed.days[1]!.totals, base.days[1]!.totals);
  assertStrictEquals(changed.warnings, undefined);
  const [{ messages, format, maxTokens }] = requests as [ChatRequest];
  assertMatch(messages[0]!.content, /Write day 2 anew/);
  const [, wish, shown, asked] = messages[1]!.content.match(
    /^<wish>\n(.*)\n<\/wish>\n\n<plan>\n(.*)\n<\/plan>\n\n<change>\n(.*)\n<\/change>$/s,
  )!;
  assertEquals(JSON.parse(wish!), rome);
  assertEquals(JSON.parse(asked!), { day: 2 });
  const { days } = JSON.parse(shown!);
  assertEquals(days[1], day(2));
  assertEquals(days[0], {
    day: 1,
    theme: "Theme old 1",
    activities: day(1).activities.map(({ time, title, place }) => ({ time, title, place })),
  });
  assertStrictEquals(format.name, "change");
  assertStrictEquals(maxTokens, 7_500);
});

Deno.test("another activity is set into its day, and the rest of the day stays", async () => {
  const museum = activity({
    time: "13:00",
    title: "Museum",
    category: "food",
    coordinates: { latitude: 41.89, longitude: 12.48 },
    estimatedCost: { amount: 12, currency: "EUR" },
  });
  const { plan, requests } = refine({ day: 4, activity: 2 }, [answer({ activity: museum })]);
  const changed = await plan;
  assertKept(changed, [1, 2, 3, 5]);
  const [first, second, third] = changed.days[3]!.activities;
  assertEquals([first, third], [base.days[3]!.activities[0], base.days[3]!.activities[2]]);
  assertEquals([second!.title, second!.coordinates?.origin], ["Museum", "approximate"]);
  assertEquals(changed.days[3]!.totals?.costs, [{ amount: 12, currency: "EUR" }]);
  assertMatch(requests[0]!.messages[0]!.content, /activity 2 of day 4/);
});

Deno.test("another activity at another time keeps its day in order", async () => {
  const late = activity({ time: "21:00", title: "Jazz" });
  const changed = await refine({ day: 1, activity: 1 }, [answer({ activity: late })]).plan;
  const titles = changed.days[0]!.activities.map(({ title }) => title);
  assertEquals(titles, ["Lunch old 1", "Show old 1", "Jazz"]);
});

Deno.test("the way to a replaced activity and from it is not known", async () => {
  const walk = { distanceMeters: 500, walkingMinutes: 7, origin: "straight_line" } as const;
  const [first, ...others] = base.days;
  const activities = first!.activities.map((one, n) => ({ ...one, toNext: n < 2 ? walk : null }));
  const plan = { ...base, days: [{ ...first!, activities }, ...others] };
  const change = { day: 1, activity: 2 };
  const changed = await refine(change, [
    answer({ activity: activity({ time: "12:00", category: "food" }) }),
  ], {
    plan,
  }).plan;
  assertEquals(changed.days[0]!.activities.map(({ toNext }) => toNext), [null, null, null]);
});

Deno.test("an instruction changes the days that the model writes, in any order", async () => {
  const script = [answer({ days: [day(5, "new 5"), day(3, "new 3")] })];
  const { plan, requests } = refine({ instruction: "More <b>music</b>" }, script);
  const changed = await plan;
  assertKept(changed, [1, 2, 4]);
  assertEquals(changed.days.map(({ theme }) => theme), [
    "Theme old 1",
    "Theme old 2",
    "Theme new 3",
    "Theme old 4",
    "Theme new 5",
  ]);
  const content = requests[0]!.messages[1]!.content;
  assertStrictEquals(content.includes("<b>"), false);
  const shown = JSON.parse(content.match(/<plan>\n(.*)\n<\/plan>/)![1]!);
  assertEquals(shown, { days: [1, 2, 3, 4, 5].map((number) => day(number)) });
});

const wrongAnswers: [
  what: string,
  change: unknown,
  wrong: unknown,
  right: unknown,
  fault: RegExp,
][] = [
  ["no days", { instruction: "x" }, { days: [] }, { days: [day(1, "n")] }, /days: Too small/],
  [
    "day 6",
    { instruction: "x" },
    { days: [day(6)] },
    { days: [day(1, "n")] },
    /has day 6, but the plan ends with day 5/,
  ],
  [
    "a day twice",
    { instruction: "x" },
    { days: [day(2, "a"), day(2, "b")] },
    { days: [day(2, "n")] },
    /has day 2 twice/,
  ],
  [
    "another day",
    { day: 2 },
    { days: [day(3, "n")] },
    { days: [day(2, "n")] },
    /days\.0\.day: Invalid input/,
  ],
  [
    "two days",
    { day: 2 },
    { days: [day(2, "n"), day(3, "n")] },
    { days: [day(2, "n")] },
    /must have exactly 1 entry/,
  ],
  ["the whole plan", { day: 2 }, base, { days: [day(2, "n")] }, /must have exactly 1 entry/],
  [
    "a day in place of an activity",
    { day: 2, activity: 1 },
    { days: [day(2, "n")] },
    { activity: activity({ title: "n" }) },
    /activity: Invalid input/,
  ],
  [
    "no new day",
    { wish: { durationDays: 6 } },
    { days: [day(2, "n")] },
    { days: [day(6, "n")] },
    /must have day 6/,
  ],
];

for (const [what, change, wrong, right, fault] of wrongAnswers) {
  Deno.test(`an answer with ${what} gets one turn of correction (${json(change)})`, async () => {
    const { plan, requests } = refine(change, [answer(wrong), answer(right)]);
    await plan;
    assertMatch(requests[1]!.messages.at(-1)!.content, fault);
    await assertRejects(() => refine(change, [answer(wrong), answer(wrong)]).plan, JobError);
  });
}

Deno.test("a wish with more days gets the new ones, and others that no longer fit", async () => {
  const change = { wish: { durationDays: 7, pace: "relaxed" } };
  const { plan, requests } = refine(change, [
    answer({ days: [day(2, "new"), day(6), day(7)] }),
  ], { request: { ...rome, pace: "packed" } });
  const changed = await plan;
  assertEquals(changed.days.map(({ day }) => day), [1, 2, 3, 4, 5, 6, 7]);
  assertKept({ ...changed, days: changed.days.slice(0, 5) }, [1, 3, 4, 5]);
  const [system, user] = requests[0]!.messages;
  assertMatch(system!.content, /Write days 6 and 7/);
  const asked = JSON.parse(user!.content.match(/<change>(.*)<\/change>/s)![1]!);
  assertEquals(asked, { before: { durationDays: 5, pace: "packed" } });
  assertMatch(user!.content, /"pace": "relaxed"/);
});

Deno.test("a wish with fewer days is cut without a model", async () => {
  const changed = await refine({ wish: { durationDays: 3 } }, []).plan;
  assertKept(changed, [1, 2, 3]);
  assertStrictEquals(changed.days.length, 3);
});

Deno.test("a wish that the whole plan fits changes no day", async () => {
  const changed = await refine({ wish: { notes: "We love trees" } }, [answer({ days: [] })]).plan;
  assertEquals(changed, base);
});

Deno.test("a wish with another destination changes all days", async () => {
  const all = [1, 2, 3, 4, 5].map((number) => day(number, `new ${number}`));
  const change = { wish: { destination: "Milan" } };
  const { plan, requests } = refine(change, [
    answer({ days: all.slice(1) }),
    answer({ days: all }),
  ]);
  assertKept(await plan, []);
  assertMatch(requests[1]!.messages.at(-1)!.content, /must have day 1/);
});

Deno.test("the model may repair what a change breaks, also with a day that stays", async () => {
  // Day 2 must not be like day 5, which is not written again.
  const { plan, requests } = refine({ day: 2 }, [
    answer({ days: [{ ...day(5), day: 2 }] }),
    answer({ days: [day(2, "new")] }),
  ]);
  const changed = await plan;
  assertKept(changed, [1, 3, 4, 5]);
  assertStrictEquals(changed.warnings, undefined);
  assertMatch(
    requests[1]!.messages.at(-1)!.content,
    /days\.4: has the same activities .* day 2.*\(this part stays as it is: change what you have written\)/,
  );
});

Deno.test("faults of kept days cost no turn, and their warnings stay", async () => {
  const twice = day(3);
  twice.activities[1] = { ...twice.activities[1]!, title: twice.activities[0]!.title };
  const faulty = stored([day(1), day(2), twice]);
  const warnings = [
    { code: "implausible_cost", where: "days.2.activities.0", message: "left out" },
    { code: "repeated_activity", where: "days.2.activities.1", message: "of an older version" },
    { code: "after_midnight", where: "days.1.activities.2", message: "gone with day 2" },
    { code: "other", where: "", message: "about the whole plan" },
  ];
  const plan = { ...faulty, warnings };
  const request = { ...rome, durationDays: 3 };
  const { plan: changed, requests } = refine({ day: 2 }, [answer({ days: [day(2, "new")] })], {
    request,
    plan,
  });
  const message = "“Walk old 3” is planned more than once on day 3.";
  assertEquals((await changed).warnings, [warnings[0], { ...warnings[1], message }]);
  assertStrictEquals(requests.length, 1);
  const cut = await refine({ wish: { durationDays: 2 } }, [], { request, plan }).plan;
  assertEquals(cut.warnings, [warnings[2]]);
});

Deno.test("a fault of a changed day becomes a warning, and its cost is left out", async () => {
  const dear = day(2, "new");
  dear.activities[0] = activity({ estimatedCost: { amount: -3, currency: "EUR" } });
  const { plan } = refine({ day: 2 }, [answer({ days: [dear] }), answer({ days: [dear] })]);
  const changed = await plan;
  assertKept(changed, [1, 3, 4, 5]);
  assertEquals(changed.warnings?.map(({ code, where }) => [code, where]), [
    ["implausible_cost", "days.1.activities.0"],
  ]);
  assertStrictEquals(changed.days[1]!.activities[0]!.estimatedCost, null);
});

Deno.test("what must not be shown is left out of changed days, and kept days stay as they were stored", async () => {
  const dear = { amount: -3, currency: "EUR" };
  const [first, ...others] = base.days;
  const activities = first!.activities.map((one) => ({ ...one, estimatedCost: dear }));
  const plan = { ...base, days: [{ ...first!, activities }, ...others] };
  const written = day(2, "new");
  written.activities[0]!.estimatedCost = dear;
  const script = [answer({ days: [written] }), answer({ days: [written] })];
  const changed = kind.result.parse(await refine({ day: 2 }, script, { plan }).plan);
  assertKept(changed, [1, 3, 4, 5], plan);
  assertStrictEquals(changed.days[1]!.activities[0]!.estimatedCost, null);
});

Deno.test("a fault of another activity of the day costs no turn when one activity changes", async () => {
  const twice = day(1);
  twice.activities[1] = { ...twice.activities[1]!, title: twice.activities[0]!.title };
  const message = "“Walk old 1” is planned more than once on day 1.";
  const warning = { code: "repeated_activity", where: "days.0.activities.1", message };
  const plan = { ...stored([twice]), warnings: [warning] };
  const late = activity({ time: "08:00", title: "Swim" });
  const { plan: changed, requests } = refine(
    { day: 1, activity: 3 },
    [answer({ activity: late })],
    {
      request: { ...rome, durationDays: 1 },
      plan,
    },
  );
  assertEquals((await changed).warnings, [{ ...warning, where: "days.0.activities.2" }]);
  assertStrictEquals(requests.length, 1);
});

Deno.test("a fault that the whole plan had before stays a warning, and costs no turn", async () => {
  const request: ItineraryRequest = {
    ...rome,
    budget: { amount: 10, currency: "EUR", per: "all" },
  };
  const plan = stored([1, 2, 3, 4, 5].map((number) => {
    const one = day(number);
    one.activities[2]!.estimatedCost = { amount: 50, currency: "EUR" };
    return one;
  }));
  const replaced = activity({ time: "08:00", title: "Swim", place: "Pool" });
  const { plan: changed, requests } = refine(
    { day: 1, activity: 1 },
    [answer({ activity: replaced })],
    { request, plan },
  );
  assertEquals((await changed).warnings?.map(({ code }) => code), ["over_budget"]);
  assertStrictEquals(requests.length, 1);
});

Deno.test("a changed wish may show faults of days that were good before", async () => {
  const change = { wish: { diet: ["vegan"] } };
  const all = [1, 2, 3, 4, 5].map((number) => {
    const one = day(number, `new ${number}`);
    one.activities[1]!.needsMet = "Has a vegan menu";
    return one;
  });
  const { plan, requests } = refine(change, [answer({ days: [all[0]] }), answer({ days: all })]);
  assertKept(await plan, []);
  assertMatch(
    requests[1]!.messages.at(-1)!.content,
    /days\.1\.activities\.1: .*\(write this part anew too, or change what you have written\)/,
  );
});

Deno.test("one warning about many days is counted again, and costs no turn", async () => {
  const request: ItineraryRequest = { ...rome, diet: ["vegan"], accessibility: ["wheelchair"] };
  const warnings = [
    {
      code: "diet_not_considered",
      where: "days.0.activities.1",
      message: "5 meals do not say how they meet your diet. Ask before you go.",
    },
    {
      code: "accessibility_not_considered",
      where: "days.0",
      message: "Days 1, 2, 3, 4 and 5 do not say how they meet your needs. Ask before you go.",
    },
  ];
  const good = day(2, "new");
  good.activities.forEach((one) => one.needsMet = "Vegan, and without steps");
  const { plan, requests } = refine({ day: 2 }, [answer({ days: [good] })], {
    request,
    plan: { ...base, warnings },
  });
  const { warnings: left } = await plan;
  assertEquals(left?.map(({ where, message }) => [where, message.slice(0, 20)]), [
    ["days.0.activities.1", "4 meals do not say h"],
    ["days.0", "Days 1, 3, 4 and 5 d"],
  ]);
  assertStrictEquals(requests.length, 1);
  const { warnings: ofCut } = await refine({ wish: { durationDays: 2 } }, [], {
    request,
    plan: { ...base, warnings },
  }).plan;
  assertEquals(ofCut?.map(({ where, message }) => [where, message.slice(0, 20)]), [
    ["days.0.activities.1", "2 meals do not say h"],
    ["days.0", "Days 1 and 2 do not "],
  ]);
});

Deno.test("a correction of one warning about many days names the changed days only", async () => {
  const request: ItineraryRequest = { ...rome, diet: ["vegan"] };
  const message = "5 meals do not say how they meet your diet. Ask before you go.";
  const warning = { code: "diet_not_considered", where: "days.0.activities.1", message };
  const silent = answer({ days: [day(2, "new"), day(4, "newer")] });
  const { plan, requests } = refine({ instruction: "Other days" }, [silent, silent], {
    request,
    plan: { ...base, warnings: [warning] },
  });
  assertEquals((await plan).warnings?.map(({ message }) => message), [message]);
  assertMatch(
    requests[1]!.messages.at(-1)!.content,
    /days\.1\.activities\.1: needsMet must say [^;]*; the same at days\.3\.activities\.1$/m,
  );
});

Deno.test("a plan that is cut is still above its budget", async () => {
  const request: ItineraryRequest = {
    ...rome,
    budget: { amount: 60, currency: "EUR", per: "all" },
  };
  const plan = stored([1, 2, 3, 4, 5].map((number) => {
    const one = day(number);
    one.activities[2]!.estimatedCost = { amount: 50, currency: "EUR" };
    return one;
  }));
  const messagesFor = async (durationDays: number) => {
    const cut = await refine({ wish: { durationDays } }, [], { request, plan }).plan;
    return cut.warnings?.map(({ message }) => message);
  };
  assertEquals(await messagesFor(2), [
    "The plan costs about 100 EUR for 1 adult. Your budget is 60 EUR.",
  ]);
  assertEquals(await messagesFor(1), undefined);
});

Deno.test("a warning that is no longer true goes, although its day stays", async () => {
  const request: ItineraryRequest = { ...rome, pace: "relaxed" };
  const full = day(1);
  full.activities = ["09:00", "10:30", "12:00", "14:00", "16:00"].map((time, n) => ({
    ...full.activities[n === 2 ? 1 : 0]!,
    time,
    title: `Stop ${n}`,
    place: `Place ${n}`,
  }));
  const plan = {
    ...stored([full, day(2)]),
    warnings: [{
      code: "pace",
      where: "days.0",
      message: "Day 1 is fuller than the relaxed pace that you asked for.",
    }],
  };
  const options = { request: { ...request, durationDays: 2 }, plan };
  const kept = refine({ day: 2 }, [answer({ days: [day(2, "new")] })], options);
  assertEquals((await kept.plan).warnings, plan.warnings);
  assertStrictEquals(kept.requests.length, 1);
  const { plan: changed } = refine({ wish: { pace: null } }, [answer({ days: [] })], options);
  assertStrictEquals((await changed).warnings, undefined);
});

Deno.test("another start date shows which places are closed then", async () => {
  const request: ItineraryRequest = { ...rome, durationDays: 2, startDate: "2026-12-01" };
  const plain = stored([day(1), day(2)]);
  const dates = [["2026-12-01", "tuesday"], ["2026-12-02", "wednesday"]] as const;
  const days = plain.days.map((one, n) => ({
    ...one,
    date: dates[n]![0],
    weekday: dates[n]![1],
    activities: one.activities.map((activity, index) => ({
      ...activity,
      openingHours: index === 0 ? ["Mo,We-Su 09:00-18:00", "Tu-Su 09:00-18:00"][n]! : null,
    })),
  }));
  const closed = (day: number) => ({
    code: "closed",
    where: `days.${day - 1}.activities.0`,
    message: `“Walk old ${day}” seems to be closed at the planned time of day ${day}. Check its ` +
      "opening hours.",
  });
  const { plan: changed, requests } = refine(
    // A Sunday, so that day 2 is a Monday.
    { wish: { startDate: "2026-12-06" } },
    [answer({ days: [] }), answer({ days: [] })],
    { request, plan: kind.result.parse({ ...plain, days, warnings: [closed(1)] }) },
  );
  assertEquals((await changed).warnings, [closed(2)]);
  assertMatch(requests[1]!.messages.at(-1)!.content, /days\.1\.activities\.0: is closed/);
});

Deno.test("another start date gives all days new dates, and changes nothing else of kept days", async () => {
  const request: ItineraryRequest = { ...rome, startDate: "2026-12-01" };
  const dated = base.days.map((one, n) => ({
    ...one,
    date: `2026-12-0${n + 1}`,
    weekday: "tuesday" as const,
    weather: { sky: "clear", minCelsius: 1, maxCelsius: 9, rainPercent: 0 },
  }));
  const plan = kind.result.parse({ ...base, days: dated });
  const change = { wish: { startDate: "2026-12-24" } };
  const { plan: changed, requests } = refine(change, [answer({ days: [day(2, "new")] })], {
    request,
    plan,
  });
  const { days } = await changed;
  assertEquals(days.map(({ date, weekday, weather }) => [date, weekday, weather]), [
    ["2026-12-24", "thursday", null],
    ["2026-12-25", "friday", null],
    ["2026-12-26", "saturday", null],
    ["2026-12-27", "sunday", null],
    ["2026-12-28", "monday", null],
  ]);
  assertEquals(
    days.map(({ theme }) => theme).toSpliced(1, 1),
    [1, 3, 4, 5].map((n) => `Theme old ${n}`),
  );
  assertEquals(days[0]!.activities, plan.days[0]!.activities);
  assertMatch(requests[0]!.messages[1]!.content, /<facts>.*"date": "2026-12-25"/s);
  const kept = await refine({ day: 2 }, [answer({ days: [day(2, "new")] })], { request, plan })
    .plan;
  assertKept(kept, [1, 3, 4, 5], plan);
  assertEquals(kept.days[1]!.date, "2026-12-02");
});

Deno.test("a wish without a start date takes the dates from all days", async () => {
  const request: ItineraryRequest = { ...rome, startDate: "2026-12-01" };
  const dated = base.days.map((one, n) => ({ ...one, date: `2026-12-0${n + 1}` }));
  const plan = kind.result.parse({ ...base, days: dated });
  const changed = await refine({ wish: { startDate: null } }, [answer({ days: [] })], {
    request,
    plan,
  }).plan;
  assertEquals(changed, base);
});

for (
  const [what, change, before, location] of [
    ["stays where it was found", { day: 2 }, "Old Lisbon", "Old Lisbon"],
    ["is found for a plan without one", { day: 2 }, null, "Lisbon"],
    [
      "is found anew for another destination",
      { wish: { destination: "Lissabon" } },
      "Rome",
      "Lisbon",
    ],
  ] as const
) {
  Deno.test(`the location of a plan ${what}`, async () => {
    const { point, timeZone, countryCode } = lisbon;
    const located = before && { name: before, ...point, timeZone, countryCode };
    const plan = kind.result.parse({ ...base, location: located });
    const merged = merge(change, { plan });
    const days = "wish" in change ? [1, 2, 3, 4, 5] : [2];
    const script = [answer({ days: days.map((number) => day(number, `new ${number}`)) })];
    const { model } = scriptedModel([...script, ...script]);
    const { context, steps } = testContext(model, {
      refinement: { base: plan, request: rome, change: merged.change },
    });
    const places = testPlaces({ findDestination: () => Promise.resolve(lisbon) });
    const changed = await itineraryKind({ model: "m", places }).generate(merged.request, context);
    assertStrictEquals(changed.location?.name, location);
    assert(steps.includes("surroundings"));
  });
}

Deno.test("a plan of the first version can be changed", async () => {
  const old = z.array(z.record(z.string(), z.unknown())).parse(base.days).map((
    { day, theme, activities },
  ) => ({
    day,
    theme,
    activities: (activities as WrittenActivity[]).map((
      { time, title, description, place, estimatedCost },
    ) => ({ time, title, description, place, estimatedCost })),
  }));
  const plan = kind.result.parse({ days: old });
  const changed = await refine({ day: 1 }, [answer({ days: [day(1, "new")] })], { plan }).plan;
  assertKept(changed, [2, 3, 4, 5], plan);
});

// The body

const refusedBodies: [body: unknown, ...problems: string[]][] = [
  [{}, ": Expected instruction, day, or wish"],
  [null, ": expected a JSON object"],
  [[], ": expected a JSON object"],
  [{ unknown: 1 }, ": Expected instruction, day, or wish"],
  [JSON.parse('{"__proto__": {"day": 1}}'), ": Expected instruction, day, or wish"],
  [{ instruction: "a", wish: {} }, ": Expected only one of instruction, day, or wish"],
  [{ instruction: "a", day: 1 }, ": Expected only one of instruction, day, or wish"],
  [{ activity: 1 }, ": Expected instruction, day, or wish"],
  [{ instruction: "a", activity: 1 }, "activity: expected only together with day"],
  [{ instruction: "" }, "instruction: expected 1 to 1000 characters"],
  [{ instruction: " \n " }, "instruction: expected 1 to 1000 characters"],
  [
    { instruction: "é".repeat(5_000) },
    "instruction: expected 1 to 1000 characters, and at most 4000 Unicode code points",
  ],
  [{ instruction: null }, "instruction: expected a string"],
  [{ instruction: ["a"] }, "instruction: expected a string"],
  [{ day: 0 }, "day: expected a whole number from 1 to 30"],
  [{ day: 31 }, "day: expected a whole number from 1 to 30"],
  [{ day: "2" }, "day: expected a whole number from 1 to 30"],
  [{ day: 1.5 }, "day: expected a whole number from 1 to 30"],
  [{ day: 2, activity: 0 }, "activity: expected a whole number from 1 to 6"],
  [{ day: 2, activity: 9 }, "activity: expected a whole number from 1 to 6"],
  [{ wish: null }, "wish: expected an object"],
  [{ wish: { durationDays: 0 } }, "wish.durationDays: expected a whole number from 1 to 30"],
  [{ wish: { destination: null } }, "wish.destination: expected a string"],
];

for (const [body, ...problems] of refusedBodies) {
  Deno.test(`a change must not be ${json(body).slice(0, 60)}`, () => {
    const { error } = refinement.change.safeParse(body);
    const found = error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    assertEquals(found, problems);
  });
}

const refusedChanges: [change: unknown, ...problems: string[]][] = [
  [{ day: 6 }, "day: the plan has 5 days"],
  [{ day: 6, activity: 1 }, "day: the plan has 5 days"],
  [{ day: 5, activity: 4 }, "activity: day 5 has 3 activities"],
  [{ wish: {} }, "wish: expected at least one member that differs from the present wish"],
  [{ wish: { other: 1 } }, "wish: expected at least one member that differs from the present wish"],
  [{ wish: rome }, "wish: expected at least one member that differs from the present wish"],
  [
    { wish: { pace: null } },
    "wish: expected at least one member that differs from the present wish",
  ],
];

for (const [change, ...problems] of refusedChanges) {
  Deno.test(`a plan of five days cannot be changed by ${json(change)}`, () => {
    const parent = { request: rome, plan: base };
    const merged = refinement.merge(parent, refinement.change.parse(change));
    assert("issues" in merged);
    assertEquals(
      merged.issues.map(({ path, message }) => `${path.join(".")}: ${message}`),
      problems,
    );
  });
}

Deno.test("a changed wish keeps its other members, and null removes one", () => {
  const request: ItineraryRequest = { ...rome, pace: "packed", diet: ["vegan"], notes: "Trees" };
  const { request: merged, change } = merge({
    wish: { destination: " Rome ", pace: null, notes: "Lakes", language: "it" },
  }, { request });
  assertEquals(JSON.parse(json(merged)), {
    ...rome,
    diet: ["vegan"],
    notes: "Lakes",
    language: "it",
  });
  assertEquals(change, { wish: ["pace", "language", "notes"] });
});

// Samples

const toLisbon: ItineraryRequest = { destination: "Lisbon", durationDays: 5 };
const nowhere: ItineraryRequest = { destination: "Mousehole", durationDays: 5 };

/** Returns the plan of the sample generator. */
async function samplePlan(request: ItineraryRequest): Promise<Itinerary> {
  const { model } = scriptedModel([answer(await kind.writeSample(request))]);
  return kind.result.parse(await kind.generate(request, testContext(model).context));
}

/** Changes a plan with the sample generator. */
async function refineSample(change: unknown, request: ItineraryRequest, plan: Itinerary) {
  const merged = merge(change, { request, plan });
  const given = { base: plan, request, change: merged.change };
  const written = await kind.writeSampleChange(merged.request, given);
  assertEquals(await kind.writeSampleChange(merged.request, given), written);
  const { model, requests } = scriptedModel([answer(written)]);
  const { context } = testContext(model, { refinement: given });
  const changed = kind.result.parse(await kind.generate(merged.request, context));
  assert(requests.length <= 1, "the review rejected the sample");
  return changed;
}

const sampleChanges: [change: unknown, changed: number[]][] = [
  [{ day: 2 }, [2]],
  [{ day: 2, activity: 3 }, [2]],
  [{ instruction: "Day 4 should be calm" }, [4]],
  [{ instruction: "Less walking, 99 times" }, [1]],
  [{ wish: { durationDays: 7 } }, [6, 7]],
  [{ wish: { durationDays: 3 } }, []],
];

for (const request of [toLisbon, nowhere]) {
  for (const [change, changed] of sampleChanges) {
    const { destination } = request;
    Deno.test(`the sample generator changes the days ${json(changed)} in ${destination} for ${json(change)}`, async () => {
      const plan = await samplePlan(request);
      const after = await refineSample(change, request, plan);
      const differs = after.days.filter((one, index) => json(one) !== json(plan.days[index]));
      assertEquals(differs.map(({ day }) => day), changed);
      assertStrictEquals(after.warnings, undefined);
    });
  }

  Deno.test(`the sample generator adds days that a changed plan does not have, in ${request.destination}`, async () => {
    let plan = await samplePlan(request);
    for (const day of [2, 4]) plan = await refineSample({ day }, request, plan);
    const longer = await refineSample({ wish: { durationDays: 9 } }, request, plan);
    assertKept(longer, plan.days.map(({ day }) => day), plan);
    assertEquals([longer.days.length, longer.warnings], [9, undefined]);
  });

  Deno.test(`the sample generator changes each day of the longest plan in ${request.destination}`, async () => {
    const longest = { ...request, durationDays: 30 };
    const plan = await samplePlan(longest);
    const titles = new Set(
      plan.days.flatMap(({ activities }) => activities.map(({ title }) => title)),
    );
    for (let day = 1; day <= 30; day++) {
      const { days } = await refineSample({ day }, longest, plan);
      assert(days[day - 1]!.activities.every(({ title }) => !titles.has(title)), `day ${day}`);
    }
  });
}
