/**
 * What a client sees while a plan is written, and what continues when a process dies in the
 * meantime: the real program with an independent server of OpenAI's protocol.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { serveLive } from "../../testing/live_server.ts";
import { LocalService } from "../../testing/local_service.ts";
import {
  WEBHOOK_SECRET,
  type WebhookDelivery,
  webhookRequest,
} from "../../testing/openai_webhook.ts";
import { samplePlan, storedBundles } from "../../testing/plans.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const wish = { destination: "Lisbon", durationDays: 3 };
const plan = sampleItinerary(wish);
const { days } = samplePlan(wish);
const preferences = { interests: ["fado", "food"] };
const written = sampleBundles({ preferences });
const { bundles } = storedBundles(written);
const usage = { prompt_tokens: 400, completion_tokens: 900 };
const writing = { content: JSON.stringify(written), reasoning: "Weighing moods", usage };

// deno-lint-ignore no-explicit-any -- tests look at single members
type Body = any;

/** Waits for changes of a job, by long polls, until `look` returns true. */
async function pollUntil(
  program: Pick<Program, "get">,
  path: string,
  look: (body: Body) => boolean,
) {
  for (let etag = '""';;) {
    const headers = { prefer: "wait=30", "if-none-match": etag };
    const { body, ...answer } = await program.get(path, headers);
    if (answer.status === 200 && look(body)) return body;
    etag = answer.headers.get("etag")!;
  }
}

/** Starts a service and its model, with one job that the model has begun to answer. */
async function begin(
  path: string,
  body: unknown,
  { script, env }: { script: Parameters<typeof serveLive>; env: Record<string, string> },
) {
  const openai = serveLive(...script);
  const directory = await workDirectory();
  const keys = { OPENAI_API_KEY: "sk-test-0123456789", OPENAI_BASE_URL: openai.url };
  const variables = { ...keys, ...env };
  const started: AsyncDisposable[] = [];
  const start = () => {
    const program = new Program(directory.path, { env: variables });
    started.push(program);
    return program;
  };
  const program = start();
  const { headers } = await program.post(path, body);
  return {
    openai,
    program,
    start,
    /** Starts another instance in this process, which starts faster than the program. */
    async goOn() {
      const service = await LocalService.start(directory.path, variables);
      started.push(service);
      return service;
    },
    database: directory.database.file,
    path: headers.get("location")!,
    id: await openai.begun(0),
    async [Symbol.asyncDispose]() {
      for (const each of started) await each[Symbol.asyncDispose]();
      await openai[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

const beginBundles = (env: Record<string, string> = { OPENAI_BACKGROUND: "on" }) =>
  begin("/api/generations", { preferences }, { script: [writing], env });

/** Starts a job for bundles and waits for its first bundle. */
async function beginWithOne(env?: Record<string, string>) {
  const job = await beginBundles(env);
  job.openai.write(job.id, bundlesUpTo(1));
  await pollUntil(job.program, job.path, shows(1));
  return job;
}

/** The end of the model's text when `count` bundles are finished. */
const bundlesUpTo = (count: number) => JSON.stringify(written.bundles.slice(0, count)).slice(0, -1);

const shows = (count: number) => ({ partial }: Body) => partial?.length === count;
const isDone = ({ status }: Body) => status !== "processing";

Deno.test("an itinerary appears day by day, and its plan begins with the days that were shown", async () => {
  const env = { MODEL_PRICES: '{"gpt-6-luna":{"input":1,"output":10}}' };
  const script = [{ content: JSON.stringify(plan), usage }] as const;
  await using job = await begin("/api/itineraries", wish, { script: [...script], env });
  const { openai, program, path, id } = job;
  for (const count of [1, 2]) {
    openai.write(id, JSON.stringify(plan.days.slice(0, count)).slice(0, -1));
    const { partial, progress, status } = await pollUntil(program, path, shows(count));
    assertEquals(partial, days.slice(0, count));
    assertStrictEquals(status, "processing");
    assertEquals([progress.phase, progress.step, progress.of], ["writing", count, 3]);
    assertStrictEquals(progress.message, `Writing day ${count + 1} of 3`);
  }
  openai.write(id);
  const body = await pollUntil(program, path, isDone);
  assertEquals(body.itinerary, days);
  assertEquals([body.status, body.partial, body.progress], ["completed", null, null]);
  assertEquals(body.usage, {
    inputTokens: 400,
    cachedTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 900,
    reasoningTokens: 0,
    savedTokens: 0,
    costUsd: 0.0094,
  });
});

for (const background of ["on", "off"]) {
  Deno.test(`bundles appear one by one, with background ${background}`, async () => {
    await using job = await beginBundles({ OPENAI_BACKGROUND: background });
    const { openai, program, path, id } = job;
    for (let count = 1; count < bundles.length; count++) {
      openai.write(id, bundlesUpTo(count));
      const { partial, reasoningSummaries } = await pollUntil(program, path, shows(count));
      assertEquals(partial, bundles.slice(0, count));
      assertEquals(reasoningSummaries, ["Weighing moods"]);
    }
    openai.write(id);
    const body = await pollUntil(program, path, isDone);
    assertEquals(body.bundles, bundles);
    assertStrictEquals(body.usage.outputTokens, 900);
    assertStrictEquals(openai.bodies[0]!.background, background === "on" ? true : undefined);
  });
}

Deno.test("killed during a background response: the next process joins it", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  await program.end("SIGKILL");
  const next = await job.goOn();
  await openai.untilRequested(`GET /responses/${id}?stream=true`);
  // The parts that were shown stay until there are more.
  const seen: number[] = [];
  openai.write(id, bundlesUpTo(2));
  await pollUntil(
    next,
    path,
    ({ partial }) => seen.push(partial.length) > 0 && shows(2)({ partial }),
  );
  assert(seen.every((count) => count >= 1), `shown: ${seen}`);
  openai.write(id);
  const body = await pollUntil(next, path, isDone);
  assertEquals(body.bundles, bundles);
  assertEquals([body.attempt, body.openaiResponseId], [2, id]);
  assertEquals(openai.journal, [
    "POST /responses",
    `GET /responses/${id}`,
    `GET /responses/${id}?stream=true`,
  ]);
});

Deno.test("killed while a background response ends: the next process fetches it", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  await program.end("SIGKILL");
  openai.write(id);
  const body = await pollUntil(await job.goOn(), path, isDone);
  assertEquals(body.bundles, bundles);
  assertEquals(openai.journal, ["POST /responses", `GET /responses/${id}`]);
});

Deno.test("stopped during a background response: the next process joins it, and cancels nothing", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  program.signal("SIGTERM");
  await program.untilLogged("stopping");
  await program.end("SIGTERM");
  openai.write(id);
  const body = await pollUntil(await job.goOn(), path, isDone);
  assertEquals([body.status, body.attempt], ["completed", 1]);
  assertEquals(openai.journal, ["POST /responses", `GET /responses/${id}`]);
});

Deno.test("a background response that is gone after a crash is started again", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  await program.end("SIGKILL");
  openai.forget(id);
  const next = await job.goOn();
  await openai.untilRequested("POST /responses", 2);
  openai.write(await openai.begun(0));
  const body = await pollUntil(next, path, isDone);
  assertEquals(body.bundles, bundles);
  assertEquals(openai.journal, ["POST /responses", `GET /responses/${id}`, "POST /responses"]);
});

Deno.test("a stream that is cut is resumed in the same attempt", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  openai.cut();
  await openai.untilRequested(`GET /responses/${id}?stream=true`);
  openai.write(id);
  const body = await pollUntil(program, path, isDone);
  assertEquals(body.bundles, bundles);
  assertStrictEquals(body.attempt, 1);
  assertMatch(openai.journal.at(-1)!, /starting_after=\d+$/);
});

Deno.test("a stream that is cut without background is no plan, and the job is retried", async () => {
  await using job = await beginBundles({ OPENAI_BACKGROUND: "off" });
  const { openai, program, path, id } = job;
  openai.write(id, bundlesUpTo(2));
  await pollUntil(program, path, shows(2));
  openai.cut();
  const second = await openai.begun(1);
  openai.write(second);
  const body = await pollUntil(program, path, isDone);
  assertEquals([body.bundles, body.attempt], [bundles, 2]);
  const { body: { events } } = await program.get(`${path}/timeline`);
  const retried = events.find(({ event }: Body) => event === "retried");
  assertStrictEquals(retried.failure.code, "connection_lost");
});

Deno.test("the background response of a completed job is deleted", async () => {
  await using job = await beginBundles();
  const { openai, program, path, id } = job;
  openai.write(id);
  assertEquals((await pollUntil(program, path, isDone)).bundles, bundles);
  await openai.untilDeleted(id);
  assertEquals(openai.deleted, [id]);
});

Deno.test("canceling a job cancels and deletes its background response", async () => {
  await using job = await beginWithOne();
  const { openai, program, path, id } = job;
  const { status, body } = await program.delete(path);
  assertEquals([status, body.status], [202, "canceled"]);
  await openai.untilRequested(`POST /responses/${id}/cancel`);
  await openai.untilDeleted(id);
});

Deno.test("canceling a job whose process is frozen cancels its background response", async () => {
  await using job = await beginWithOne({ OPENAI_BACKGROUND: "on", DOORBELL: "sweep" });
  const { openai, program, path, id } = job;
  await program.freeze(job.database);
  const other = await job.goOn();
  await other.delete(path);
  await openai.untilRequested(`POST /responses/${id}/cancel`);
});

/** Delivers a webhook and returns the status. */
async function deliver(program: Program, sent: WebhookDelivery | RequestInit): Promise<number> {
  const init = "response" in sent ? webhookRequest(sent) : sent;
  const response = await fetch(`${await program.url()}/api/webhooks/openai`, init);
  await response.body?.cancel();
  return response.status;
}

Deno.test("a webhook makes the worker poll a response whose stream is silent", async () => {
  await using job = await beginWithOne({
    OPENAI_BACKGROUND: "on",
    OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const { openai, program, path, id } = job;
  openai.mute(id);
  openai.write(id);
  const unsigned = { ...webhookRequest({ response: id }), headers: { "webhook-id": "wh_1" } };
  const minute = 60_000;
  assertStrictEquals(await deliver(program, unsigned), 401);
  assertStrictEquals(await deliver(program, { response: id, key: "another key" }), 401);
  assertStrictEquals(await deliver(program, { response: id, at: Date.now() - 6 * minute }), 401);
  assertStrictEquals(await deliver(program, { response: id, at: Date.now() + 6 * minute }), 401);
  assertStrictEquals(await deliver(program, { response: "resp_of_nobody" }), 404);
  assertStrictEquals(await deliver(program, { response: id, type: "batch.completed" }), 404);
  assertEquals(openai.journal, ["POST /responses"]);

  assertStrictEquals(await deliver(program, { response: id }), 204);
  const body = await pollUntil(program, path, isDone);
  assertEquals(body.bundles, bundles);
  assertStrictEquals(await deliver(program, { response: id }), 204);
  assertEquals(openai.journal, ["POST /responses", `GET /responses/${id}`]);
  await program.untilLogged("webhook", 3);
  const results = program.log.filter(({ message }) => message === "webhook").map(({ result }) =>
    result
  );
  assertEquals(results, ["unknown", "rung", "repeated"]);
});

Deno.test("a webhook reaches the process that waits, whichever process receives it", async () => {
  await using job = await beginWithOne({
    OPENAI_BACKGROUND: "on",
    OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
  });
  const { openai, path, id } = job;
  const other = job.start();
  await other.url();
  openai.mute(id);
  openai.write(id);
  assertStrictEquals(await deliver(other, { response: id }), 204);
  assertEquals((await pollUntil(other, path, isDone)).bundles, bundles);
});

Deno.test("the webhook path is 404 without a secret", async () => {
  await using job = await beginBundles();
  assertStrictEquals(await deliver(job.program, { response: job.id }), 404);
});

Deno.test("a background turn continues from the one before, and sends only the new items", async () => {
  const asking = { toolCalls: [{ id: "call_1", name: "no_such_tool", arguments: "{}" }] };
  await using job = await begin("/api/generations", { preferences }, {
    script: [asking, writing],
    env: { OPENAI_BACKGROUND: "on" },
  });
  const { openai, program, path, id } = job;
  openai.write(id);
  openai.write(await openai.begun(1));
  assertEquals((await pollUntil(program, path, isDone)).bundles, bundles);
  const { previous_response_id, input } = openai.bodies[1]! as Body;
  assertStrictEquals(previous_response_id, id);
  assertEquals(input, [{
    type: "function_call_output",
    call_id: "call_1",
    output: '{"error":"There is no tool named no_such_tool"}',
  }]);
});
