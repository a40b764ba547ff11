import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { Model } from "../../../lib/model/model.ts";
import { openaiModel } from "../../../lib/openai/model.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import {
  anyParts,
  anyRequest,
  MINUTE,
  modelOf,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { eventStream, sseText } from "../../../testing/openai_server.ts";
import { jobOf, openRuntimesOn, submit } from "../../../testing/runtimes.ts";

/** One tick of the clock. Jobs arrive at this pace. */
const STEP_MS = 1_000;

/** A kind of job that sends its text to the model. */
const kind = testKind(async ({ text }, context) => {
  const request = { ...anyRequest, messages: [{ role: "user" as const, content: text }] };
  await context.chat("turn", request, anyParts);
  return { text };
});

/** Counts the calls of a model, and waits for them. */
function counted(chat: Model["chat"]) {
  const running = new Set<Promise<unknown>>();
  let calls = 0;
  const model = modelOf({
    chat(request, options) {
      calls++;
      const turn = chat(request, options);
      running.add(turn);
      turn.catch(() => {}).finally(() => running.delete(turn));
      return turn;
    },
  });
  return { model, running, calls: () => calls };
}

/** Opens two instances whose loops run, over one database. */
async function openInstances(createChat: (clock: FakeClock) => Model["chat"]) {
  const clock = new FakeClock();
  const { model, running, calls } = counted(createChat(clock));
  const overrides = { kinds: [kind], model: () => model };
  const env = openRuntimesOn(await Deno.openKv(":memory:"), overrides, clock);
  const instances = [env.a, env.b];
  for (const { instance } of instances) instance.start();
  const ids: string[] = [];

  /** Resolves when all work waits for the clock. */
  async function settled() {
    for (;;) {
      await env.settled();
      if (running.size === 0) return;
      await Promise.allSettled(running);
    }
  }
  return {
    env,
    calls,
    jobs: (): Promise<JobRecord[]> => Promise.all(ids.map((id) => jobOf(env.store, id))),
    async submit(text: string, owner?: string) {
      const options = owner === undefined ? {} : { caller: { id: owner, owner } };
      const { job } = await submit(instances[ids.length % 2]!, kind, { text }, options);
      ids.push(job.id);
      await settled();
      return job.id;
    },
    async step(ms = STEP_MS) {
      clock.advance(ms);
      await settled();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(instances.map(({ instance }) => instance.stop(0)));
      env[Symbol.dispose]();
    },
  };
}

/** Starts what listens on the port of the model; nothing listens if it returns `null`. */
type Listen = (port: number) => AsyncDisposable | null;

function answering(answer: () => Response): Listen {
  return (port) =>
    Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      await request.text();
      // A connection that stays open would outlive the outage.
      const response = answer();
      response.headers.set("connection", "close");
      return response;
    });
}

function closing(port: number): AsyncDisposable {
  const listener = Deno.listen({ port, hostname: "127.0.0.1" });
  const accepting = (async () => {
    for await (const connection of listener) connection.close();
  })();
  return {
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
    },
  };
}

const healthy = answering(() => {
  const chunk = (choice: object) => ({ id: "chatcmpl-1", choices: [{ delta: {}, ...choice }] });
  const events = [chunk({ delta: { content: "plan" } }), chunk({ finish_reason: "stop" })];
  return eventStream(`${sseText(events)}data: [DONE]\n\n`);
});

function freePort(): number {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  return listener.addr.port;
}

const html = { headers: { "content-type": "text/html" } };
const badGateway = "<html><body><h1>502 Bad Gateway</h1></body></html>";
const serverError = { error: { message: "Internal Server Error", code: 500 } };
const overloaded = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };

const outages: [name: string, seconds: number, listen: Listen, owner?: string][] = [
  ["a refused connection", 30, () => null],
  ["a refused connection", 180, () => null],
  ["502 with HTML", 30, answering(() => new Response(badGateway, { status: 502, ...html }))],
  ["500 with JSON", 30, answering(() => Response.json(serverError, { status: 500 }))],
  [
    "500 with JSON, one caller",
    30,
    answering(() => Response.json(serverError, { status: 500 })),
    "client:one",
  ],
  ["503", 30, answering(() => new Response(null, { status: 503 }))],
  ["529", 30, answering(() => Response.json(overloaded, { status: 529 }))],
  ["a connection that is closed at once", 30, closing],
];

const JOBS = 20;

/** Two calls open the breaker. Then there are probes, after pauses of 1, 2, 4, 8, 16 and 30 s. */
const longestPauseMs = 30_000;
const failedCalls = (seconds: number) => 2 + 5 + Math.ceil(seconds / 30);

for (const [name, seconds, listen, owner] of outages) {
  Deno.test(`an outage of ${seconds} s uses no attempt of ${JOBS} jobs: ${name}`, async () => {
    const port = freePort();
    const baseUrl = `http://127.0.0.1:${port}/v1`;
    const options = { apiKey: "sk-test", timeoutMs: MINUTE, idleMs: MINUTE, background: false };
    await using instances = await openInstances((clock) =>
      openaiModel({ ...options, isOpenAI: false, responsesApi: "auto", baseUrl, clock }).chat
    );
    {
      await using _server = listen(port);
      for (let ms = 0; ms < seconds * 1_000; ms += STEP_MS) {
        if (ms < JOBS * STEP_MS) await instances.submit(`job ${ms}`, owner);
        await instances.step();
      }
      const { env } = instances;
      for (const { id, attempt } of await instances.jobs()) {
        const snapshot = await env.a.jobs.read(kind, id);
        assertStrictEquals(snapshot?.job.state, "queued");
        assertStrictEquals(attempt, 0);
        assert(snapshot.heldBackBy, "the reason of the wait is not shown");
      }
    }
    await using _server = healthy(port);
    for (let ms = 0; ms < longestPauseMs + 2_000; ms += STEP_MS) await instances.step();
    const ended = await instances.jobs();
    assertEquals(
      ended.map(({ state, attempt }) => [state, attempt]),
      Array(JOBS).fill(["succeeded", 1]),
    );
    const calls = instances.calls();
    assert(calls <= JOBS + failedCalls(seconds), `${calls} calls`);
  });
}

/** The faults of a request that the model never answers. */
const ownFaults: [name: string, error: () => JobError][] = [
  ["500", () => new JobError("upstream_error", "OpenAI API error: 500", { unanswered: true })],
  ["connection", () => new JobError("connection_lost", "Lost", { unanswered: true })],
  ["timeout", () => new JobError("timeout", "Timed out", { unanswered: true })],
];

/** A model that fails each call with a text that begins with `poison`. */
function poisonedChat(error: () => JobError): Model["chat"] {
  return ({ messages }) =>
    messages[0]!.content.startsWith("poison")
      ? Promise.reject(error())
      : Promise.resolve({ ...silentTurn, text: "plan" });
}

for (const [name, error] of ownFaults) {
  Deno.test(`a request that always fails holds up no other job, and fails: ${name}`, async () => {
    await using instances = await openInstances(() => poisonedChat(error));
    await instances.submit("poison");
    for (let n = 0; n < 60; n++) {
      await instances.submit(`job ${n}`);
      await instances.step();
    }
    const [poison, ...others] = await instances.jobs();
    for (const { state, ...job } of others) {
      assertStrictEquals(state, "succeeded");
      assertStrictEquals("finishedAt" in job && job.finishedAt - job.createdAt, 0);
    }
    assert(poison?.state === "failed", poison?.state);
    assertEquals([poison.failure.code, poison.attempt], [error().failure.code, 4]);
    // Each instance lets it wait once.
    assert(instances.calls() - others.length <= 4 + 2, `${instances.calls()} calls`);
  });
}

/** Callers send as many jobs as the rate limit of one permits, and all of these jobs fail. */
const floods: [
  name: string,
  options: { poisonOf: (n: number) => string; callers: number; longestMs: number; stepMs: number },
][] = [
  ["equal requests", { poisonOf: () => "poison", callers: 1, longestMs: 0, stepMs: STEP_MS }],
  ["different requests", {
    poisonOf: (n) => `poison ${n}`,
    callers: 1,
    longestMs: 0,
    stepMs: STEP_MS,
  }],
  // They open the breaker for all, so a job of another caller may wait for the end of a pause. A
  // tick is as short as the time for which a source lets others call.
  ["two callers", { poisonOf: () => "poison", callers: 2, longestMs: 30_000, stepMs: 250 }],
];

for (const [name, { poisonOf, callers, longestMs, stepMs }] of floods) {
  Deno.test(`many jobs that always fail hold up no other caller, and fail: ${name}`, async () => {
    await using instances = await openInstances(() => poisonedChat(ownFaults[0]![1]));
    const poisons = 24;
    // The jobs of the other caller go on, because only their answers show which jobs are at fault.
    for (let n = 0; n < 5 * poisons; n++) {
      if (n < poisons) await instances.submit(poisonOf(n), `client:bad ${n % callers}`);
      if (n % 5 === 4) await instances.submit(`job ${n}`, "client:good");
      for (let ms = 0; ms < STEP_MS; ms += stepMs) await instances.step(stepMs);
    }
    const jobs = await instances.jobs();
    const good = jobs.filter(({ owner }) => owner === "client:good");
    const soon = good.filter((job) =>
      job.state === "succeeded" && job.finishedAt - job.createdAt <= longestMs
    );
    assert(soon.length >= 0.95 * good.length, `${soon.length} of ${good.length}`);
    assertEquals(
      jobs.filter(({ owner }) => owner !== "client:good")
        .map((job) => [job.state === "failed" && job.failure.code, job.attempt]),
      Array(poisons).fill(["upstream_error", 4]),
    );
  });
}

Deno.test("two requests that always fail do not make all of the probes", async () => {
  await using instances = await openInstances(() => poisonedChat(ownFaults[0]![1]));
  const poisons = 2;
  for (let n = 0; n < poisons; n++) await instances.submit(`poison ${n}`);
  for (let ms = 0; ms < MINUTE; ms += STEP_MS) await instances.step();
  const waits: number[] = [];
  for (let n = 0; n < 120; n++) {
    await instances.submit(`job ${n}`);
    await instances.step();
  }
  for (const [n, job] of (await instances.jobs()).entries()) {
    assertStrictEquals(job.state, n < poisons ? "failed" : "succeeded");
    if (n >= poisons && "finishedAt" in job) waits.push(job.finishedAt - job.createdAt);
  }
  // The first job waits for the end of the pause, once more if the other instance does not know the
  // request that fails. Its answer closes the breaker for all others.
  const [first, ...later] = waits;
  assert(first! <= 2 * longestPauseMs, `${first} ms`);
  const late = later.filter((ms, n) => (n + 1) * STEP_MS > first! && ms > 2_000);
  assertEquals(late, []);
});

Deno.test("a request that always fails waits until its deadline if there is no other job", async () => {
  await using instances = await openInstances(() => poisonedChat(ownFaults[0]![1]));
  const id = await instances.submit("poison");
  const last = (await jobOf(instances.env.store, id)).timeline.at(-1);
  assertEquals(last?.event === "released" && last.failure?.code, "upstream_error");
  const stepMs = MINUTE / 4;
  // It fails when the next pause would end after the deadline.
  const lastCallMs = 15 * MINUTE - longestPauseMs;
  for (let ms = stepMs; ms < 15 * MINUTE; ms += stepMs) {
    await instances.step(stepMs);
    const { state } = await jobOf(instances.env.store, id);
    assertStrictEquals(ms < lastCallMs ? state : "queued", "queued");
  }
  const job = await jobOf(instances.env.store, id);
  assertEquals(
    [job.state, job.state === "failed" && job.failure.code],
    ["failed", "upstream_error"],
  );
});
