import { assertEquals, assertRejects } from "@std/assert";
import { Interruption } from "../../../jobs/engine/interruption.ts";
import { ModelCalls } from "../../../jobs/engine/model_calls.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { Source } from "../../../lib/job/job_record.ts";
import { JobMetrics } from "../../../lib/metrics/job_metrics.ts";
import { Metrics } from "../../../lib/metrics/metrics.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { silentTurn } from "../../../testing/jobs.ts";

/** Makes a call that takes 2 s. Returns what was counted, without the counters that begin at 0. */
async function countsOf(end: () => Promise<typeof silentTurn | null>, source: Source = "openai") {
  const clock = new FakeClock();
  const metrics = new Metrics();
  const jobMetrics = new JobMetrics({ metrics, kinds: [], callbackKind: "callback" });
  const calls = new ModelCalls({ kind: "test", source, metrics: jobMetrics, clock });
  const call = () => {
    clock.advance(2_000);
    return end();
  };
  await calls.run({ model: "gpt-test", maxTokens: 100 }, call).catch(() => {});
  return (await metrics.collect()).flatMap(({ name, points }) =>
    points.filter(({ value }) => value !== 0).map(({ attributes, value }) => [
      name,
      Object.values(attributes).join(),
      typeof value === "number" ? value : value.sum,
    ])
  );
}

const DURATION = "gen_ai.client.operation.duration";
const ERRORS = "tripwright.model.errors";

const cases: [
  what: string,
  end: () => Promise<typeof silentTurn | null>,
  counts: [name: string, attributes: string, value: number][],
][] = [
  ["an answer", () => Promise.resolve(silentTurn), [[DURATION, "chat,openai,gpt-test", 2]]],
  [
    "a response that is gone",
    () => Promise.resolve(null),
    [[DURATION, "chat,openai,gpt-test", 2]],
  ],
  [
    "a failure",
    () => Promise.reject(new JobError("rate_limited", "Too many")),
    [
      [ERRORS, "test,gpt-test,rate_limited", 1],
      [DURATION, "chat,openai,gpt-test,rate_limited", 2],
    ],
  ],
  [
    "an unexpected error",
    () => Promise.reject(new TypeError("secret")),
    [
      [ERRORS, "test,gpt-test,internal", 1],
      [DURATION, "chat,openai,gpt-test,_OTHER", 2],
    ],
  ],
  [
    "a call that this service has ended, which is no failure",
    () => Promise.reject(new Interruption("lost")),
    [[DURATION, "chat,openai,gpt-test,interrupted", 2]],
  ],
];

for (const [what, end, counts] of cases) {
  Deno.test(`the metrics of ${what}`, async () => {
    assertEquals(await countsOf(end), counts);
  });
}

Deno.test("the sample generator has a name of its own", async () => {
  assertEquals(await countsOf(() => Promise.resolve(silentTurn), "sample"), [
    [DURATION, "chat,sample,sample", 2],
  ]);
});

Deno.test("run() throws what the call throws", async () => {
  const calls = new ModelCalls({
    kind: "test",
    source: "openai",
    metrics: new JobMetrics({ metrics: new Metrics(), kinds: [], callbackKind: "callback" }),
    clock: new FakeClock(),
  });
  const call = () => Promise.reject(new JobError("timeout", "late"));
  await assertRejects(() => calls.run({ model: "gpt-test" }, call), JobError, "late");
});
