import assert from "node:assert/strict";
import { boundProgress, noProgress, Progress } from "../../lib/progress.ts";

function bounded(reasoningSummaries: string[]): string[] {
  return boundProgress({ ...noProgress, reasoningSummaries }).reasoningSummaries;
}

Deno.test("boundProgress() leaves what fits as it is", () => {
  const progress: Progress = {
    reasoningSummaries: ["first", "second", "third"],
    openaiResponseId: "resp_1",
  };

  assert.deepEqual(boundProgress(progress), progress);
});

Deno.test("boundProgress() keeps exactly 24,000 characters", () => {
  const summaries = ["a".repeat(12_000), "b".repeat(12_000)];

  assert.deepEqual(bounded(summaries), summaries);
});

Deno.test("boundProgress() drops the oldest summaries and keeps the order of the others", () => {
  const summaries = ["oldest", "a".repeat(12_000), "b".repeat(11_998), "newest"];

  assert.deepEqual(bounded(summaries), ["b".repeat(11_998), "newest"]);
});

Deno.test("boundProgress() leaves no gap: nothing older than a dropped summary stays", () => {
  assert.deepEqual(bounded(["old", "x".repeat(24_000), "new"]), ["new"]);
});

Deno.test("boundProgress() drops a summary that is too large by itself", () => {
  assert.deepEqual(bounded(["old", "x".repeat(24_001)]), []);
});

Deno.test("boundProgress() keeps the response id when it drops summaries", () => {
  const progress = { reasoningSummaries: ["x".repeat(24_001)], openaiResponseId: "resp_9" };

  assert.equal(boundProgress(progress).openaiResponseId, "resp_9");
});

Deno.test("boundProgress() does not change its argument", () => {
  const summaries = ["old", "x".repeat(24_000)];

  bounded(summaries);

  assert.deepEqual(summaries, ["old", "x".repeat(24_000)]);
});

Deno.test("noProgress is valid progress", () => {
  assert.deepEqual(Progress.parse(noProgress), { reasoningSummaries: [], openaiResponseId: null });
});
