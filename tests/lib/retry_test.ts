import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Clock } from "../../lib/clock.ts";
import { retry, type RetryOptions } from "../../lib/retry.ts";

/** Work that fails this many times, and a clock that records the waits. */
function failing(times: number) {
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    wait: (ms) => Promise.resolve(void waits.push(ms)),
  };
  let calls = 0;
  const work = () =>
    ++calls <= times ? Promise.reject(new Error(`no ${calls}`)) : Promise.resolve(7);
  return { work, clock, waits, calls: () => calls };
}

const rows: [what: string, options: Partial<RetryOptions>, waits: number[], fails: boolean][] = [
  ["as often as `tries` allows", { tries: 3 }, [100, 200], true],
  ["while the waits are within `forMs`", { forMs: 700 }, [100, 200, 400], true],
  ["with waits of at most `maxMs`", { tries: 5, maxMs: 150 }, [100, 150, 150, 150], false],
  ["never, when `when` returns false", { tries: 5, when: () => false }, [], true],
];

for (const [what, options, waits, fails] of rows) {
  Deno.test(`retry() retries ${what}`, async () => {
    const run = failing(4);
    const result = retry(run.work, {
      firstMs: 100,
      clock: run.clock,
      when: () => true,
      ...options,
    });
    if (fails) await assertRejects(() => result, Error, `no ${waits.length + 1}`);
    else assertStrictEquals(await result, 7);
    assertEquals(run.waits, waits);
    assertStrictEquals(run.calls(), waits.length + 1);
  });
}
