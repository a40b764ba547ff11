/**
 * Responses that an earlier attempt has begun in the background: joined, looked after, and canceled.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { responseBody } from "../../../testing/event_stream.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
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

Deno.test("join() reads a response that goes on from its beginning", async () => {
  await using env = openModel([inProgress, send(background)], { background: true });
  const { turn, heard } = join(env.model);
  assertStrictEquals((await turn)?.text, PLAN);
  assertStrictEquals(textOf(heard), PLAN);
  assertStrictEquals(env.asked[1]!.line, "GET /responses/resp_1?stream=true");
  // Its reasoning has to be carried on like any other.
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
  Deno.test(`join() does not wait for a response that is ${status}`, async () => {
    const over = () => Response.json(responseBody([], { status }));
    await using env = openModel([over], { background: true });
    assertStrictEquals(await join(env.model).turn, null);
  });
}

Deno.test("join() does not wait for a response that is gone", async () => {
  await using env = openModel([gone], { background: true });
  assertStrictEquals(await join(env.model).turn, null);
});

Deno.test("join() waits for a model's side that cannot say for the moment what has become of it", async () => {
  const answers = [broken, () => new Response(null, { status: 429 }), completed];
  await using env = openModel(answers, { background: true });
  assertStrictEquals((await pass(join(env.model).turn, env.clock))?.text, PLAN);
});

Deno.test("join() asks in no hurry, though the model's side says that it may", async () => {
  const selfAdvancing = () => new Response(null, { status: 429, headers: { "retry-after": "0" } });
  await using env = openModel(Array(1_000).fill(selfAdvancing), { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env.clock), "rate_limited");
  assert(env.asked.length <= TIMEOUT_MS / 1_000 + 1, `${env.asked.length} looks`);
});

Deno.test("join() fails when the model's side cannot say for good what has become of it", async () => {
  await using env = openModel(Array(100).fill(broken), { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env.clock), "upstream_error");
  assert(env.asked.length > 10 && env.asked.length < 70, `${env.asked.length} looks`);
});

for (const [status, left] of [[400, null], [405, null], [410, null]] as const) {
  Deno.test(`join() does not wait where the answer to a look is ${status}`, async () => {
    await using env = openModel([() => new Response(null, { status })], { background: true });
    assertStrictEquals(await join(env.model).turn, left);
  });
}

Deno.test("join() fails at once when it is not let in", async () => {
  const denied = () => new Response(null, { status: 401 });
  await using env = openModel([denied], { background: true });
  assertStrictEquals(await codeOf(join(env.model).turn), "unauthorized");
});

Deno.test("a joined stream that says nothing is looked after, long before the end", async () => {
  const over = Promise.withResolvers<void>();
  const mute = send([], { silence: over.promise });
  await using env = openModel([inProgress, mute, completed], { background: true });
  const startedAt = env.clock.now();
  assertStrictEquals((await pass(join(env.model).turn, env.clock))?.text, PLAN);
  assert(env.clock.now() - startedAt <= 30_000, `${env.clock.now() - startedAt} ms`);
  over.resolve();
});

Deno.test("a server that says the same again and again is not asked in a hurry", async () => {
  const again = send(background.slice(0, 1));
  const answers = Array.from({ length: 300 }, (_, n) => n % 2 === 0 ? inProgress : again);
  await using env = openModel(answers, { background: true });
  assertStrictEquals(await pass(codeOf(join(env.model).turn), env.clock), "timeout");
  assert(env.asked.length < 150, `${env.asked.length} requests`);
});

Deno.test("a joined stream without numbers says its text once", async () => {
  const bare = background.map(({ sequence_number: _, ...event }) => event);
  const answers = [send(bare.slice(0, 6)), inProgress, send(bare)];
  await using env = openModel(answers, { background: true });
  const { turn, heard } = ask(env.model, "respond");
  assertStrictEquals((await turn).text, PLAN);
  const last = heard.findLastIndex(({ type }) => type === "started");
  assertStrictEquals(textOf(heard.slice(last)), PLAN);
});

Deno.test("join() looks again and again when a stream cannot be had any more", async () => {
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

Deno.test("join() looks no more often than every five seconds", async () => {
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

for (const [what, answers] of [["looks", []], ["waits", [inProgress, noStream]]] as const) {
  Deno.test(`join() stops at once when it is told to while it ${what}`, async () => {
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

Deno.test("cancel() tells the model's side", async () => {
  const canceled = () => Response.json(responseBody([], { status: "cancelled" }));
  await using env = openModel([canceled], { background: true });
  await env.model.cancel("resp_1");
  assertStrictEquals(env.asked[0]!.line, "POST /responses/resp_1/cancel");
});
