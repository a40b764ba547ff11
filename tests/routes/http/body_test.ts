import { assertStrictEquals } from "@std/assert";
import { openApp, tokyo } from "../../../testing/app.ts";
import { nextTurn } from "../../../testing/fake_clock.ts";
import { assertProblem, post, send } from "../../../testing/http.ts";
import { RawConnection } from "../../../testing/raw_connection.ts";

const paths = ["/api/itineraries", "/trips", "/api/webhooks/openai"];
const readWebhook = () => Promise.resolve("unsigned" as const);

/** Returns a body that begins with `text` and never ends. */
function endlessBody(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode(text)) });
}

for (const path of paths) {
  Deno.test(`POST ${path} answers 408 to a body that takes longer than 30 seconds`, async () => {
    await using env = await openApp({ readWebhook }, { concurrency: 0 });
    const request = new Request(`http://localhost${path}`, {
      method: "POST",
      headers: { "sec-fetch-site": "same-origin" },
      body: endlessBody('{"destination":'),
    });
    let isAnswered = false;
    const answered = Promise.resolve(env.app.fetch(request));
    answered.then(() => isAnswered = true);
    await nextTurn();
    env.clock.advance(29_999);
    await nextTurn();
    assertStrictEquals(isAnswered, false);
    env.clock.advance(1);
    const { status, headers } = await answered;
    assertStrictEquals(status, 408);
    assertStrictEquals(headers.get("connection"), "close");
  });
}

const bodies: [what: string, head: string][] = [
  ["of a known length", "Content-Length: 100\r\n\r\n{"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"],
];

for (const [what, head] of bodies) {
  Deno.test(`a slow body ${what} ends with 408`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const arrived = Promise.withResolvers<void>();
    const stop = new AbortController();
    const options = { port: 0, hostname: "127.0.0.1", signal: stop.signal, onListen: () => {} };
    const server = Deno.serve(options, (request) => {
      const answered = env.app.fetch(request);
      arrived.resolve();
      return answered;
    });
    const { port } = server.addr;
    using connection = await RawConnection.open(`http://127.0.0.1:${port}`);
    await connection.send(`POST /api/itineraries HTTP/1.1\r\nHost: a\r\n${head}`);
    await arrived.promise;
    await nextTurn();
    env.clock.advance(30_000);
    assertStrictEquals((await connection.answer())?.status, 408);
    // On Deno 2.9 a server whose client has not sent its whole body does not shut down in order.
    stop.abort();
    await server.finished;
    await connection.closed();
  });
}

for (const encoding of ["gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "x"]) {
  Deno.test(`a body with Content-Encoding: ${encoding} is 415`, async () => {
    await using env = await openApp({ readWebhook }, { concurrency: 0 });
    const answer = await post(env.app, "/api/itineraries", tokyo, { "content-encoding": encoding });
    assertProblem(answer, 415, "unsupported_content_encoding");
    assertStrictEquals(answer.headers.get("accept-encoding"), "identity");
    for (const path of paths.slice(1)) {
      const headers = { "content-encoding": encoding, "sec-fetch-site": "same-origin" };
      const { status } = await env.app.request(path, { method: "POST", headers, body: "x" });
      assertStrictEquals(status, 415, path);
    }
  });
}

for (const encoding of ["identity", "Identity", ""]) {
  Deno.test(`a body with Content-Encoding: "${encoding}" is read`, async () => {
    await using env = await openApp({}, { concurrency: 0 });
    const { status } = await post(env.app, "/api/itineraries", tokyo, {
      "content-encoding": encoding,
    });
    assertStrictEquals(status, 202);
  });
}

Deno.test("OPTIONS * answers 204 with the methods of the service", async () => {
  await using env = await openApp({}, { concurrency: 0 });
  // Deno passes the `*` on as a path.
  const { status, headers } = await send(env.app, "/*", { method: "OPTIONS" });
  assertStrictEquals(status, 204);
  assertStrictEquals(headers.get("allow"), "GET, HEAD, POST, DELETE, OPTIONS");
});
