import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { ProgressBoard, type ProgressBoardOptions } from "../../../jobs/engine/progress_board.ts";
import { noProgress, type Progress } from "../../../lib/job/progress.ts";
import { FakeClock, nextTurn, NOON } from "../../../testing/fake_clock.ts";

const parts = { member: "days", noun: "day", count: 2, schemaAt: () => z.string() };

function openBoard(overrides: Partial<ProgressBoardOptions> = {}) {
  const clock = new FakeClock();
  const written: Progress[] = [];
  const board = new ProgressBoard({
    write: (progress) => Promise.resolve(void written.push(progress)),
    clock,
    jobId: "1",
    before: noProgress,
    failedTurns: [],
    ...overrides,
  });
  return { board, clock, written };
}

const text = (delta: string) => ({ type: "text", delta }) as const;
const started = (responseId: string) => ({ type: "started", responseId, resumable: true }) as const;

Deno.test("ProgressBoard shows each part as soon as it is finished", async () => {
  const { board, clock, written } = openBoard();
  board.think(parts);
  board.onTurnEvent(started("resp_1"));
  await nextTurn();
  clock.advance(500);
  for (const delta of ['{"days":["o', 'ne","tw', 'o"', "]}"]) {
    board.onTurnEvent(text(delta));
    await nextTurn();
    clock.advance(500);
    await nextTurn();
  }
  const shown = written.map(({ phase, message, step, partial }) => [phase, message, step, partial]);
  assertEquals(shown, [
    ["thinking", "Reading your request", 0, []],
    ["writing", "Writing day 1 of 2", 0, []],
    ["writing", "Writing day 2 of 2", 1, ["one"]],
    ["writing", "Finishing the plan", 2, ["one", "two"]],
  ]);
  assertEquals([written[0]!.of, written[0]!.updatedAt], [2, NOON]);
  assertStrictEquals(written.at(-1)!.openaiResponseId, "resp_1");
});

Deno.test("ProgressBoard writes at most twice a second, and last the latest progress", async () => {
  const { board, clock, written } = openBoard();
  board.think(parts);
  for (let n = 0; n < 100; n++) {
    board.onTurnEvent({ type: "reasoning", summary: `thought ${n}` });
    clock.advance(20);
    await nextTurn();
  }
  assert(written.length <= 5, `${written.length} writes in 2 s`);
  clock.advance(500);
  await nextTurn();
  assertStrictEquals(written.at(-1)!.reasoningSummaries.length, 100);
});

Deno.test("ProgressBoard never has two writes in flight", async () => {
  const held: (() => void)[] = [];
  const write = () => new Promise<void>((resolve) => held.push(resolve));
  const { board, clock } = openBoard({ write });
  board.think(parts);
  await nextTurn();
  board.research("Looking");
  clock.advance(10_000);
  await nextTurn();
  assertStrictEquals(held.length, 1);
  held[0]!();
  await nextTurn();
  assertStrictEquals(held.length, 2);
});

Deno.test("ProgressBoard names the tools that run, until the model goes on", async () => {
  const { board, written, clock } = openBoard();
  board.research("Looking at the weather", ["get_weather"]);
  await nextTurn();
  board.think(parts);
  clock.advance(500);
  await nextTurn();
  assertEquals(written.map(({ tools }) => tools), [["get_weather"], []]);
});

Deno.test("close() writes the pending progress, and nothing is written after it", async () => {
  const { board, written } = openBoard();
  board.think(parts);
  await nextTurn();
  board.research("Looking at the weather");
  await nextTurn();
  assertStrictEquals(written.length, 1);
  await board.close();
  assertStrictEquals(written.at(-1)!.message, "Looking at the weather");
  board.research("too late");
  await nextTurn();
  assertStrictEquals(written.length, 2);
});

Deno.test("ProgressBoard tries the next write after a write that fails", async () => {
  let failures = 1;
  const written: Progress[] = [];
  const write = (progress: Progress) =>
    failures-- > 0 ? Promise.reject(new Error("database lost")) : Promise.resolve(
      void written.push(progress),
    );
  const { board } = openBoard({ write });
  board.think(parts);
  await nextTurn();
  board.research("Looking");
  await board.close();
  assertEquals(written.map(({ phase }) => phase), ["researching"]);
});

const before = {
  ...noProgress,
  partial: ["one"],
  step: 1,
  reasoningSummaries: ["A thought"],
  openaiResponseId: "resp_1",
};

Deno.test("ProgressBoard keeps the shown parts when a response is joined", async () => {
  const { board, clock, written } = openBoard({ before });
  board.think(parts);
  board.onTurnEvent(started("resp_1"));
  for (const delta of ['{"days":["', 'one"', ',"two"']) {
    board.onTurnEvent(text(delta));
    await nextTurn();
    clock.advance(500);
    await nextTurn();
  }
  assert(written.every(({ partial }) => partial.length >= 1));
  assertEquals(written.at(-1)!.partial, ["one", "two"]);
});

Deno.test("ProgressBoard removes the shown parts when another response starts", async () => {
  const { board, written } = openBoard({ before });
  board.think(parts);
  board.onTurnEvent(started("resp_2"));
  await board.close();
  assertEquals([written.at(-1)!.partial, written.at(-1)!.step], [[], 0]);
  assertStrictEquals(written.at(-1)!.openaiResponseId, "resp_2");
});

const usage = {
  inputTokens: 10,
  cachedTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 5,
  reasoningTokens: 0,
};

function turnStep(responseId: string) {
  const turn = { model: "gpt-test", responseId, usage, costUsd: null };
  return {
    event: "step",
    at: NOON,
    attempt: 1,
    name: responseId,
    durationMs: 1,
    turn,
    tool: null,
    failed: null,
  } as const;
}

Deno.test("ProgressBoard keeps what it has shown when it reads finished steps", async () => {
  const shown = { ...before, openaiResponseId: "resp_2", reasoningSummaries: ["A", "B"] };
  const { board, written } = openBoard({ before: shown });
  board.addStep(turnStep("resp_1"), { resumed: true, savedTokens: 15 });
  board.addSummaries(["A"]);
  board.research("Looking");
  board.think(parts);
  board.onTurnEvent(started("resp_2"));
  await nextTurn();
  const [{ partial, reasoningSummaries, openaiResponseId }] = written as [Progress];
  assertEquals([partial, reasoningSummaries], [["one"], ["A", "B"]]);
  assertStrictEquals(openaiResponseId, "resp_2");
  board.addStep(turnStep("resp_2"), { resumed: false, savedTokens: 15 });
  board.addSummaries(["B", "C"]);
  await board.close();
  assertEquals(written.at(-1)!.reasoningSummaries, ["A", "B", "C"]);
  assertEquals([written.at(-1)!.usage?.inputTokens, written.at(-1)!.usage?.savedTokens], [
    20,
    15,
  ]);
});

Deno.test("ProgressBoard removes the reasoning of a response that failed when another one starts", async () => {
  const shown = { ...before, reasoningSummaries: ["A", "lost"] };
  const { board, written } = openBoard({ before: shown });
  board.addStep(turnStep("resp_0"), { resumed: true, savedTokens: 15 });
  board.addSummaries(["A"]);
  board.think(parts);
  board.onTurnEvent(started("resp_2"));
  board.onTurnEvent({ type: "reasoning", summary: "B" });
  await board.close();
  assertEquals(written.at(-1)!.reasoningSummaries, ["A", "B"]);
});

Deno.test("ProgressBoard reads a new answer in the same turn from its beginning", async () => {
  const { board, written } = openBoard();
  board.think(parts);
  board.onTurnEvent(started("resp_1"));
  board.onTurnEvent(text('{"days":["lost","lo'));
  board.onTurnEvent(started("resp_2"));
  board.onTurnEvent(text('{"days":["one"'));
  await board.close();
  assertEquals(written.at(-1)!.partial, ["one"]);
});

Deno.test("ProgressBoard replaces streamed reasoning with the summaries of the finished turn", async () => {
  const { board, written } = openBoard();
  board.think(parts);
  board.onTurnEvent(started("resp_1"));
  board.onTurnEvent({ type: "reasoning", summary: "A" });
  board.onTurnEvent({ type: "reasoning", summary: "not said in the end" });
  board.addStep(turnStep("resp_1"), { resumed: false, savedTokens: 0 });
  board.addSummaries(["A"]);
  board.think(parts);
  await board.close();
  assertEquals(written.at(-1)!.reasoningSummaries, ["A"]);
});

Deno.test("ProgressBoard keeps the number of expected parts during research before the first turn", async () => {
  const { board, written } = openBoard({ before: { ...before, of: 3 } });
  board.research("Looking");
  await board.close();
  assertStrictEquals(written.at(-1)!.of, 3);
});

Deno.test("ProgressBoard keeps the latest response id after a step that is not a turn", async () => {
  const { board, written } = openBoard({ before });
  board.addStep({ ...turnStep("tool"), turn: null }, { resumed: false, savedTokens: 0 });
  await board.close();
  assertStrictEquals(written.at(-1)!.openaiResponseId, "resp_1");
});

Deno.test("ProgressBoard shows that the model is still thinking, and counts parts without a total", async () => {
  const { board, clock, written } = openBoard();
  const bundles = { member: "bundles", noun: "bundle", count: null, schemaAt: () => z.string() };
  board.think(bundles);
  board.onTurnEvent(started("resp_1"));
  board.onTurnEvent({ type: "reasoning", summary: "A" });
  board.addSummaries(["A"]);
  board.think(bundles);
  await nextTurn();
  clock.advance(500);
  await nextTurn();
  assertStrictEquals(written.at(-1)!.message, "Thinking about the plan");
  board.onTurnEvent(text('{"bundles":["one"'));
  await board.close();
  assertStrictEquals(written.at(-1)!.message, "Writing bundle 2");
});

Deno.test("ProgressBoard removes no reasoning while a joined response repeats it", async () => {
  const { board, clock, written } = openBoard({
    before: { ...before, reasoningSummaries: ["A", "B"] },
  });
  board.think(parts);
  board.onTurnEvent(started("resp_1"));
  for (const summary of ["A", "B", "C"]) {
    board.onTurnEvent({ type: "reasoning", summary });
    await nextTurn();
    clock.advance(500);
    await nextTurn();
  }
  assert(written.every(({ reasoningSummaries }) => reasoningSummaries.length >= 2));
  assertEquals(written.at(-1)!.reasoningSummaries, ["A", "B", "C"]);
});

Deno.test("ProgressBoard removes the reasoning of the previous response as soon as another one starts", async () => {
  const { board, written } = openBoard({ before });
  board.think(parts);
  board.onTurnEvent(started("resp_2"));
  await board.close();
  assertEquals(written.at(-1)!.reasoningSummaries, []);
});

Deno.test("ProgressBoard shows that the job waits, and then what it did before", async () => {
  const { board, clock, written } = openBoard();
  board.think(parts);
  for (const message of ["The model is busy", "The model is busy", "The model is away"]) {
    board.wait(message);
    clock.advance(500);
    await nextTurn();
  }
  board.resume();
  await nextTurn();
  clock.advance(500);
  await nextTurn();
  board.resume();
  await nextTurn();
  assertEquals(written.map(({ phase, message }) => [phase, message]), [
    ["waiting", "The model is busy"],
    ["waiting", "The model is away"],
    ["thinking", "Reading your request"],
  ]);
});
