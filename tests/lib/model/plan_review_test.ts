import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { PlanReview, type Rule } from "../../../lib/model/plan_review.ts";
import { JobError } from "../../../lib/job/failure.ts";

const Written = z.object({ days: z.array(z.string().max(5)) });
type Written = z.infer<typeof Written>;

/** A completed plan. */
interface Plan extends Written {
  count: number;
}

/** No day may be wet. */
const dry: Rule<Plan> = {
  code: "wet_day",
  check: ({ days }) =>
    days.flatMap((day, index) =>
      day === "rain"
        ? [{ where: ["days", index], feedback: "is wet; choose sun", message: "Day is wet." }]
        : []
    ),
};

/** No day may be hot; hot days are not shown. */
const cool: Rule<Plan> = {
  code: "hot_day",
  check: ({ days }) =>
    days.includes("heat") ? [{ where: ["days"], feedback: "are hot", message: "Too hot." }] : [],
  repair: ({ days, ...plan }) => ({
    ...plan,
    days: days.map((day) => day === "heat" ? "shade" : day),
  }),
};

function newReview() {
  return new PlanReview<Written, Plan>({
    schema: Written,
    rules: () => [dry, cool],
    maxTokens: 1_000,
  });
}

type Answer = { text: string; truncated: boolean };

function answer(...days: unknown[]): Answer {
  return { text: JSON.stringify({ days }), truncated: false };
}

function plan(...days: string[]): Plan {
  return { days, count: days.length };
}

const wetDay = { code: "wet_day", where: "days.1", message: "Day is wet." };

/** Judges answers in turn and returns the last verdict. */
async function judge(review: PlanReview<Written, Plan>, ...answers: readonly Answer[]) {
  let verdict;
  for (const answer of answers) {
    verdict = await review.judge(answer, ({ days }) => Promise.resolve(plan(...days)));
  }
  return verdict!;
}

Deno.test("PlanReview accepts a plan that keeps all rules, without warnings", async () => {
  const review = newReview();
  assertEquals(await judge(review, answer("sun")), { value: plan("sun") });
  assertStrictEquals(review.fallback, null);
});

Deno.test("PlanReview asks once about what makes no sense, with the position", async () => {
  const verdict = await judge(newReview(), answer("sun", "rain"));
  assert("feedback" in verdict && verdict.feedback !== null);
  assertStrictEquals(
    verdict.feedback,
    "Your plan has these faults:\n- days.1: is wet; choose sun\n" +
      "Answer again with the whole corrected JSON document and nothing else.",
  );
});

Deno.test("PlanReview asks about all faults of a long plan", async () => {
  const feedbackOn = async (count: number) => {
    const verdict = await judge(newReview(), answer(...Array(count).fill("rain")));
    return "feedback" in verdict ? verdict.feedback!.match(/is wet/g)!.length : 0;
  };
  assertStrictEquals(await feedbackOn(60), 60);
  assertStrictEquals(await feedbackOn(1_000), 100);
});

Deno.test("PlanReview accepts the corrected plan, without warnings", async () => {
  const verdict = await judge(newReview(), answer("rain"), answer("sun"));
  assertEquals(verdict, { value: plan("sun") });
});

Deno.test("PlanReview keeps what remains as warnings, and repairs what must not be shown", async () => {
  const verdict = await judge(newReview(), answer("rain", "rain"), answer("heat", "rain"));
  assertEquals(verdict, {
    value: {
      ...plan("shade", "rain"),
      warnings: [wetDay, { code: "hot_day", where: "days", message: "Too hot." }],
    },
  });
});

Deno.test("PlanReview keeps the first plan if its correction has more faults", async () => {
  const verdict = await judge(newReview(), answer("sun", "rain"), answer("rain", "rain", "heat"));
  assertEquals(verdict, { value: { ...plan("sun", "rain"), warnings: [wetDay] } });
});

Deno.test("PlanReview asks once about the shape, and then once about the plan", async () => {
  const review = newReview();
  const shape = await judge(review, answer(5));
  assert("feedback" in shape && shape.feedback!.startsWith("Your answer does not keep to"));
  const faults = await judge(review, answer("sun", "rain"));
  assert("feedback" in faults && faults.feedback!.startsWith("Your plan has these faults"));
  const last = await judge(review, answer("fog", "rain"));
  assertEquals(last, { value: { ...plan("fog", "rain"), warnings: [wetDay] } });
});

/** A rule about what the program itself has written. */
const counted: Rule<Plan> = {
  code: "wrong_count",
  check: () => [{ where: ["count"], feedback: null, message: "Wrong count." }],
};

const notTold: [what: string, days: string[], feedback: string | null][] = [
  ["alone", ["sun"], null],
  ["beside others", ["rain"], "- days.0: is wet; choose sun\n"],
];

for (const [what, days, feedback] of notTold) {
  Deno.test(`PlanReview does not ask about what the model has not written, ${what}`, async () => {
    const rules = () => [counted, dry];
    const review = new PlanReview<Written, Plan>({ schema: Written, rules, maxTokens: 1_000 });
    const verdict = await judge(review, answer(...days));
    if (feedback === null) {
      const warning = { code: "wrong_count", where: "count", message: "Wrong count." };
      assertEquals(verdict, { value: { ...plan(...days), warnings: [warning] } });
    } else {
      assert("feedback" in verdict && verdict.feedback!.includes(feedback));
      assert(!verdict.feedback!.includes("count"));
    }
  });
}

const unusable: [what: string, answers: Answer[]][] = [
  ["has the wrong shape", [answer(5)]],
  ["is no JSON", [{ text: "Sorry.", truncated: false }]],
  ["is truncated twice", [{ text: "{", truncated: true }, { text: "{", truncated: true }]],
];

for (const [what, answers] of unusable) {
  Deno.test(`PlanReview falls back on the first plan when its correction ${what}`, async () => {
    const verdict = await judge(newReview(), answer("sun", "rain"), ...answers);
    assertEquals(verdict, { value: { ...plan("sun", "rain"), warnings: [wetDay] } });
  });

  Deno.test(`PlanReview has no plan when the answer ${what} and there was no other`, async () => {
    const review = newReview();
    await judge(review, { text: "", truncated: false });
    await assertRejects(() => judge(review, ...answers), JobError);
    assertStrictEquals(review.fallback, null);
  });
}

Deno.test("PlanReview falls back on the first plan when the turn for its correction fails for good", async () => {
  const review = newReview();
  const refused = new JobError("refused", "No.");
  const fallbackFor = (error: Error, isLastAttempt = false) =>
    review.fallbackFor(error, { isLastAttempt });
  assertThrows(() => fallbackFor(refused), JobError, "No.");
  await judge(review, answer("sun", "rain"));
  const kept = { ...plan("sun", "rain"), warnings: [wetDay] };
  assertEquals(fallbackFor(refused), kept);
  // The next attempt repeats the turn.
  const busy = new JobError("rate_limited", "Later.");
  assertThrows(() => fallbackFor(busy), JobError, "Later.");
  assertEquals(fallbackFor(busy, true), kept);
  assertThrows(() => fallbackFor(new Error("A fault."), true), Error, "A fault.");
});

Deno.test("PlanReview never keeps a plan with the wrong shape", async () => {
  const review = newReview();
  const verdict = await judge(review, answer("rain", "drizzle"));
  assert("feedback" in verdict && verdict.feedback !== null);
  assert(verdict.feedback.includes("- days.1: Too big"), verdict.feedback);
  assertStrictEquals(review.fallback, null);
  await assertRejects(() => judge(review, answer("rain", "drizzle")), JobError);
});

Deno.test("PlanReview has a plan to fall back on while it waits for the correction", async () => {
  const review = newReview();
  await judge(review, answer("heat"));
  assertEquals(review.fallback, {
    ...plan("shade"),
    warnings: [{ code: "hot_day", where: "days", message: "Too hot." }],
  });
});

Deno.test("PlanReview doubles the tokens after a truncated answer", async () => {
  const review = newReview();
  await judge(review, { text: "{", truncated: true });
  assertStrictEquals(review.maxTokens, 2_000);
});
