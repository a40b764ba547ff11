import { assertEquals, assertRejects, assertStrictEquals, fail } from "@std/assert";
import { z } from "zod";
import { parseConfig } from "../../../lib/config.ts";
import { failure, JobError } from "../../../lib/job/failure.ts";
import type { ChatRequest, Model } from "../../../lib/model/model.ts";
import { createModelProvider } from "../../../jobs/runtime/model_provider.ts";
import { autoAdvancing, FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { serveOpenAI, sse } from "../../../testing/openai_server.ts";

const request: ChatRequest = {
  model: "gpt-test",
  messages: [{ role: "user", content: "Plan" }],
  format: { name: "plan", schema: z.object({ days: z.int() }) },
  maxTokens: 100,
};

function chat(model: Model) {
  return model.chat(request, { signal: new AbortController().signal });
}

Deno.test("createModelProvider() without a key returns the sample generator with the plan of the job", async () => {
  const provide = createModelProvider(parseConfig({}), new FakeClock());

  const model = provide(() => ({ days: 3 }));

  assertStrictEquals(model.source, "sample");
  assertStrictEquals((await chat(model)).text, '{"days":3}');
});

Deno.test("createModelProvider() sets the configured delay of the sample generator", async () => {
  const clock = new FakeClock();
  const provide = createModelProvider(
    parseConfig({ SAMPLE_DELAY_MS: "250" }),
    autoAdvancing(clock),
  );
  await chat(provide(() => ({ days: 3 })));

  assertStrictEquals(clock.now(), NOON + 250);
});

Deno.test("createModelProvider() with a key calls OpenAI at the configured URL", async () => {
  const id = "chatcmpl-1";
  await using server = serveOpenAI(sse([
    { id, choices: [{ delta: { content: '{"days"' }, finish_reason: null }] },
    { id, choices: [{ delta: { content: ":3}" }, finish_reason: null }] },
    { id, choices: [{ delta: {}, finish_reason: "stop" }] },
  ]));
  const config = parseConfig({ OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: server.url });

  const model = createModelProvider(config, new FakeClock())(() => fail("no sample plan"));

  assertStrictEquals(model.source, "openai");
  assertEquals(await chat(model), {
    responseId: "chatcmpl-1",
    text: '{"days":3}',
    truncated: false,
    usage: null,
  });
  assertEquals(server.calls.map(({ path, authorization }) => [path, authorization]), [
    ["/v1/chat/completions", "Bearer sk-test"],
  ]);
});

Deno.test("createModelProvider() shares one OpenAI client among all jobs", () => {
  const provide = createModelProvider(parseConfig({ OPENAI_API_KEY: "sk-test" }), new FakeClock());

  assertStrictEquals(provide(() => 1), provide(() => 2));
});

Deno.test("createModelProvider() on Deno Deploy without a key fails each job with an explanation", async () => {
  const provide = createModelProvider(parseConfig({ DENO_DEPLOY: "1" }), new FakeClock());
  const message = "No model is configured: no OPENAI_API_KEY";

  const model = provide(() => fail("no sample plan"));

  const thrown = await assertRejects(() => chat(model), JobError);
  assertEquals({ message: thrown.message, failure: thrown.failure }, {
    message,
    failure: failure("model_unavailable", message),
  });
});
