import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { newJobId } from "../../../lib/job/job_id.ts";
import { NOON } from "../../../testing/fake_clock.ts";

Deno.test("newJobId() returns a UUID of version 7 with the time in front", () => {
  const id = newJobId(NOON);
  assert(z.uuidv7().safeParse(id).success, id);
  assertMatch(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertStrictEquals(parseInt(id.replaceAll("-", "").slice(0, 12), 16), NOON);
});

Deno.test("ids sort by time, and differ within a millisecond", () => {
  const times = [0, 1, NOON - 1, NOON, NOON + 1, 2 ** 47];
  const ids = times.map(newJobId);
  assertEquals(ids.toSorted(), ids);
  assertStrictEquals(new Set(Array.from({ length: 1_000 }, () => newJobId(NOON))).size, 1_000);
});
