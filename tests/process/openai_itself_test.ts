/**
 * What the real program sends to OpenAI itself, whose name it recognizes. A proxy answers in place
 * of OpenAI.
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { sampleItinerary } from "../../jobs/kinds/itinerary/sample.ts";
import { chatChunks } from "../../testing/event_stream.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { sse } from "../../testing/openai_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const KEY = "sk-test-0123456789";
const ADMIN_TOKEN = "operator-0123456789";
const wish = { destination: "Lisbon", durationDays: 2 };
const plan = JSON.stringify(sampleItinerary(wish));

/** Starts the program with a proxy that answers for OpenAI. */
async function start(models: () => Response | Promise<Response>) {
  const chats: { body: Record<string, unknown>; text: string }[] = [];
  const asked = Promise.withResolvers<void>();
  const proxy = serveLocally(async (request, { host, pathname }) => {
    assertStrictEquals(host, "api.openai.com");
    if (pathname === "/v1/models") {
      asked.resolve();
      return await models();
    }
    const text = await request.text();
    chats.push({ body: JSON.parse(text), text });
    return await sse(chatChunks([plan]) as object[])();
  });
  const directory = await workDirectory();
  const program = new Program(directory.path, {
    env: {
      OPENAI_API_KEY: KEY,
      ADMIN_TOKEN,
      OPENAI_BASE_URL: "http://api.openai.com/v1",
      HTTP_PROXY: proxy.url,
      http_proxy: proxy.url,
    },
  });
  return {
    program,
    chats,
    asked: asked.promise,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

Deno.test("the log and /readyz warn of a model that OpenAI will shut down", async () => {
  const data = [{ id: "gpt-6-luna", shutdown_date: "2027-01-15" }, { id: "gpt-6.1-terra" }];
  await using env = await start(() => Response.json({ object: "list", data }));
  const { program } = env;
  await program.untilLogged("model shuts down");
  const warning = "OpenAI shuts down the model gpt-6-luna (ITINERARY_MODEL) on 2027-01-15";
  const line = program.log.find(({ message }) => message === "model shuts down")!;
  assertEquals([line.level, line.reason], ["WARN", warning]);
  const asOperator = { authorization: `Bearer ${ADMIN_TOKEN}` };
  assertEquals((await program.get("/readyz", asOperator)).body.details.warnings, [warning]);
  assertEquals((await program.get("/readyz")).body, { status: "ok" });
  for (const secret of [KEY, ADMIN_TOKEN]) assert(!program.output.includes(secret));
});

Deno.test("the service is ready while OpenAI does not tell its models", async () => {
  await using env = await start(() => new Promise(() => {}));
  await env.asked;
  assertEquals((await env.program.get("/readyz")).body, { status: "ok" });
});

Deno.test("requests to OpenAI have an effort, are not stored, and tell callers apart", async () => {
  await using env = await start(() => Response.json({ data: [] }));
  const { program, chats } = env;
  const tokens = ["first-token-0123456789", "other-token-0123456789", "first-token-0123456789"];
  for (const [n, token] of tokens.entries()) {
    await program.post("/api/itineraries", wish, { "client-token": token });
    await program.untilLogged("completed", n + 1);
  }
  const identifiers = chats.map(({ body }) => body.safety_identifier);
  assertMatch(String(identifiers[0]), /^[0-9a-f]{64}$/);
  assertStrictEquals(identifiers[2], identifiers[0]);
  assertStrictEquals(new Set(identifiers).size, 2);
  for (const { body, text } of chats) {
    assertEquals([body.reasoning_effort, body.store], ["low", false]);
    assert(!/-token-|127\.0\.0\.1/.test(text), "an identity is in the request");
  }
});
