import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { Clock } from "../../lib/clock.ts";
import { retry, type RetryOptions } from "../../lib/retry.ts";

/** Work that fails so many times, and a clock that keeps the waits. */
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
  ["as often as tries allow", { tries: 3 }, [100, 200], true],
  ["for as long as the waits may take", { forMs: 700 }, [100, 200, 400], true],
  ["no longer than its longest wait", { tries: 5, maxMs: 150 }, [100, 150, 150, 150], false],
  ["never, when that cannot help", { tries: 5, when: () => false }, [], true],
];

for (const [what, options, waits, fails] of rows) {
  Deno.test(`retry() tries again ${what}`, async () => {
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
