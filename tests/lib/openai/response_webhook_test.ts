/**
 * The effect of a webhook on a call that waits for its response.
 */
import { assert, assertStrictEquals } from "@std/assert";
import { frame, streamOf } from "../../../testing/event_stream.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  type Answer,
  ask,
  background,
  completed,
  IDLE_MS,
  inProgress,
  join,
  noStream,
  openModel,
  pieces,
  PLAN,
  send,
  textOf,
} from "../../../testing/openai_model.ts";

Deno.test("a webhook gives a stream that was silent for a minute time to end by itself", async () => {
  const rest = Promise.withResolvers<void>();
  async function* texts() {
    const encoder = new TextEncoder();
    for (const event of background.slice(0, 4)) yield encoder.encode(frame(event));
    await rest.promise;
    for (const event of background.slice(4)) yield encoder.encode(frame(event));
  }
  const slow = () =>
    new Response(ReadableStream.from(texts()), {
      headers: { "content-type": "text/event-stream" },
    });
  await using env = openModel([slow, completed], { background: true });
  const wake = new EventTarget();
  const { turn, received } = ask(env.model, "respond", { wake });
  while (textOf(received) !== pieces[0]) await nextTurn();
  env.clock.advance(60_000);
  wake.dispatchEvent(new Event("wake"));
  env.clock.advance(1_000);
  for (let n = 0; n < 5; n++) await nextTurn();
  rest.resolve();
  assertStrictEquals((await turn).text, PLAN);
  assertStrictEquals(env.asked.length, 1);
});

Deno.test("respond() stops waiting for a silent stream after a webhook", async () => {
  const over = Promise.withResolvers<void>();
  const silent = send(background.slice(0, 4), { silence: over.promise });
  await using env = openModel([silent, completed], { background: true });
  const wake = new EventTarget();
  const { turn, received } = ask(env.model, "respond", { wake });
  while (textOf(received) !== pieces[0]) await nextTurn();
  wake.dispatchEvent(new Event("wake"));
  let text: string | null | undefined;
  turn.then((turn) => text = turn.text);
  let waitedMs = 0;
  for (; text === undefined && waitedMs < IDLE_MS; waitedMs += 500) {
    env.clock.advance(500);
    for (let n = 0; n < 10; n++) await nextTurn();
  }
  assertStrictEquals(text, PLAN);
  assert(waitedMs < 10_000, `${waitedMs} ms`);
  over.resolve();
});

Deno.test("a webhook for an earlier response does not affect the next one", async () => {
  const asked = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const late: Answer = async () => {
    asked.resolve();
    await held.promise;
    return streamOf(background.map(frame));
  };
  await using env = openModel([late], { background: true });
  const wake = new EventTarget();
  const { turn } = ask(env.model, "respond", { wake });
  await asked.promise;
  wake.dispatchEvent(new Event("wake"));
  for (let second = 0; second < 10; second++) {
    env.clock.advance(1_000);
    await nextTurn();
  }
  held.resolve();
  assertStrictEquals((await turn).text, PLAN);
  assertStrictEquals(env.asked.length, 1);
});

Deno.test("a webhook does not affect a stream that continues", async () => {
  const wake = new EventTarget();
  await using env = openModel([send(background)], { background: true });
  const { turn } = ask(env.model, "respond", {
    wake,
    onEvent: ({ type }) => {
      if (type === "text") wake.dispatchEvent(new Event("wake"));
      env.clock.advance(100);
    },
  });
  assertStrictEquals((await turn).text, PLAN);
  assertStrictEquals(env.asked.length, 1);
});

Deno.test("join() polls a response without a stream at once after a webhook", async () => {
  await using env = openModel([inProgress, noStream, completed], { background: true });
  const wake = new EventTarget();
  const { turn } = join(env.model, { wake });
  while (env.asked.length < 2) await nextTurn();
  let text: string | null | undefined;
  turn.then((turn) => text = turn?.text);
  while (text === undefined) {
    wake.dispatchEvent(new Event("wake"));
    await nextTurn();
  }
  assertStrictEquals(text, PLAN);
});
