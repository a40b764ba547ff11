import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { JobError } from "../../lib/job/failure.ts";
import { batchedSink, describeError } from "../../lib/log.ts";
import { FakeClock, nextTurn } from "../../testing/fake_clock.ts";

Deno.test("describeError() leaves out the cause", () => {
  const error = new JobError("internal", "Internal error", { cause: new Error("sk-secret") });
  assertStrictEquals(describeError(error), "JobError: Internal error");
});

/** A sink, what it has written, and the events of the program. */
function openSink() {
  const written: string[] = [];
  const write = (stream: string) => (text: string) => void written.push(`${stream} ${text}`);
  const ends: (() => void)[] = [];
  const clock = new FakeClock();
  const sink = batchedSink({
    console: { info: write("info"), warn: write("warn"), error: write("error") },
    onEnd: (listener) => void ends.push(listener),
  }, clock);
  const log = (level: "info" | "warning" | "error", message: string) =>
    sink({
      category: ["tripwright", "test"],
      level,
      message: [message],
      rawMessage: message,
      properties: {},
      timestamp: 0,
    });
  const messages = () =>
    written.map((text) => text.replaceAll(/\{[^\n]*"message":"([^"]*)"[^\n]*\}/g, "$1"));
  const end = () => ends.forEach((listener) => listener());
  return { log, written, messages, end, clock };
}

Deno.test("lines of a few milliseconds are written together, as JSON lines", async () => {
  const { log, written, messages, clock } = openSink();
  log("info", "one");
  log("info", "two");
  clock.advance(9);
  await nextTurn();
  assertEquals(written, []);
  clock.advance(1);
  await nextTurn();
  assertEquals(messages(), ["info one\ntwo"]);
  for (const line of written[0]!.slice("info ".length).split("\n")) {
    assertMatch(line, /^\{"@timestamp":"1970-01-01T00:00:00.000Z","level":"INFO",/);
    JSON.parse(line);
  }
  log("info", "three");
  clock.advance(10);
  await nextTurn();
  assertEquals(messages().at(-1), "info three");
});

Deno.test("warnings and errors are written at once, after the lines before them", () => {
  const { log, messages } = openSink();
  log("info", "before");
  log("warning", "careful");
  log("info", "between");
  log("error", "broken");
  assertEquals(messages(), ["info before", "warn careful", "info between", "error broken"]);
});

Deno.test("the end of the program writes the lines that wait", () => {
  const { log, messages, end } = openSink();
  log("info", "last words");
  end();
  assertEquals(messages(), ["info last words"]);
});
