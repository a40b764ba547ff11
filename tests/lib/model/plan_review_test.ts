import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { PlanReview, type Rule } from "../../../lib/model/plan_review.ts";
import { JobError } from "../../../lib/job/failure.ts";

const Plan = z.object({ days: z.array(z.string().max(5)) });
type Plan = z.infer<typeof Plan>;

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
  repair: ({ days }) => ({ days: days.map((day) => day === "heat" ? "shade" : day) }),
};

function newReview() {
  return new PlanReview({ schema: Plan, rules: [dry, cool], maxTokens: 1_000 });
}

function answer(...days: unknown[]) {
  return { text: JSON.stringify({ days }), truncated: false };
}

const wetDay = { code: "wet_day", where: "days.1", message: "Day is wet." };

/** Judges answers in turn and returns the last verdict. */
function judgeAll(review: PlanReview<Plan>, ...answers: ReturnType<typeof answer>[]) {
  return answers.map((answer) => review.judge(answer)).at(-1);
}

Deno.test("PlanReview accepts a plan that keeps all rules, without warnings", () => {
  const review = newReview();
  assertEquals(review.judge(answer("sun")), { value: { days: ["sun"] } });
  assertStrictEquals(review.fallback, null);
});

Deno.test("PlanReview asks once about what makes no sense, with the position", () => {
  const verdict = newReview().judge(answer("sun", "rain"));
  assert("feedback" in verdict && verdict.feedback !== null);
  assert(verdict.feedback.includes("\n- days.1: is wet; choose sun\n"), verdict.feedback);
});

Deno.test("PlanReview accepts the corrected plan, without warnings", () => {
  const verdict = judgeAll(newReview(), answer("rain"), answer("sun"));
  assertEquals(verdict, { value: { days: ["sun"] } });
});

Deno.test("PlanReview keeps what remains as warnings, and repairs what must not be shown", () => {
  const verdict = judgeAll(newReview(), answer("rain"), answer("heat", "rain"));
  assertEquals(verdict, {
    value: {
      days: ["shade", "rain"],
      warnings: [wetDay, { code: "hot_day", where: "days", message: "Too hot." }],
    },
  });
});

Deno.test("PlanReview asks no second time after a wrong shape", () => {
  const verdict = judgeAll(newReview(), answer(5), answer("sun", "rain"));
  assertEquals(verdict, { value: { days: ["sun", "rain"], warnings: [wetDay] } });
});

const unusable = [
  ["has the wrong shape", [answer(5)]],
  ["is no JSON", [{ text: "Sorry.", truncated: false }]],
  ["is truncated twice", [{ text: "{", truncated: true }, { text: "{", truncated: true }]],
] as const;

for (const [what, answers] of unusable) {
  Deno.test(`PlanReview falls back on the first plan when its correction ${what}`, () => {
    const verdict = judgeAll(newReview(), answer("sun", "rain"), ...answers);
    assertEquals(verdict, { value: { days: ["sun", "rain"], warnings: [wetDay] } });
  });

  Deno.test(`PlanReview has no plan when the answer ${what} and there was no other`, () => {
    const review = newReview();
    review.judge({ text: "", truncated: false });
    assertThrows(() => judgeAll(review, ...answers), JobError);
    assertStrictEquals(review.fallback, null);
  });
}

Deno.test("PlanReview never keeps a plan with the wrong shape", () => {
  const review = newReview();
  const verdict = review.judge(answer("rain", "drizzle"));
  assert("feedback" in verdict && verdict.feedback !== null);
  // One turn for both: the shape and the rules.
  assert(verdict.feedback.includes("- days.1: Too big"), verdict.feedback);
  assert(verdict.feedback.includes("- days.0: is wet"), verdict.feedback);
  assertStrictEquals(review.fallback, null);
  assertThrows(() => review.judge(answer("rain", "drizzle")), JobError);
});

Deno.test("PlanReview has a plan to fall back on while it waits for the correction", () => {
  const review = newReview();
  review.judge(answer("heat"));
  assertEquals(review.fallback, {
    days: ["shade"],
    warnings: [{ code: "hot_day", where: "days", message: "Too hot." }],
  });
});

Deno.test("PlanReview doubles the tokens after a truncated answer", () => {
  const review = newReview();
  review.judge({ text: "{", truncated: true });
  assertStrictEquals(review.maxTokens, 2_000);
});
