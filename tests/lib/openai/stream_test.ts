/**
 * Faults of streams, for both calls of the model.
 */
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { readText, Watchdog } from "../../../lib/openai/stream.ts";
import { chatChunks, frame, responseEvents, streamOf } from "../../../testing/event_stream.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";
import {
  ask,
  bytesOf,
  codeOf,
  IDLE_MS,
  openModel,
  pass,
  pieces,
  PLAN,
  send,
  textOf,
  TIMEOUT_MS,
} from "../../../testing/openai_model.ts";

const chatWire = chatChunks(pieces).map(frame).join("");
const responseWire = responseEvents({ thoughts: ["Reading"], pieces }).map(frame).join("");

/** Many places to cut a stream: all near its ends, and some in between. */
function* cuts(bytes: number): Generator<number> {
  for (let at = 0; at < bytes; at += at < 60 || at > bytes - 60 ? 7 : 97) yield at;
}

for (const [how, answer] of [["chat", chatWire], ["respond", responseWire]] as const) {
  Deno.test(`${how}() rejects a stream that is cut anywhere before its end`, async () => {
    const wire = bytesOf(`${answer}data: [DONE]\n\n`);
    let [partial, whole] = [0, 0];
    for (const breaks of [false, true]) {
      // At a clean end the SDK does not need the empty line behind the last event.
      const end = bytesOf(answer).length - (breaks ? 0 : 2);
      for (const at of cuts(wire.length)) {
        await using env = openModel([() => streamOf([wire.slice(0, at)], { breaks })]);
        const { turn, received } = ask(env.model, how);
        const isWhole = () => at >= end || textOf(received) === PLAN;
        // Where a connection breaks, the latest bytes may be lost.
        if (breaks && at >= end) {
          assertMatch(await codeOf(turn), /^(none|connection_lost)$/);
          continue;
        }
        const code = await codeOf(turn);
        // Servers that send no end have sent everything when the document is complete.
        const expected = isWhole() ? "none" : "connection_lost";
        assertStrictEquals(code, expected, `${at} bytes, breaks ${breaks}`);
        assert(PLAN.startsWith(textOf(received)));
        if (expected === "none") whole++;
        else partial++;
      }
    }
    assert(partial > 30 && whole > 0, `${partial} partial, ${whole} whole`);
  });

  Deno.test(`${how}() reports an empty stream as a lost connection`, async () => {
    await using env = openModel([() => streamOf([])]);
    assertStrictEquals(await codeOf(ask(env.model, how).turn), "connection_lost");
  });

  Deno.test(`${how}() times out when a stream becomes silent`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    const silent = send(events.slice(0, 4), { silence: over.promise });
    await using env = openModel([silent]);
    const heardAll = Promise.withResolvers<void>();
    const last = pieces[how === "chat" ? 2 : 1];
    const { turn } = ask(env.model, how, {
      onEvent: (event) => {
        if (event.type === "text" && event.delta === last) heardAll.resolve();
      },
    });
    const code = codeOf(turn);
    await heardAll.promise;
    env.clock.advance(IDLE_MS - 1);
    await nextTurn();
    let ended = false;
    code.then(() => ended = true);
    assertStrictEquals(ended, false);
    env.clock.advance(1);
    assertStrictEquals(await code, "timeout");
    over.resolve();
  });

  Deno.test(`${how}() waits for the first event as long as for a whole answer`, async () => {
    const over = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    await using env = openModel([() => {
      reached.resolve();
      return streamOf([], { silence: over.promise });
    }]);
    const code = codeOf(ask(env.model, how).turn);
    await reached.promise;
    for (let ms = 0; ms < TIMEOUT_MS; ms += 1_000) {
      assertStrictEquals(env.clock.waiting > 0, true, `gave up after ${ms} ms`);
      env.clock.advance(1_000);
      await Promise.resolve();
    }
    assertStrictEquals(await code, "timeout");
    over.resolve();
  });

  Deno.test(`${how}() ends at once when its signal aborts`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events.slice(0, 3), { silence: over.promise })]);
    const abort = new AbortController();
    const { turn } = ask(env.model, how, {
      signal: abort.signal,
      onEvent: (event) => event.type === "text" ? abort.abort("enough") : undefined,
    });
    assertStrictEquals(await assertRejects(() => turn), "enough");
    over.resolve();
  });

  Deno.test(`${how}() reports events that are not OpenAI's as an upstream error`, async () => {
    for (const text of ["data: 5\n\n", 'data: {"choices":5,"id":"x"}\n\n']) {
      await using env = openModel([() => streamOf([text])]);
      assertStrictEquals(await codeOf(ask(env.model, how).turn), "upstream_error", text);
    }
  });

  Deno.test(`${how}() reports an endless answer as an upstream error`, async () => {
    const endless = Array(11).fill("x".repeat(100_000));
    const events = how === "chat" ? chatChunks(endless) : responseEvents({ pieces: endless });
    await using env = openModel([send(events)]);
    assertStrictEquals(await codeOf(ask(env.model, how).turn), "upstream_error");
  });

  Deno.test(`${how}() returns a long answer in full`, async () => {
    const long = Array(9).fill("x".repeat(100_000));
    const events = how === "chat" ? chatChunks(long) : responseEvents({ pieces: long });
    await using env = openModel([send(events)]);
    assertStrictEquals((await ask(env.model, how).turn).text, long.join(""));
  });

  Deno.test(`${how}() waits for onEvent() before it reports the next event`, async () => {
    const events = how === "chat"
      ? chatChunks(pieces)
      : responseEvents({ thoughts: ["Reading", "Choosing"], pieces });
    await using env = openModel([send(events)]);
    let [busy, most] = [0, 0];
    const { turn } = ask(env.model, how, {
      onEvent: async () => {
        most = Math.max(most, ++busy);
        await nextTurn();
        busy--;
      },
    });
    await turn;
    assertEquals([busy, most], [0, 1]);
  });

  Deno.test(`${how}() times out when an answer takes too long, although it continues`, async () => {
    const over = Promise.withResolvers<void>();
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events.slice(0, 6), { silence: over.promise })]);
    const { turn } = ask(env.model, how, {
      onEvent: ({ type }) => type === "text" ? env.clock.advance(TIMEOUT_MS / 3) : undefined,
    });
    let code: string | undefined;
    codeOf(turn).then((ended) => code = ended);
    for (let n = 0; code === undefined && n < 500; n++) {
      await nextTurn();
    }
    over.resolve();
    assertStrictEquals(code, "timeout");
  });

  Deno.test(`${how}() leaves no timer`, async () => {
    const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
    await using env = openModel([send(events)]);
    await ask(env.model, how).turn;
    assertStrictEquals(env.clock.waiting, 0);
  });

  Deno.test(`${how}() counts missing details of the usage as zero`, async () => {
    const usage = how === "chat"
      ? { prompt_tokens: 100, completion_tokens: 30 }
      : { input_tokens: 100, output_tokens: 30 };
    const events = how === "chat"
      ? chatChunks(pieces, { usage })
      : responseEvents({ pieces, end: { usage } });
    await using env = openModel([send(events)]);
    assertEquals((await ask(env.model, how).turn).usage, {
      inputTokens: 100,
      cachedTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: 30,
      reasoningTokens: 0,
    });
  });

  Deno.test(`${how}() returns an answer with unreadable usage`, async () => {
    const usage = { prompt_tokens: "many", input_tokens: "many" };
    const events = how === "chat"
      ? chatChunks(pieces).map((chunk) => ({ ...chunk, usage }))
      : responseEvents({ pieces, end: { usage } });
    await using env = openModel([send(events)]);
    const { text, usage: known } = await ask(env.model, how).turn;
    assertEquals([text, known], [PLAN, null]);
  });

  Deno.test(`${how}() reports whether an answer was late or became silent`, async () => {
    for (const begun of [false, true]) {
      const over = Promise.withResolvers<void>();
      const reached = Promise.withResolvers<void>();
      const events = how === "chat" ? chatChunks(pieces) : responseEvents({ pieces });
      await using env = openModel([() => {
        if (!begun) reached.resolve();
        return streamOf(begun ? events.slice(0, 4).map(frame) : [], { silence: over.promise });
      }]);
      const { turn } = ask(env.model, how, {
        onEvent: ({ type }) => type === "text" ? reached.resolve() : undefined,
      });
      turn.catch(() => {});
      await reached.promise;
      const message = begun ? "OpenAI API stream stalled" : "OpenAI API request timed out";
      await assertRejects(() => pass(turn, env), Error, message);
      over.resolve();
    }
  });
}

for (const how of ["chat", "respond"] as const) {
  Deno.test(`${how}() fails for an endless body of any content`, async () => {
    const comment = new Uint8Array(1_000_000).fill(58);
    function* comments() {
      for (let n = 0; n < 100; n++) {
        yield comment;
        yield "\n";
      }
    }
    await using env = openModel([() => streamOf(comments())]);
    assertStrictEquals(await codeOf(ask(env.model, how).turn), "upstream_error");
  });
}

Deno.test("a silent stream is alive while its server sends comments", async () => {
  let answer!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (c) => void (answer = c) });
  await using server = serveLocally(() => new Response(body));
  const clock = new FakeClock();
  const endsAt = clock.now() + 10 * IDLE_MS;
  using watchdog = new Watchdog({ clock, endsAt, idleMs: IDLE_MS, armed: true });
  const { signal, onBytes } = watchdog;
  const pieces = readText(await fetch(server.url), { signal, onBytes });
  for (let n = 0; n < 3; n++) {
    answer.enqueue(bytesOf(": still here\n\n"));
    await pieces.next();
    clock.advance(IDLE_MS - 1_000);
    await nextTurn();
    assertStrictEquals(watchdog.signal.aborted, false);
  }
  clock.advance(1_000);
  await nextTurn();
  assertStrictEquals(watchdog.signal.aborted, true);
  await pieces.return();
});
