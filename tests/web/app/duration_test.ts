import { assertStrictEquals } from "@std/assert";
import { durationInWords, pauseInWords } from "../../../web/app/duration.ts";
import { en } from "../../../web/words/en.ts";

Deno.test("a pause is told in seconds, then in minutes and hours, rounded up", () => {
  const pauses = [
    [1, "1 second"],
    [30, "30 seconds"],
    [120, "120 seconds"],
    [121, "3 minutes"],
    [3_600, "60 minutes"],
    [7_200, "120 minutes"],
    [7_201, "3 hours"],
    [86_400, "24 hours"],
  ] as const;
  for (const [seconds, words] of pauses) assertStrictEquals(pauseInWords(seconds, en), words);
});

Deno.test("the duration of work is told in seconds, from a minute on in minutes too", () => {
  const durations = [
    [-1, "0 seconds"],
    [1_999, "1 second"],
    [20_000, "20 seconds"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
  ] as const;
  for (const [ms, words] of durations) assertStrictEquals(durationInWords(ms, en), words);
});
