import { assert, assertEquals, assertMatch, assertStrictEquals, assertThrows } from "@std/assert";
import { z } from "zod";
import { OutputReview } from "../../../lib/model/structured_output.ts";
import { failure, type FailureCode, JobError } from "../../../lib/job/failure.ts";

const Plan = z.object({ days: z.array(z.object({ theme: z.string() })).min(1) });

const right = { text: '{"days":[{"theme":"Art"}],"more":1}', truncated: false };
const wrong = { text: '{"days":[{"theme":"Art"},{"theme":5}]}', truncated: false };
const cutOff = { text: '{"days":[{"the', truncated: true };

const accepted = { value: { days: [{ theme: "Art" }] } };
const moreTokens = { feedback: null };

function newReview() {
  return new OutputReview(Plan, 1_000);
}

/** Returns the feedback that the model gets on `text`. */
function feedbackOn(text: string | null, review = newReview()): string {
  const verdict = review.judge({ text, truncated: false });
  assert("feedback" in verdict && verdict.feedback !== null);
  return verdict.feedback;
}

function jobError(code: FailureCode, message: string) {
  return { message, failure: failure(code, message) };
}

/** The review throws this error. */
function assertGivesUp(
  review: ReturnType<typeof newReview>,
  answer: typeof right,
  expected: ReturnType<typeof jobError>,
) {
  const { message, failure } = assertThrows(() => review.judge(answer), JobError);
  assertEquals({ message, failure }, expected);
}

const invalidOutput = jobError(
  "invalid_output",
  "OpenAI API response did not match the expected format",
);
const truncated = jobError("truncated", "OpenAI API response was cut off at its token limit");

Deno.test("OutputReview accepts a valid answer, and keeps only members of the schema", () => {
  assertEquals(newReview().judge(right), accepted);
});

Deno.test("OutputReview gives the model the problems, and accepts the corrected answer", () => {
  const review = newReview();

  assertStrictEquals(
    feedbackOn(wrong.text, review),
    "Your answer does not keep to the required format:\n" +
      "- days.1.theme: Invalid input: expected string, received number\n" +
      "Answer again with the whole corrected JSON document and nothing else.",
  );
  assertEquals(review.judge(right), accepted);
  assertStrictEquals(review.maxTokens, 1_000);
});

Deno.test("OutputReview fails after two wrong answers", () => {
  const review = newReview();
  review.judge(wrong);

  assertGivesUp(review, wrong, invalidOutput);
});

Deno.test("OutputReview asks for twice the tokens after a truncated answer", () => {
  const review = newReview();

  assertStrictEquals(review.maxTokens, 1_000);
  assertEquals(review.judge(cutOff), moreTokens);
  assertStrictEquals(review.maxTokens, 2_000);
  assertEquals(review.judge(right), accepted);
});

Deno.test("OutputReview fails when twice the tokens are not enough", () => {
  const review = newReview();
  review.judge(cutOff);

  assertGivesUp(review, cutOff, truncated);
});

Deno.test("OutputReview accepts a truncated answer only if its document is complete", () => {
  const text = `${right.text}\n\n\n`;
  assertEquals(newReview().judge({ text, truncated: true }), accepted);
  assertEquals(newReview().judge({ ...wrong, truncated: true }), moreTokens);
});

for (const order of [[wrong, cutOff], [cutOff, wrong]]) {
  const names = order.map(({ truncated }) => truncated ? "cut off" : "wrong").join(", then ");

  Deno.test(`OutputReview allows one of each: ${names}`, () => {
    const review = newReview();
    for (const answer of order) review.judge(answer);

    assertEquals(review.judge(right), accepted);
  });

  Deno.test(`OutputReview allows no third answer after ${names}`, () => {
    for (const [again, error] of [[wrong, invalidOutput], [cutOff, truncated]] as const) {
      const review = newReview();
      for (const answer of order) review.judge(answer);

      assertGivesUp(review, again, error);
    }
  });
}

for (const text of ["", null, "Here is your plan:", "[1", "{one} day"]) {
  Deno.test(`OutputReview reports that ${JSON.stringify(text)} is not JSON`, () => {
    assertMatch(feedbackOn(text), /\n- \(root\): the answer is not a JSON document\n/);
  });
}

Deno.test("OutputReview names the root when the answer has the wrong type", () => {
  assertMatch(feedbackOn("[]"), /\n- \(root\): Invalid input: expected object, received array\n/);
});

Deno.test("OutputReview lists at most twenty problems", () => {
  const feedback = feedbackOn(JSON.stringify({ days: Array(50).fill({}) }));
  const problems = feedback.split("\n").filter((line) => line.startsWith("- "));

  assertStrictEquals(problems.length, 20);
  assertMatch(problems[19]!, /^- days\.19\.theme: /);
});
