import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ChatTurn, ResponseTurn, type TurnEvent } from "../../../lib/model/model.ts";
import { sampleModel } from "../../../lib/model/sample_model.ts";
import { autoAdvancing, FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";
import { anyRequest } from "../../../testing/jobs.ts";

const { signal } = new AbortController();
const options = { signal };
const plan = () => ({ days: [1, 2] });
const reasoning = ["Reading", "Writing"];

Deno.test("sampleModel() answers chat() with the plan", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  assertStrictEquals(model.source, "sample");
  assertEquals(await model.chat(anyRequest, options), {
    responseId: "sample",
    text: '{"days":[1,2]}',
    truncated: false,
    usage: null,
  });
});

Deno.test("sampleModel() answers respond() with the plan and summaries, without calls", async () => {
  const model = sampleModel({ plan, reasoning, delayMs: 0, clock: new FakeClock() });

  const { reasoningSummaries, ...turn } = await model.respond(anyRequest, options);

  assertStrictEquals(reasoningSummaries.length, 2);
  assertEquals(reasoningSummaries, reasoning);
  assertEquals(turn, {
    responseId: "sample",
    text: '{"days":[1,2]}',
    truncated: false,
    usage: null,
    output: [],
    calls: [],
    stored: false,
  });
});

Deno.test("sampleModel() returns turns that can be stored", async () => {
  const model = sampleModel({ plan, reasoning, delayMs: 0, clock: new FakeClock() });

  const chat = await model.chat(anyRequest, options);
  const response = await model.respond(anyRequest, options);

  assertEquals(ChatTurn.parse(chat), chat);
  assertEquals(ResponseTurn.parse(response), response);
});

Deno.test("sampleModel() returns the same answer each time", async () => {
  const model = sampleModel({ plan, reasoning, delayMs: 0, clock: new FakeClock() });

  const answers = [
    await model.respond(anyRequest, options),
    await model.respond(anyRequest, options),
  ];

  assertEquals(answers[0], answers[1]);
});

Deno.test("sampleModel() returns its answer after the delay, not before", async () => {
  const clock = new FakeClock();
  const texts: [ms: number, text: string][] = [];
  let text = "";
  const answer = sampleModel({ plan, delayMs: 4_000, clock: autoAdvancing(clock) }).chat(
    anyRequest,
    {
      signal,
      onEvent: (event) => {
        if (event.type === "text") texts.push([clock.now() - NOON, text += event.delta]);
      },
    },
  );

  assertStrictEquals((await answer).text, '{"days":[1,2]}');
  assertStrictEquals(clock.now(), NOON + 4_000);
  assertStrictEquals(texts.at(-1)?.[1], '{"days":[1,2]}');
  const [[firstMs], [lastMs]] = [texts[0]!, texts.at(-1)!];
  assert(firstMs === 1_000 && lastMs > 3_500 && lastMs < 4_000, `${firstMs} to ${lastMs} ms`);
});

Deno.test("sampleModel() throws the reason when its signal aborts", async () => {
  const clock = new FakeClock();
  const abort = new AbortController();
  const reason = new Error("stopping");
  const answer = sampleModel({ plan, delayMs: 4_000, clock }).respond(
    anyRequest,
    { signal: abort.signal },
  );

  abort.abort(reason);

  assertStrictEquals(await assertRejects(() => answer), reason);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("sampleModel() throws the reason of a signal that has aborted already", async () => {
  const reason = new Error("stopping");
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  const answer = model.chat(anyRequest, { signal: AbortSignal.abort(reason) });

  assertStrictEquals(await assertRejects(() => answer), reason);
});

Deno.test("sampleModel() has no response to join or to cancel", async () => {
  const model = sampleModel({ plan, delayMs: 0, clock: new FakeClock() });

  assertStrictEquals(await model.join("resp_1", options), null);
  await model.cancel("resp_1");
});

Deno.test("sampleModel() reports its start, its reasoning and its text, in this order", async () => {
  const model = sampleModel({ plan, reasoning, delayMs: 0, clock: new FakeClock() });
  const events: TurnEvent[] = [];
  let busy = false;
  const { reasoningSummaries } = await model.respond(anyRequest, {
    signal,
    onEvent: async (event) => {
      assertStrictEquals(busy, false);
      busy = true;
      await nextTurn();
      busy = false;
      events.push(event);
    },
  });

  assertEquals(events.slice(0, 3), [
    { type: "started", responseId: "sample", resumable: false },
    ...reasoningSummaries.map((summary) => ({ type: "reasoning" as const, summary })),
  ]);
  assert(events.length > 10 && events.slice(3).every(({ type }) => type === "text"));
});
