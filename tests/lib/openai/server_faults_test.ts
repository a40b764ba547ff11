import { assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { chatChunks, frame, streamOf } from "../../../testing/event_stream.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import {
  type Answer,
  ask,
  codeOf,
  openModel,
  pieces,
  PLAN,
} from "../../../testing/openai_model.ts";
import { error, testRefusals } from "../../../testing/refusing_server.ts";

const city = z.object({ city: z.string() });
const tools = [{ name: "get_weather", description: "Weather", parameters: city }];

testRefusals([
  {
    name: "functions, with a fault of its own, as llama.cpp",
    how: "respond",
    request: { tools },
    refuses: (body) => body.tools?.length > 0,
    status: 500,
    says: error("tools param requires --jinja flag", { code: 500, type: "server_error" }),
  },
  {
    name: "streams, with a fault of its own",
    how: "chat",
    refuses: (body) => body.stream === true,
    status: 501,
    says: error("Streaming is not implemented"),
  },
  {
    name: "a message of the system, with a fault of its own",
    how: "chat",
    refuses: ({ messages }) => messages[0].role === "system",
    status: 500,
    says: error("System role not supported at row 1", { code: 500 }),
  },
]);

const page = '<html><script>{"@context":"https://schema.org"}</script>Bad gateway</html>';
const outages: [name: string, status: number, body: string][] = [
  ["a page with the word schema", 502, page],
  ["a page with the word schema, as 500", 500, page],
  ["a database of its own", 503, JSON.stringify(error("database schema is locked"))],
  ["a database of its own, as 500", 500, JSON.stringify(error("database schema is locked"))],
];

for (const [name, status, body] of outages) {
  Deno.test(`an outage costs one call, and changes no request: ${name}`, async () => {
    const down: Answer = () => new Response(body, { status });
    const good: Answer = () => streamOf(chatChunks(pieces).map(frame));
    await using env = openModel([down, good]);
    await codeOf(ask(env.model, "chat").turn);
    assertStrictEquals(env.asked.length, 1);
    await ask(env.model, "chat").turn;
    assertStrictEquals(JSON.stringify(env.asked[1]!.body), JSON.stringify(env.asked[0]!.body));
  });
}

const done = "data: [DONE]\n\n";
const open: [name: string, texts: string[], seconds: number][] = [
  ["after its end", chatChunks(pieces).map(frame), 5],
  ["after its end, and says so", [...chatChunks(pieces).map(frame), done], 1],
  ["without an end, and says so", [...chatChunks(pieces, { finish: null }).map(frame), done], 1],
];

for (const [name, texts, seconds] of open) {
  for (const pings of [true, false]) {
    const what = `${name}${pings ? ", with comments" : ""}`;
    Deno.test(`a stream that stays open ${what}, is an answer after ${seconds} s`, async () => {
      let send!: (text: string) => void;
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start: (c) => void (send = (text) => c.enqueue(encoder.encode(text))),
      });
      await using env = openModel([() => new Response(body)]);
      for (const text of texts) send(text);
      const heard = Promise.withResolvers<void>();
      let length = 0;
      const { turn } = ask(env.model, "chat", {
        onEvent(event) {
          if (event.type === "text") length += event.delta.length;
          if (length === PLAN.length) heard.resolve();
        },
      });
      let text: string | null | undefined;
      turn.then((turn) => text = turn.text, () => {});
      await heard.promise;
      let waited = 0;
      for (; text === undefined && waited < 20; waited++) {
        if (pings) send(": ping\n\n");
        for (let n = 0; n < 20; n++) await nextTurn();
        if (text !== undefined) break;
        env.clock.advance(1_000);
      }
      for (let n = 0; n < 20; n++) await nextTurn();
      assertStrictEquals(text, PLAN);
      assertStrictEquals(waited <= seconds + 1, true, `${waited} s`);
    });
  }
}
