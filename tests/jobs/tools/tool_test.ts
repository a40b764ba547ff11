import { assertEquals, assertMatch, assertRejects, assertStrictEquals, fail } from "@std/assert";
import { z } from "zod";
import { runTool, type Tool } from "../../../jobs/tools/tool.ts";
import { JsonFetchError } from "../../../lib/http/json_fetch.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";

const Args = z.object({ city: z.string(), days: z.int().max(16) });
type Args = z.infer<typeof Args>;

const context = { signal: new AbortController().signal, clock: new FakeClock() };

/** A tool that calls `run`. */
function forecast(run: (args: Args, signal: AbortSignal) => unknown): Tool {
  return {
    name: "forecast",
    description: "The weather",
    parameters: Args,
    message: "Looking at the weather",
    run: async (args, { signal }) => await run(args as Args, signal),
  };
}

const echo = forecast((args) => args);
const idle = forecast(() => fail("must not run"));

function call(args: string, name = "forecast") {
  return { callId: "call_1", name, arguments: args };
}

const rome = call('{"city":"Rome","days":3}');
const echoed = { text: rome.arguments, failed: false };

/** The error that the model gets. */
async function errorOf(tool: Tool, wrong = rome) {
  const { text, failed } = await runTool([tool], wrong, context);
  assertStrictEquals(failed, true);
  return JSON.parse(text);
}

Deno.test("runTool() passes the arguments to the tool and returns its output as JSON", async () => {
  assertEquals(await runTool([echo], rome, context), echoed);
});

Deno.test("runTool() passes a signal that aborts with its own signal", async () => {
  const abort = new AbortController();
  const reason = new Error("stopping");
  const tool = forecast(async (_, signal) => {
    assertStrictEquals(signal.aborted, false);
    abort.abort(reason);
    assertStrictEquals(signal.reason, reason);
    return await Promise.reject(signal.reason);
  });

  const output = runTool([tool], rome, { ...context, signal: abort.signal });

  assertStrictEquals(await assertRejects(() => output), reason);
});

Deno.test("runTool() selects the tool by its name", async () => {
  const tools = [{ ...idle, name: "other" }, echo];

  assertEquals(await runTool(tools, rome, context), echoed);
});

Deno.test("runTool() returns null for a tool that returns nothing", async () => {
  const tool = forecast(() => undefined);

  assertEquals(await runTool([tool], rome, context), { text: "null", failed: false });
});

Deno.test("runTool() returns an error for an unknown tool", async () => {
  assertEquals(await errorOf(idle, call("{}", "book_flight")), {
    error: "There is no tool named book_flight",
  });
});

for (const args of ["", "{", "city=Rome", "null", "[]"]) {
  Deno.test(`runTool() returns an error for the arguments ${JSON.stringify(args)}`, async () => {
    const { error, problems } = await errorOf(idle, call(args));

    assertStrictEquals(error, "The arguments are not valid");
    assertMatch(problems.join(), /expected object/);
  });
}

Deno.test("runTool() lists each argument of the wrong shape", async () => {
  assertEquals(await errorOf(idle, call('{"city":5,"days":17}')), {
    error: "The arguments are not valid",
    problems: [
      "city: Invalid input: expected string, received number",
      "days: Too big: expected number to be <=16",
    ],
  });
});

Deno.test("runTool() returns an error for a tool that fails, without the error's message", async () => {
  const tool = forecast(() => {
    throw new Error("GET https://example.com/?apikey=s3cret failed");
  });

  assertEquals(await errorOf(tool), { error: "The tool failed: internal error" });
});

Deno.test("runTool() returns the message of a JsonFetchError", async () => {
  const tool = forecast(() => Promise.reject(new JsonFetchError("example.com answered 503")));

  assertEquals(await errorOf(tool), { error: "The tool failed: example.com answered 503" });
});

Deno.test("runTool() throws the signal's reason when the signal aborts during the call", async () => {
  const abort = new AbortController();
  const reason = new Error("stopping");
  const tool = forecast(() => {
    abort.abort(reason);
    throw new JsonFetchError("example.com could not be reached");
  });

  const output = runTool([tool], rome, { ...context, signal: abort.signal });

  assertStrictEquals(await assertRejects(() => output), reason);
});

Deno.test("runTool() shortens an output that is too long", async () => {
  const { text, failed } = await runTool([forecast(() => Array(9_000).fill(0))], rome, context);

  assertStrictEquals(failed, false);
  assertEquals(Object.keys(JSON.parse(text)), ["entries", "leftOut"]);
});

Deno.test("runTool() aborts a tool after its time limit, and returns an error", async () => {
  const clock = new FakeClock();
  const over = Promise.withResolvers<AbortSignal>();
  const tool: Tool = {
    ...forecast((_, signal) => {
      signal.addEventListener("abort", () => over.resolve(signal));
      return new Promise(() => {});
    }),
    timeoutMs: 5_000,
  };

  const output = runTool([tool], rome, { ...context, clock });
  clock.advance(4_999);
  assertStrictEquals(clock.waiting, 1);
  clock.advance(1);

  const { text, failed } = await output;
  assertStrictEquals(failed, true);
  assertEquals(JSON.parse(text), { error: "The tool failed: no answer within 5000 ms" });
  assertStrictEquals((await over.promise).aborted, true);
});

Deno.test("runTool() uses a limit of 20 seconds unless the tool sets another one", async () => {
  const clock = new FakeClock();

  const output = runTool([forecast(() => new Promise(() => {}))], rome, { ...context, clock });
  clock.advance(20_000);

  assertStrictEquals((await output).failed, true);
});

Deno.test("runTool() leaves no timer", async () => {
  const clock = new FakeClock();

  await runTool([echo], rome, { ...context, clock });

  assertStrictEquals(clock.waiting, 0);
});

Deno.test("runTool() truncates the unknown name in its error", async () => {
  const { error } = await errorOf(idle, call("{}", "x".repeat(1_000)));

  assertStrictEquals(error, `There is no tool named ${"x".repeat(100)}`);
});

Deno.test("runTool() does not wait for a tool that ignores its signal", async () => {
  const abort = new AbortController();
  const reason = new Error("stopping");
  let received: AbortSignal | undefined;
  const ignoring = forecast((_, signal) => {
    received = signal;
    return new Promise(() => {});
  });

  const output = runTool([ignoring], rome, { signal: abort.signal, clock: new FakeClock() });
  abort.abort(reason);

  assertStrictEquals(await assertRejects(() => output), reason);
  assertStrictEquals(received?.reason, reason);
});
