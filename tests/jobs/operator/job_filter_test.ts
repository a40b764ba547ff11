import { assertEquals, assertStrictEquals } from "@std/assert";
import { JobFilter, queryOf } from "../../../jobs/operator/job_filter.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";

Deno.test("queryOf() returns times in milliseconds, and ages as times before now", () => {
  const times: [string, number][] = [
    ["2026-11-21T11:00:00Z", NOON - HOUR],
    ["2026-11-21T13:00:00.250+02:00", NOON - HOUR + 250],
    ["90m", NOON - 90 * MINUTE],
    ["2h", NOON - 2 * HOUR],
    ["1d", NOON - 24 * HOUR],
  ];
  for (const [text, expected] of times) {
    const filter = JobFilter.parse({ since: text, until: text });
    assertEquals(queryOf(filter, NOON), { since: expected, until: expected }, text);
  }
});

Deno.test("queryOf() leaves all other members as they are", () => {
  const filter = {
    state: "failed",
    kind: "itinerary",
    code: "timeout",
    source: "openai",
    owner: "key:a",
    attempts: "2",
  };
  assertEquals(queryOf(JobFilter.parse(filter), NOON), { ...filter, attempts: 2 } as never);
  assertEquals(queryOf(JobFilter.parse({}), NOON), {});
});

const refused: [object, string][] = [
  [{ state: "done" }, "an unknown state"],
  [{ code: "odd" }, "an unknown code"],
  [{ source: "me" }, "an unknown source"],
  [{ attempts: 0 }, "no attempt"],
  [{ attempts: "1.5" }, "half an attempt"],
  [{ since: "yesterday" }, "a word for a time"],
  [{ since: "2w" }, "an unknown unit"],
  [{ until: "2026-11-21" }, "a date"],
  [{ until: "123456h" }, "too long an age"],
  [{ kind: "" }, "an empty name"],
  [{ owner: "x".repeat(201) }, "a long name"],
  [{ stat: "failed" }, "an unknown member"],
];

for (const [filter, why] of refused) {
  Deno.test(`a filter with ${why} is refused`, () => {
    assertStrictEquals(JobFilter.safeParse(filter).success, false);
  });
}
