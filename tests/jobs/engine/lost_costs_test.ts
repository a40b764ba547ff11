/** Calls of a model whose cost is never reported: they count, and a joined response counts once. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type FailureCode, JobError } from "../../../lib/job/failure.ts";
import type { CallOptions, Model, ResponseTurn } from "../../../lib/model/model.ts";
import { noSums, SpendingStore } from "../../../lib/store/spending_store.ts";
import {
  anyParts,
  anyRequest,
  limits,
  MINUTE,
  modelOf,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import {
  jobOf,
  openRuntime,
  openRuntimes,
  type RuntimeOverrides,
  submit,
  sweepFor,
  tryAgain,
} from "../../../testing/runtimes.ts";

const hello = { text: "hello" };
const responseId = "resp_1";
const usage = {
  inputTokens: 1_000_000,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};
const answer: ResponseTurn = { ...silentTurn, text: "", usage };

/** Begins an answer, and writes no more of it. */
async function begin({ signal, onEvent }: CallOptions, resumable: boolean): Promise<never> {
  await onEvent?.({ type: "started", responseId, resumable });
  return await silence(signal);
}

function silence(signal: AbortSignal): Promise<never> {
  const stopped = Promise.withResolvers<never>();
  if (signal.aborted) stopped.reject(signal.reason);
  signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
  return stopped.promise;
}

/** A model that begins each answer, and writes no more of it. */
const stalled = modelOf({
  chat: (_request, options) => begin(options, false),
  respond: (_request, options) => begin(options, true),
  join: (_id, options) => begin(options, true),
});

/** A model whose calls fail, perhaps after the answer has begun. */
function failing(error: JobError, { hasBegun }: { hasBegun: boolean }): Model {
  return modelOf({
    chat: async (_request, { onEvent }) => {
      if (hasBegun) await onEvent?.({ type: "started", responseId, resumable: false });
      throw error;
    },
  });
}

/** `chat`: no later attempt can join an answer. */
type Api = "chat" | "respond";

/** A kind with one turn, which typically costs a dollar. */
function oneTurnKind(api: Api) {
  const kind = testKind(async (_request, context) => {
    await context[api]("turn-1", anyRequest, anyParts);
    return hello;
  });
  return { ...kind, typicalUse: { model: "gpt-test", inputTokens: 1_000_000, outputTokens: 0 } };
}

async function openCosts(api: Api, model: Model, overrides: RuntimeOverrides = {}) {
  const kind = oneTurnKind(api);
  const env = await openRuntimes({
    kinds: [kind],
    generator: "openai",
    model: () => model,
    prices: { "gpt-test": { input: 1, output: 1 } },
    daily: { jobs: undefined, costUsd: 100 },
    ...overrides,
  });
  const store = new SpendingStore(env.kv, {
    clock: env.clock,
    holder: "test",
    kinds: ["test"],
    isLimited: true,
    isCostLimited: () => false,
  });
  const sums = async () => (await store.read()).today.kinds.get("test") ?? noSums();
  async function close() {
    // Begun work must not last into the next test.
    await env.settled();
    env[Symbol.dispose]();
  }
  return { ...env, kind, sums, [Symbol.asyncDispose]: close };
}

type Env = Awaited<ReturnType<typeof openCosts>>;

/** Submits a job, and waits until it waits for the model. */
async function start({ a, kind, settled }: Env): Promise<string> {
  const { job: { id } } = await submit(a, kind, hello);
  await settled();
  return id;
}

const endings: [
  how: string,
  end: (env: Env, id: string) => Promise<void>,
  chat: number,
  respond: number,
][] = [
  ["is canceled", async ({ a, kind }, id) => void await a.jobs.cancel(kind, id), 1, 1],
  [
    "is canceled by another instance",
    async ({ b, kind }, id) => void await b.jobs.cancel(kind, id),
    1,
    1,
  ],
  [
    "runs into its deadline",
    async ({ a, clock, settled }) => {
      clock.advance(limits.timeoutMs);
      await settled();
      await a.instance.idle();
    },
    1,
    1,
  ],
  [
    "is put back at a shutdown",
    async ({ a, clock, settled }) => {
      const stopped = a.instance.stop(0);
      await settled();
      clock.advance(1_000);
      await stopped;
    },
    1,
    // The next attempt joins the response.
    0,
  ],
  [
    "loses its process, and is rescued",
    async (env) => {
      await sweepFor(env, 12_000);
      await env.settled();
      assertStrictEquals(env.b.instance.running, 1);
    },
    1,
    0,
  ],
];

for (const [how, end, ...expected] of endings) {
  for (const [n, api] of (["chat", "respond"] as const).entries()) {
    Deno.test(`with ${api}(), a job that ${how} costs ${expected[n]} calls`, async () => {
      await using env = await openCosts(api, stalled);
      const id = await start(env);
      await end(env, id);
      const { unpriced, cost, plans } = await env.sums();
      assertEquals({ unpriced, cost, plans }, { unpriced: expected[n], cost: 0, plans: 0 });
    });
  }
}

for (const api of ["chat", "respond"] as const) {
  Deno.test(`with ${api}(), a job that loses its process in the last attempt costs a call`, async () => {
    await using env = await openCosts(api, stalled, { limits: { ...limits, maxAttempts: 1 } });
    const id = await start(env);
    await sweepFor(env, 12_000);
    assertStrictEquals((await jobOf(env.store, id)).state, "failed");
    assertStrictEquals((await env.sums()).unpriced, 1);
  });
}

const spent = { responseId, usage };

const failures: [
  code: FailureCode,
  options: { unanswered?: boolean; spent?: { responseId: string; usage: typeof usage | null } },
  hasBegun: boolean,
  expected: { unpriced: number; cost: number },
][] = [
  ["connection_lost", {}, true, { unpriced: 1, cost: 0 }],
  ["connection_lost", { unanswered: true }, true, { unpriced: 1, cost: 0 }],
  ["connection_lost", { unanswered: true }, false, { unpriced: 0, cost: 0 }],
  ["timeout", {}, true, { unpriced: 1, cost: 0 }],
  ["timeout", {}, false, { unpriced: 1, cost: 0 }],
  ["timeout", { unanswered: true }, false, { unpriced: 0, cost: 0 }],
  ["upstream_error", {}, true, { unpriced: 1, cost: 0 }],
  ["upstream_error", { unanswered: true }, false, { unpriced: 0, cost: 0 }],
  ["rejected", {}, false, { unpriced: 0, cost: 0 }],
  ["quota_exceeded", {}, false, { unpriced: 0, cost: 0 }],
  ["refused", { spent }, true, { unpriced: 0, cost: 1 }],
  ["refused", { spent: { ...spent, usage: null } }, true, { unpriced: 1, cost: 0 }],
];

for (const [code, options, hasBegun, expected] of failures) {
  const when = hasBegun ? "after the answer has begun" : "before an answer";
  const title = `${code} ${JSON.stringify(options)} ${when} costs ${JSON.stringify(expected)}`;
  Deno.test(title, async () => {
    const model = failing(new JobError(code, "no", options), { hasBegun });
    await using env = await openCosts("chat", model);
    const id = await start(env);
    assert((await jobOf(env.store, id)).state !== "running");
    const { unpriced, cost } = await env.sums();
    assertEquals({ unpriced, cost }, expected);
  });
}

Deno.test("each attempt whose stream is cut costs a call", async () => {
  const cut = failing(new JobError("connection_lost", "cut"), { hasBegun: true });
  await using env = await openCosts("chat", cut);
  const id = await start(env);
  for (const expected of [1, 2, 3, 4]) {
    assertStrictEquals((await env.sums()).unpriced, expected);
    await tryAgain(env, 1);
    await env.settled();
  }
  assertStrictEquals((await jobOf(env.store, id)).state, "failed");
  assertStrictEquals((await env.sums()).unpriced, 4);
});

const joins: [title: string, found: ResponseTurn | null, unpriced: number, cost: number][] = [
  ["a response that a later attempt joins costs what it reports", answer, 0, 1],
  ["a response that is gone costs a call, and the next one what it reports", null, 1, 1],
];

for (const [title, found, unpriced, cost] of joins) {
  Deno.test(title, async () => {
    let calls = 0;
    const model = modelOf({
      async respond(_request, { onEvent }) {
        if (calls++ > 0) return answer;
        await onEvent?.({ type: "started", responseId, resumable: true });
        throw new JobError("connection_lost", "cut");
      },
      join: () => Promise.resolve(found),
    });
    await using env = await openCosts("respond", model);
    const id = await start(env);
    assertStrictEquals((await env.sums()).unpriced, 0);
    await tryAgain(env, 1);
    await env.settled();
    assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
    const sums = await env.sums();
    assertEquals({ unpriced: sums.unpriced, cost: sums.cost }, { unpriced, cost });
  });
}

Deno.test("a job that waits for a retry, with an unread response, costs a call when canceled", async () => {
  const model = modelOf({
    async respond(_request, { onEvent }) {
      await onEvent?.({ type: "started", responseId, resumable: true });
      throw new JobError("connection_lost", "cut");
    },
  });
  await using env = await openCosts("respond", model);
  const id = await start(env);
  await env.a.jobs.cancel(env.kind, id);
  assertStrictEquals((await env.sums()).unpriced, 1);
});

Deno.test("a job that is canceled before its first attempt costs nothing", async () => {
  await using env = await openCosts("respond", stalled, { concurrency: 0 });
  const id = await start(env);
  await env.a.jobs.cancel(env.kind, id);
  assertEquals(await env.sums(), { ...noSums(), accepted: 1, closed: 1 });
});

Deno.test("an identical job that waits for the first one costs nothing", async () => {
  const held = Promise.withResolvers<ResponseTurn>();
  const model = modelOf({ respond: () => held.promise });
  await using env = await openCosts("respond", model, { dedupeInFlight: true });
  await start(env);
  const [second, third] = [await start(env), await start(env)];
  await env.a.jobs.cancel(env.kind, second);
  held.resolve(answer);
  await env.settled();
  env.clock.advance(MINUTE);
  await env.settled();
  assertStrictEquals((await jobOf(env.store, third)).state, "succeeded");
  const expected = { accepted: 3, closed: 3, cost: 1, plans: 1, planCost: 1 };
  assertEquals(await env.sums(), { ...noSums(), ...expected });
});

Deno.test("an answer without a number of tokens costs a call, and tells no price", async () => {
  await using env = await openCosts(
    "respond",
    modelOf({ respond: () => Promise.resolve(silentTurn) }),
  );
  await start(env);
  assertEquals(await env.sums(), { ...noSums(), accepted: 1, closed: 1, unpriced: 1 });
});

Deno.test("a call that the breaker holds back costs nothing", async () => {
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gated = testKind(async (request, context) => {
    await gates.get(request.text)!.promise;
    await context.chat("turn-1", anyRequest, anyParts);
    return request;
  });
  let calls = 0;
  const unreachable = new JobError("connection_lost", "no", { unanswered: true });
  const model = modelOf({
    chat() {
      calls++;
      return Promise.reject(unreachable);
    },
  });
  await using env = await openCosts("chat", model, { kinds: [gated] });
  const ids: string[] = [];
  // The failures of two different requests open the breaker.
  for (const text of ["first", "second", "third"]) {
    gates.set(text, Promise.withResolvers());
    ids.push((await submit(env.a, gated, { text })).job.id);
  }
  await env.settled();
  for (const gate of gates.values()) {
    gate.resolve();
    await env.settled();
  }
  const stopped = env.a.instance.stop(0);
  await env.settled();
  env.clock.advance(1_000);
  await stopped;
  assertStrictEquals(calls, 2);
  for (const id of ids) assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  assertStrictEquals((await env.sums()).unpriced, 0);
});

Deno.test("a response to an earlier version of the prompt costs a call", async () => {
  const cut = modelOf({
    async respond(_request, { onEvent }) {
      await onEvent?.({ type: "started", responseId, resumable: true });
      throw new JobError("connection_lost", "cut");
    },
  });
  await using env = await openCosts("respond", cut, { concurrency: 1 });
  const id = await start(env);
  const next = openRuntime(env.kv, env.clock, {
    kinds: [{ ...oneTurnKind("respond"), promptVersion: "test-2" }],
    model: () => modelOf({ respond: () => Promise.resolve(answer) }),
    prices: { "gpt-test": { input: 1, output: 1 } },
    daily: { jobs: undefined, costUsd: 100 },
  });
  await env.a.instance.stop(0);
  env.clock.advance(MINUTE);
  await next.instance.sweep();
  await env.settled();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  const { unpriced, cost, plans } = await env.sums();
  assertEquals({ unpriced, cost, plans }, { unpriced: 1, cost: 1, plans: 0 });
});

Deno.test("a placeholder tells no price, although its first turn was paid for", async () => {
  const twoTurns = testKind(async (_request, context) => {
    await context.chat("turn-1", anyRequest, anyParts);
    await context.chat("turn-2", anyRequest, anyParts);
    return hello;
  });
  let calls = 0;
  const quota = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");
  const model = modelOf({
    chat: () => calls++ === 0 ? Promise.resolve(answer) : Promise.reject(quota),
  });
  await using env = await openCosts("chat", model, { kinds: [twoTurns], mockIfQuota: true });
  const id = await start(env);
  const job = await jobOf(env.store, id);
  assert(job.state === "succeeded");
  assertStrictEquals(job.source, "placeholder");
  assertEquals(await env.sums(), { ...noSums(), accepted: 1, closed: 1, cost: 1 });
});

Deno.test("a replay is open until it ends, and tells no price", async () => {
  let isUp = false;
  const model = modelOf({
    respond: () => isUp ? Promise.resolve(answer) : Promise.reject(new JobError("rejected", "no")),
  });
  await using env = await openCosts("respond", model);
  const id = await start(env);
  isUp = true;
  const replay = await env.a.jobs.replay(id);
  assert(replay);
  await env.settled();
  assertStrictEquals((await jobOf(env.store, replay.job.id)).state, "succeeded");
  const expected = { accepted: 1, replayed: 1, closed: 2, cost: 1 };
  assertEquals(await env.sums(), { ...noSums(), ...expected });
});

Deno.test("canceling before the end does not get a caller past DAILY_COST_USD", async () => {
  await using env = await openCosts("chat", stalled, { daily: { jobs: undefined, costUsd: 3 } });
  const outcomes: string[] = [];
  for (let n = 0; n < 5; n++) {
    const submitted = await env.a.jobs.submit(env.kind, hello);
    outcomes.push(submitted.outcome);
    await env.settled();
    if (submitted.outcome === "accepted") await env.a.jobs.cancel(env.kind, submitted.job.id);
    env.clock.advance(1_000);
  }
  assertEquals(outcomes, ["accepted", "accepted", "accepted", "day over", "day over"]);
});

Deno.test("samples cost nothing, so DAILY_COST_USD does not refuse them", async () => {
  const daily = { jobs: undefined, costUsd: 3 };
  await using env = await openCosts("chat", stalled, { generator: "sample", daily });
  for (let n = 0; n < 5; n++) await start(env);
});

Deno.test("two instances exceed DAILY_COST_USD only by requests at the same moment", async () => {
  await using env = await openCosts("chat", stalled, {
    daily: { jobs: undefined, costUsd: 23 },
    concurrency: 0,
  });
  let accepted = 0;
  for (let n = 0; n < 20; n++) {
    const pair = await Promise.all(
      [env.a, env.b].map((runtime) => runtime.jobs.submit(env.kind, hello)),
    );
    accepted += pair.filter(({ outcome }) => outcome === "accepted").length;
    env.clock.advance(100);
  }
  assert(accepted >= 23 && accepted <= 24, `${accepted} were accepted`);
});

Deno.test("on a first day, a burst is admitted up to the typical price", async () => {
  const held = Promise.withResolvers<ResponseTurn>();
  let calls = 0;
  const model = modelOf({
    chat() {
      calls++;
      return held.promise;
    },
  });
  const daily = { jobs: undefined, costUsd: 10 };
  await using env = await openCosts("chat", model, { concurrency: 4, daily });
  const burst = async () => {
    const requests = Array.from({ length: 300 }, () => env.a.jobs.submit(env.kind, hello));
    const submitted = await Promise.all(requests);
    return submitted.filter(({ outcome }) => outcome === "accepted").length;
  };
  const wait = async () => {
    for (let n = 0; n < 10; n++) {
      await env.settled();
      env.clock.advance(1_000);
    }
  };
  assertStrictEquals(await burst(), 10);
  await wait();
  // Four run, six wait, and all of them still count, also for another instance.
  assertStrictEquals(env.a.instance.running, 4);
  assertStrictEquals(await burst(), 0);
  assertStrictEquals((await env.b.jobs.submit(env.kind, hello)).outcome, "day over");
  // A plan costs half of the typical price.
  held.resolve({ ...answer, usage: { ...usage, inputTokens: 500_000 } });
  await wait();
  assertStrictEquals(await burst(), 10);
  await wait();
  assertStrictEquals(await burst(), 0);
  assertStrictEquals(calls, 20);
  assertStrictEquals((await env.sums()).cost, 10);
});
