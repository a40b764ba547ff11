/** On a hosted database each request costs money, also those of an instance without work. */
import { assert } from "@std/assert";
import { createRuntime } from "../../../jobs/runtime/runtime.ts";
import { parseConfig } from "../../../lib/config.ts";
import { countRequests } from "../../../testing/counted_kv.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv, settled } from "../../../testing/hooked_kv.ts";

const MINUTE_MS = 60_000;

/** An instance reads more when it starts. */
const START_MS = 5_000;

/** Shorter than all pauses of loops. */
const STEP_MS = 250;

/** Runs an instance without jobs for a minute, after its start. */
async function countIdleMinute() {
  const { kv: hooked } = hookKv(await Deno.openKv(":memory:"));
  const { kv, requests } = countRequests(hooked);
  const clock = new FakeClock();
  const { instance } = createRuntime(parseConfig({ DOORBELL: "sweep" }), {
    kv,
    clock,
    random: Math.random,
  });
  async function pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      clock.advance(STEP_MS);
      await settled(hooked);
    }
  }
  instance.start();
  await pass(START_MS);
  const before = { ...requests };
  await pass(MINUTE_MS);
  const counted = {
    reads: requests.reads - before.reads,
    commits: requests.commits - before.commits,
  };
  await instance.stop(0);
  kv.close();
  await instance.ended();
  return counted;
}

Deno.test("an idle instance reads the database at most 215 times per minute, and commits twice", async () => {
  const { reads, commits } = await countIdleMinute();
  // Two reads of bell and queues per second, and the sweeps: `docs/denokv.md`.
  assert(reads <= 215, `${reads} reads`);
  // Its report of the minute, and the state of the alerts.
  assert(commits <= 2, `${commits} commits`);
});
