import assert from "node:assert/strict";
import { z } from "zod";
import { MAX_OUTPUT_CHARACTERS, runTool, type Tool } from "../../jobs/tool.ts";
import { JsonFetchError } from "../../lib/json_fetch.ts";

const Args = z.object({ city: z.string(), days: z.int().max(16) });
type Args = z.infer<typeof Args>;

const { signal } = new AbortController();

/** A tool that does `run`. */
function forecast(run: (args: Args, signal: AbortSignal) => unknown): Tool {
  return {
    name: "forecast",
    description: "The weather",
    parameters: Args,
    run: async (args, signal) => await run(args as Args, signal),
  };
}

const echo = forecast((args) => args);
const idle = forecast(() => assert.fail("must not run"));

function call(args: string, name = "forecast") {
  return { callId: "call_1", name, arguments: args };
}

const rome = call('{"city":"Rome","days":3}');

Deno.test("runTool() gives the tool its arguments and returns JSON", async () => {
  assert.equal(await runTool([echo], rome, signal), '{"city":"Rome","days":3}');
});

Deno.test("runTool() gives the tool the signal", async () => {
  const output = await runTool([forecast((_, given) => given === signal)], rome, signal);

  assert.equal(output, "true");
});

Deno.test("runTool() chooses the tool by its name", async () => {
  const tools = [{ ...idle, name: "other" }, echo];

  assert.equal(await runTool(tools, rome, signal), '{"city":"Rome","days":3}');
});

Deno.test("runTool() writes null for a tool that returns nothing", async () => {
  assert.equal(await runTool([forecast(() => undefined)], rome, signal), "null");
});

Deno.test("runTool() tells the model when there is no such tool", async () => {
  const output = await runTool([idle], call("{}", "book_flight"), signal);

  assert.deepEqual(JSON.parse(output), { error: "There is no tool named book_flight" });
});

for (const args of ["", "{", "city=Rome", "null", "[]"]) {
  Deno.test(`runTool() tells the model that ${JSON.stringify(args)} is not valid`, async () => {
    const { error, problems } = JSON.parse(await runTool([idle], call(args), signal));

    assert.equal(error, "The arguments are not valid");
    assert.match(problems.join(), /expected object/);
  });
}

Deno.test("runTool() names each argument of the wrong shape", async () => {
  const output = await runTool([idle], call('{"city":5,"days":17}'), signal);

  assert.deepEqual(JSON.parse(output), {
    error: "The arguments are not valid",
    problems: [
      "city: Invalid input: expected string, received number",
      "days: Too big: expected number to be <=16",
    ],
  });
});

Deno.test("runTool() tells the model that a tool failed, but not what it threw", async () => {
  const tool = forecast(() => {
    throw new Error("GET https://example.com/?apikey=s3cret failed");
  });

  assert.equal(
    await runTool([tool], rome, signal),
    '{"error":"The tool failed: internal error"}',
  );
});

Deno.test("runTool() passes on what a JsonFetchError says", async () => {
  const tool = forecast(() => Promise.reject(new JsonFetchError("example.com answered 503")));

  assert.equal(
    await runTool([tool], rome, signal),
    '{"error":"The tool failed: example.com answered 503"}',
  );
});

Deno.test("runTool() throws the signal's reason when it aborts under way", async () => {
  const abort = new AbortController();
  const reason = new Error("stopping");
  const tool = forecast(() => {
    abort.abort(reason);
    throw new JsonFetchError("example.com could not be reached");
  });

  await assert.rejects(runTool([tool], rome, abort.signal), (error) => error === reason);
});

Deno.test("runTool() leaves an output of the greatest length whole", async () => {
  const text = "x".repeat(MAX_OUTPUT_CHARACTERS - 2);

  assert.equal(await runTool([forecast(() => text)], rome, signal), `"${text}"`);
});

Deno.test("runTool() cuts a longer output off and says so", async () => {
  const text = "x".repeat(MAX_OUTPUT_CHARACTERS - 1);

  assert.equal(await runTool([forecast(() => text)], rome, signal), `"${text} [cut off]`);
});
