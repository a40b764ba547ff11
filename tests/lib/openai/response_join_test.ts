/**
 * Background responses that an earlier attempt has started: joined, polled, canceled and deleted.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { responseBody } from "../../../testing/event_stream.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  type Answer,
  ask,
  background,
  broken,
  codeOf,
  completed,
  gone,
  IDLE_MS,
  inProgress,
  join,
  noStream,
  openModel,
  pass,
  PLAN,
  send,
  textOf,
  TIMEOUT_MS,
} from "../../../testing/openai_model.ts";

Deno.test("join() reads a running response from its beginning", async () => {
  await using env = openModel([inProgress, send(background)], { background: true });
  const { turn, received } = join(env.model);
  assertStrictEquals((await turn)?.text, PLAN);
  assertStrictEquals(textOf(received), PLAN);
  assertStrictEquals(env.asked[1]!.line, "GET /responses/resp_1?stream=true");
  // Its reasoning must be requested as in any other call.
  for (const { url } of env.asked) {
    assertStrictEquals(url.searchParams.get("include[]"), "reasoning.encrypted_content");
  }
});

Deno.test("join() fetches a response that has ended", async () => {
  await using env = openModel([completed], { background: true });
  const turn = await join(env.model).turn;
  assertEquals([turn?.text, turn?.stored], [PLAN, true]);
});

for (const status of ["failed", "cancelled"]) {
  Deno.test(`join() returns null for a response that is ${status}`, async () => {
    const over = () => Response.json(responseBody([], { status }));
    await using env = openModel([over], { background: true });
    assertStrictEquals(await join(env.model).turn, null);
  });
}

Deno.test("join() returns null for a response that does not exist", async () => {
  await using env = openModel([gone], { background: true });
  assertStrictEquals(await join(env.model).turn, null);
});

Deno.test("join() waits while OpenAI cannot report the status of the response", async () => {
  const answers = [broken, () => new Response(null, { status: 429 }), completed];
  await using env = openModel(answers, { background: true });
  assertStrictEquals((await pass(join(env.model).turn, env))?.text, PLAN);
});

Deno.test("join() waits between polls although Retry-After is 0", async () => {
  const limited = () => new Response(null, { status: 429, headers: { "retry-after": "0" } });
  await using env = openModel(Array(1_000).fill(limited), { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env), "rate_limited");
  assert(env.asked.length <= TIMEOUT_MS / 1_000 + 1, `${env.asked.length} looks`);
});

Deno.test("join() fails when OpenAI never reports the status of the response", async () => {
  await using env = openModel(Array(100).fill(broken), { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env), "upstream_error");
  assert(env.asked.length > 10 && env.asked.length < 70, `${env.asked.length} looks`);
});

for (const [status, left] of [[400, null], [405, null], [410, null]] as const) {
  Deno.test(`join() returns null when a poll is answered with ${status}`, async () => {
    await using env = openModel([() => new Response(null, { status })], { background: true });
    assertStrictEquals(await join(env.model).turn, left);
  });
}

Deno.test("join() fails at once when the key is not accepted", async () => {
  const denied = () => new Response(null, { status: 401 });
  await using env = openModel([denied], { background: true });
  assertStrictEquals(await codeOf(join(env.model).turn), "unauthorized");
});

Deno.test("join() polls a response whose stream is silent, long before the time limit", async () => {
  const over = Promise.withResolvers<void>();
  const silent = send([], { silence: over.promise });
  await using env = openModel([inProgress, silent, completed], { background: true });
  const startedAt = env.clock.now();
  assertStrictEquals((await pass(join(env.model).turn, env))?.text, PLAN);
  assert(env.clock.now() - startedAt <= 30_000, `${env.clock.now() - startedAt} ms`);
  over.resolve();
});

Deno.test("join() waits between requests to a server that repeats the same events", async () => {
  const again = send(background.slice(0, 1));
  const answers = Array.from({ length: 300 }, (_, n) => n % 2 === 0 ? inProgress : again);
  await using env = openModel(answers, { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env), "timeout");
  assert(env.asked.length < 150, `${env.asked.length} requests`);
});

Deno.test("a resumed stream without sequence numbers reports its text once", async () => {
  const bare = background.map(({ sequence_number: _, ...event }) => event);
  const answers = [send(bare.slice(0, 6)), inProgress, send(bare)];
  await using env = openModel(answers, { background: true });
  const { turn, received } = ask(env.model, "respond");
  assertStrictEquals((await turn).text, PLAN);
  const last = received.findLastIndex(({ type }) => type === "started");
  assertStrictEquals(textOf(received.slice(last)), PLAN);
});

Deno.test("a response that is queued for the whole time is canceled, so that the next attempt begins another one", async () => {
  const queued: Answer = () =>
    Response.json(responseBody([], { status: "queued", background: true }));
  const canceled: Answer = () =>
    Response.json(responseBody([], { status: "cancelled", background: true }));
  const waits = Array.from({ length: 200 }, (_, n) => n % 2 === 0 ? queued : noStream);
  await using env = openModel(waits, { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env), "timeout");
  assertStrictEquals(env.asked.at(-1)!.line, "POST /responses/resp_1/cancel");

  await using next = openModel([canceled], { background: true });
  assertStrictEquals(await join(next.model).turn, null);
});

Deno.test("join() polls repeatedly when no stream is available", async () => {
  const answers = [inProgress, noStream, inProgress, noStream, completed];
  await using env = openModel(answers, { background: true });
  const { turn } = join(env.model);
  let text: string | null | undefined;
  turn.then((turn) => text = turn?.text);
  for (let n = 0; text === undefined && n < 1_000; n++) {
    env.clock.advance(1_000);
    await nextTurn();
  }
  assertStrictEquals(text, PLAN);
  assertStrictEquals(env.asked.length, 5);
});

Deno.test("join() polls at most every five seconds", async () => {
  await using env = openModel([inProgress, noStream, completed], { background: true });
  const { turn } = join(env.model);
  while (env.asked.length < 2) await nextTurn();
  let waitedMs = 0;
  for (;;) {
    for (let n = 0; n < 10; n++) await nextTurn();
    if (env.asked.length === 3 || waitedMs === 60_000) break;
    env.clock.advance(500);
    waitedMs += 500;
  }
  assertStrictEquals((await turn)?.text, PLAN);
  assert(waitedMs >= 5_000 && waitedMs < 10_000, `${waitedMs} ms`);
});

for (const [what, answers] of [["polls", []], ["waits", [inProgress, noStream]]] as const) {
  Deno.test(`join() ends at once when its signal aborts while it ${what}`, async () => {
    const over = Promise.withResolvers<Response>();
    await using env = openModel([...answers, () => over.promise], { background: true });
    const abort = new AbortController();
    const { turn } = join(env.model, { signal: abort.signal });
    let reason: unknown;
    turn.catch((error) => reason = error);
    while (env.asked.length < Math.max(1, answers.length)) {
      await nextTurn();
    }
    for (let n = 0; n < 20; n++) await nextTurn();
    abort.abort("enough");
    for (let n = 0; reason === undefined && n < 200; n++) {
      await nextTurn();
    }
    over.resolve(new Response(null, { status: 500 }));
    env.clock.advance(IDLE_MS);
    assertStrictEquals(reason, "enough");
  });
}

Deno.test("cancel() cancels the response at OpenAI", async () => {
  const canceled = () => Response.json(responseBody([], { status: "cancelled" }));
  await using env = openModel([canceled], { background: true });
  await env.model.cancel("resp_1");
  assertStrictEquals(env.asked[0]!.line, "POST /responses/resp_1/cancel");
});

const deletions: [status: number, resolves: boolean][] = [
  [200, true],
  [404, true],
  [405, true],
  [501, true],
  [401, false],
  [500, false],
];

for (const [status, resolves] of deletions) {
  Deno.test(`delete() ${resolves ? "resolves" : "rejects"} after the status ${status}`, async () => {
    const answer = () => Response.json({ id: "resp_1", deleted: true }, { status });
    await using env = openModel([answer], { background: true });
    const [{ status: outcome }] = await Promise.allSettled([env.model.delete("resp_1")]);
    assertStrictEquals(outcome, resolves ? "fulfilled" : "rejected");
    assertEquals(env.asked.map(({ line }) => line), ["DELETE /responses/resp_1"]);
  });
}
