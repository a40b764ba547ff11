import { assert, assertEquals, assertRejects, assertStrictEquals, fail } from "@std/assert";
import { z } from "zod";
import { systemClock } from "../../../lib/clock.ts";
import { fetchJson, JsonFetchError, type JsonFetchOptions } from "../../../lib/http/json_fetch.ts";
import { serveLocally } from "../../../testing/local_server.ts";

const Greeting = z.object({ hello: z.string() });

/** Fetches a URL with a secret in the query. */
function fetchGreeting(
  baseUrl: string,
  options: Partial<JsonFetchOptions<z.infer<typeof Greeting>>> = {},
) {
  const url = new URL("/greeting?apikey=s3cret", baseUrl);
  return fetchJson(url, {
    schema: Greeting,
    signal: new AbortController().signal,
    clock: systemClock,
    ...options,
  });
}

/** An answer that does not arrive before the end of the test. */
function silence() {
  const { promise, resolve } = Promise.withResolvers<Response>();
  return { answer: promise, [Symbol.dispose]: () => resolve(new Response()) };
}

/** The message of the error, with the host replaced by `HOST`. */
async function messageOf(answer: Promise<unknown>, { url }: { url: string }): Promise<string> {
  const error = await answer.then(() => fail("no error"), (error) => error);
  assert(error instanceof JsonFetchError, `${error}`);
  return error.message.replace(new URL(url).host, "HOST");
}

Deno.test("fetchJson() returns the output of the schema", async () => {
  await using server = serveLocally(() => Response.json({ hello: "wörld", more: 1 }));

  assertEquals(await fetchGreeting(server.url), { hello: "wörld" });
});

Deno.test("fetchJson() requests JSON and does not change the URL", async () => {
  const accepts: unknown[] = [];
  await using server = serveLocally((request) => {
    accepts.push(request.headers.get("accept"));
    return Response.json({ hello: "world" });
  });

  await fetchGreeting(server.url);

  assertEquals(accepts, ["application/json"]);
  assertEquals(server.requests.map(String), [`${server.url}/greeting?apikey=s3cret`]);
});

Deno.test("fetchJson() decodes characters that are split between two chunks", async () => {
  const hello = "東".repeat(200_000);
  await using server = serveLocally(() => Response.json({ hello }));

  assertStrictEquals((await fetchGreeting(server.url)).hello, hello);
});

const badAnswers: [what: string, answer: () => Response, message: string][] = [
  ["404", () => new Response("no s3cret", { status: 404 }), "HOST answered 404"],
  ["500", () => Response.json({ hello: "x" }, { status: 500 }), "HOST answered 500"],
  ["text that is no JSON", () => new Response("<html>s3cret"), "HOST sent an unexpected answer"],
  ["an empty body", () => new Response(null), "HOST sent an unexpected answer"],
  ["the wrong shape", () => Response.json({ hello: 5 }), "HOST sent an unexpected answer"],
];

for (const [what, answer, message] of badAnswers) {
  Deno.test(`fetchJson() rejects ${what} and names only the host`, async () => {
    await using server = serveLocally(answer);

    assertStrictEquals(await messageOf(fetchGreeting(server.url), server), message);
  });
}

const Fault = z.object({ fault: z.object({ code: z.string() }) }).transform((body) =>
  body.fault.code
);

const busy = { fault: { code: "busy", text: "s3cret" } };
const nothingKnown = { status: null, code: null, retryAfterMs: null, isTooLarge: false };

/** What the error says beside its message, for an answer. */
const details: [what: string, answer: () => Response, expected: object][] = [
  ["a status", () => new Response("no", { status: 404 }), { status: 404 }],
  ["a status and a code", () => Response.json(busy, { status: 503 }), {
    status: 503,
    code: "busy",
  }],
  ["a code in an answer of status 200", () => Response.json(busy), { code: "busy" }],
  ["another body", () => Response.json({ fault: "busy" }, { status: 500 }), { status: 500 }],
  [
    "a long body",
    () => Response.json({ ...busy, more: "x".repeat(10_000) }, { status: 500 }),
    { status: 500 },
  ],
  [
    "a time to wait",
    () => new Response(null, { status: 429, headers: { "retry-after": "2" } }),
    { status: 429, retryAfterMs: 2_000 },
  ],
  ["a body of the wrong shape", () => Response.json({ hello: 5 }), {}],
  ["too large a body", () => Response.json({ hello: "x".repeat(100_000) }), { isTooLarge: true }],
];

for (const [what, answer, expected] of details) {
  Deno.test(`the error of fetchJson() tells a program of ${what}`, async () => {
    await using server = serveLocally(answer);

    const error = await assertRejects(
      () => fetchGreeting(server.url, { errorCode: Fault, maxBytes: 50_000 }),
      JsonFetchError,
    );

    const { status, code, retryAfterMs, isTooLarge } = error;
    assertEquals({ status, code, retryAfterMs, isTooLarge }, { ...nothingKnown, ...expected });
    assertStrictEquals(`${error.message}`.includes("s3cret"), false);
  });
}

Deno.test("fetchJson() accepts a body of exactly maxBytes", async () => {
  await using server = serveLocally(() => new Response('{"hello":"ö"}'));

  assertEquals(await fetchGreeting(server.url, { maxBytes: 14 }), { hello: "ö" });
});

Deno.test("fetchJson() rejects a body of maxBytes + 1", async () => {
  await using server = serveLocally(() => new Response('{"hello":"ö"}'));

  const answer = fetchGreeting(server.url, { maxBytes: 13 });

  assertStrictEquals(await messageOf(answer, server), "HOST sent more than 13 bytes");
});

Deno.test("fetchJson() closes the connection once an endless body is too large", async () => {
  const left = Promise.withResolvers<void>();
  await using server = serveLocally(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(16_384)),
        cancel: () => left.resolve(),
      }),
    )
  );

  const answer = fetchGreeting(server.url, { maxBytes: 100_000 });

  assertStrictEquals(await messageOf(answer, server), "HOST sent more than 100000 bytes");
  await left.promise;
});

Deno.test("fetchJson() times out when the server does not answer", async () => {
  await using server = serveLocally(() => silent.answer);
  using silent = silence();

  const answer = fetchGreeting(server.url, { timeoutMs: 20 });

  assertStrictEquals(await messageOf(answer, server), "HOST did not answer within 20 ms");
});

Deno.test("fetchJson() times out when the body does not end", async () => {
  await using server = serveLocally(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("{")),
      }),
    )
  );

  const answer = fetchGreeting(server.url, { timeoutMs: 20 });

  assertStrictEquals(await messageOf(answer, server), "HOST did not answer within 20 ms");
});

Deno.test("fetchJson() does not follow a redirect", async () => {
  await using server = serveLocally((_, { pathname, origin }) =>
    pathname === "/greeting"
      ? Response.redirect(`${origin}/elsewhere?apikey=s3cret`)
      : Response.json({ hello: "world" })
  );

  assertStrictEquals(
    await messageOf(fetchGreeting(server.url), server),
    "HOST could not be reached",
  );
  assertEquals(server.requests.map(({ pathname }) => pathname), ["/greeting"]);
});

Deno.test("fetchJson() reports an unreachable host", async () => {
  const server = serveLocally(() => new Response());
  await server[Symbol.asyncDispose]();

  assertStrictEquals(
    await messageOf(fetchGreeting(server.url), server),
    "HOST could not be reached",
  );
});

Deno.test("fetchJson() throws the reason when its signal aborts", async () => {
  const abort = new AbortController();
  const reason = new Error("stopping");
  await using server = serveLocally(() => {
    abort.abort(reason);
    return silent.answer;
  });
  using silent = silence();

  const answer = fetchGreeting(server.url, { signal: abort.signal });

  assertStrictEquals(await assertRejects(() => answer), reason);
});

Deno.test("fetchJson() sends nothing when its signal has aborted already", async () => {
  const reason = new Error("stopping");
  await using server = serveLocally(() => Response.json({ hello: "world" }));

  const answer = fetchGreeting(server.url, { signal: AbortSignal.abort(reason) });

  assertStrictEquals(await assertRejects(() => answer), reason);
  assertEquals(server.requests, []);
});
