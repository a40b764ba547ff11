/**
 * The deletion of responses that the provider stores, once their job has ended.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ResponseCleaner } from "../../../jobs/engine/response_cleaner.ts";
import { parseConfig } from "../../../lib/config.ts";
import { JobError } from "../../../lib/job/failure.ts";
import type { CallOptions } from "../../../lib/model/model.ts";
import { StoredResponses } from "../../../lib/store/stored_responses.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import {
  anyParts,
  anyRequest,
  HOUR,
  modelOf,
  silentTurn,
  testKind,
} from "../../../testing/jobs.ts";
import { jobOf, openRuntimes, type RuntimeOverrides, submit } from "../../../testing/runtimes.ts";

/** A kind of two turns. */
const kind = testKind(async (request, context) => {
  for (const name of ["turn-1", "turn-2"]) await context.respond(name, anyRequest, anyParts);
  return request;
});

const refused = new JobError("refused", "OpenAI API refused the request");
const spent = new JobError("quota_exceeded", "OpenAI API error: 429 insufficient_quota");

/** A model with background responses: what it has deleted, and how its second turn ends. */
function storingModel(
  { endSecond = () => Promise.resolve(), deletes = () => Promise.resolve(), resumable = true }: {
    endSecond?: (options: CallOptions) => Promise<void>;
    deletes?: (responseId: string) => Promise<void>;
    resumable?: boolean;
  } = {},
) {
  const deleted: string[] = [];
  let responses = 0;
  const model = modelOf({
    async respond(_request, options) {
      const responseId = `resp_${++responses}`;
      await options.onEvent?.({ type: "started", responseId, resumable });
      if (responses === 2) await endSecond(options);
      return { ...silentTurn, responseId };
    },
    delete(responseId) {
      deleted.push(responseId);
      return deletes(responseId);
    },
  });
  return { model: () => model, deleted };
}

const never = ({ signal }: CallOptions) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

const live = { generator: "openai" } as const;
const withoutBackground = { openai: { ...parseConfig({}).openai, background: false } };

const ends: [
  state: string,
  deleted: string[],
  model: Parameters<typeof storingModel>[0],
  overrides: RuntimeOverrides,
][] = [
  ["succeeded", ["resp_1", "resp_2"], {}, live],
  ["failed", ["resp_1", "resp_2"], { endSecond: () => Promise.reject(refused) }, live],
  ["canceled", ["resp_1", "resp_2"], { endSecond: never }, live],
  ["succeeded", ["resp_1", "resp_2"], { endSecond: () => Promise.reject(spent) }, {
    ...live,
    mockIfQuota: true,
  }],
  ["succeeded", ["resp_1", "resp_2"], { deletes: () => Promise.reject(new Error("no")) }, live],
  ["succeeded", [], { resumable: false }, live],
  ["succeeded", [], {}, { ...live, ...withoutBackground }],
  ["succeeded", [], {}, { generator: "sample" }],
  ["failed", [], { endSecond: () => Promise.reject(refused) }, { generator: "sample" }],
];

for (const [n, [state, expected, script, overrides]] of ends.entries()) {
  Deno.test(`a job that ${state} deletes ${expected.length} responses (${n + 1})`, async () => {
    const { model, deleted } = storingModel(script);
    using env = await openRuntimes({ kinds: [kind], model, ...overrides });
    const { job: { id } } = await submit(env.a, kind, { text: "hello" });
    if (state === "canceled") {
      while (await env.store.checkpoints.openResponse(id) !== "resp_2");
      await env.b.jobs.cancel(kind, id);
      await env.b.instance.stop(0);
    } else await env.a.instance.idle();
    await env.a.instance.stop(0);
    assertStrictEquals((await jobOf(env.store, id)).state, state);
    assertEquals(deleted.toSorted(), expected);
  });
}

Deno.test("a job does not wait for the deletion of its responses", async () => {
  const { model, deleted } = storingModel({ deletes: () => new Promise(() => {}) });
  using env = await openRuntimes({ kinds: [kind], model, ...live });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  assertStrictEquals((await jobOf(env.store, id)).state, "succeeded");
  for (let n = 0; deleted.length === 0 && n < 20; n++) await env.settled();
  assertEquals(deleted, ["resp_1"]);
});

Deno.test("a job that runs deletes none of its responses", async () => {
  const { model, deleted } = storingModel({ endSecond: never });
  using env = await openRuntimes({ kinds: [kind], model, ...live });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) !== "resp_2");
  await env.a.instance.stop(0);
  assertStrictEquals((await jobOf(env.store, id)).state, "queued");
  assertEquals(deleted, []);
});

/** A cleaner of jobs with one response each, whose deletions end when the test says so. */
function hangingCleaner() {
  const held = Promise.withResolvers<void>();
  const deleted: string[] = [];
  const cleaner = new ResponseCleaner({
    checkpoints: {
      openResponse: () => Promise.resolve(null),
      storedResponses: (id) => Promise.resolve([id]),
    },
    model: () =>
      modelOf({
        delete(responseId) {
          deleted.push(responseId);
          return held.promise;
        },
      }),
    deletes: true,
  });
  return { cleaner, deleted, release: held.resolve };
}

Deno.test("at most four deletions run at the same time, and the others follow", async () => {
  const { cleaner, deleted, release } = hangingCleaner();
  for (let n = 0; n < 6; n++) cleaner.cleanUpAfter(`job-${n}`, { hasPlan: true });
  for (let n = 0; n < 10; n++) await nextTurn();
  assertStrictEquals(deleted.length, 4);
  release();
  await cleaner.settled();
  assertStrictEquals(deleted.length, 6);
});

Deno.test("while the provider hangs, the responses of at most a thousand jobs wait", async () => {
  const { cleaner, deleted, release } = hangingCleaner();
  for (let n = 0; n < 2_000; n++) cleaner.cleanUpAfter(`job-${n}`, { hasPlan: true });
  release();
  await cleaner.settled();
  assert(deleted.length >= 1_000 && deleted.length <= 1_004, String(deleted.length));
});

Deno.test("a deletion that fails is repeated once an hour by one instance, until it succeeds", async () => {
  let isDown = true;
  const deletes = () => isDown ? Promise.reject(new Error("down")) : Promise.resolve();
  const { model, deleted } = storingModel({ deletes });
  using env = await openRuntimes({ kinds: [kind], model, ...live });
  const sweep = async () => {
    deleted.length = 0;
    for (const { instance } of [env.a, env.b, env.a]) await instance.sweep();
    await env.settled();
    return deleted.toSorted();
  };
  assertEquals(await sweep(), []);
  await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  await env.settled();
  const all = ["resp_1", "resp_2"];
  assertEquals(deleted.toSorted(), all);
  assertEquals(await sweep(), []);
  env.clock.advance(HOUR);
  assertEquals(await sweep(), all);
  isDown = false;
  env.clock.advance(HOUR / 2);
  assertEquals(await sweep(), []);
  env.clock.advance(HOUR / 2);
  assertEquals(await sweep(), all);
  env.clock.advance(HOUR);
  assertEquals(await sweep(), []);
});

Deno.test("a sweep deletes what a process that died has left, and nothing of a running job", async () => {
  const { model, deleted } = storingModel({ endSecond: never });
  using env = await openRuntimes({ kinds: [kind], model, ...live });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  while (await env.store.checkpoints.openResponse(id) !== "resp_2");
  await env.b.instance.sweep();
  await env.settled();
  assertEquals(deleted, []);
  await env.a.instance.stop(0);
  // As if the process had died after the commit that ended the job.
  await env.kv.delete(["job", id]);
  env.clock.advance(HOUR);
  await env.b.instance.sweep();
  await env.settled();
  assertEquals(deleted.toSorted(), ["resp_1", "resp_2"]);
});

/**
 * A cleaner with the leftovers of jobs that have expired. Their responses have these ids, and the
 * deletion of the first `failing` ones always fails.
 */
async function leftoversOf(ids: string[], { failing }: { failing: number }) {
  const kv = await Deno.openKv(":memory:");
  for (const id of ids) await kv.set(["stored_response", "job", id], id);
  const asked: string[] = [];
  const clock = new FakeClock();
  const cleaner = new ResponseCleaner({
    checkpoints: {
      openResponse: () => Promise.resolve(null),
      storedResponses: () => Promise.resolve([]),
    },
    leftovers: new StoredResponses(kv, clock),
    model: () =>
      modelOf({
        delete(responseId) {
          asked.push(responseId);
          const isBad = ids.indexOf(responseId) < failing;
          return isBad ? Promise.reject(new Error("down")) : Promise.resolve();
        },
      }),
    deletes: true,
  });
  /** Returns the responses whose deletion the next sweep has tried. */
  const sweep = async (signal = new AbortController().signal) => {
    asked.length = 0;
    cleaner.sweep(signal);
    await cleaner.settled();
    clock.advance(HOUR);
    return [...asked];
  };
  return { sweep, [Symbol.dispose]: () => kv.close() };
}

/** In the order of the database. */
const idsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => `resp_${String(n).padStart(3, "0")}`);

Deno.test("a sweep ends after twenty failures, and when the instance stops", async () => {
  const ids = idsOf(30);
  using env = await leftoversOf(ids, { failing: 30 });
  assertEquals(await env.sweep(), ids.slice(0, 20));
  assertEquals(await env.sweep(AbortSignal.abort()), []);
});

Deno.test("responses that cannot be deleted do not keep sweeps from later ones", async () => {
  const ids = idsOf(50);
  using env = await leftoversOf(ids, { failing: 20 });
  assertEquals(await env.sweep(), ids.slice(0, 20));
  assertEquals(await env.sweep(), [...ids.slice(20), ...ids.slice(0, 20)]);
  assertEquals(await env.sweep(), ids.slice(0, 20));
});
