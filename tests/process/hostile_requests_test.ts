/**
 * Bytes that no ordinary client sends, to the real program.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { connect } from "node:http2";
import { join } from "node:path";
import { onNode } from "../../testing/node_runtime.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { type RawAnswer, RawConnection } from "../../testing/raw_connection.ts";
import { isSkipped } from "../../testing/skipped.ts";
import { filesBelow, root } from "../../testing/source_files.ts";

const WISH = '{"destination":"Tokyo, Japan","durationDays":2}';
const FORM = "kind=itinerary&destination=Tokyo&durationDays=2";

/** Sends bytes over a connection of their own, and returns the answer. */
async function ask(url: string, text: string): Promise<RawAnswer | null> {
  using connection = await RawConnection.open(url);
  await connection.send(text);
  return await connection.answer();
}

/** The head and the body of a request; `headers` are whole lines. */
function request(start: string, headers: string[], body = ""): string {
  const length = body === "" ? [] : [`Content-Length: ${new TextEncoder().encode(body).length}`];
  return [`${start} HTTP/1.1`, ...headers, ...length, "", body].join("\r\n");
}

/** Calls of every sort: their requests without `Host`. */
const calls: [start: string, headers: string[], body?: string][] = [
  ["GET /", []],
  ["GET /livez", []],
  ["GET /nowhere", ["Accept: text/html"]],
  ["OPTIONS /api/itineraries", ["Access-Control-Request-Method: POST", "Origin: https://a.test"]],
  ["POST /api/itineraries", ["Content-Type: application/json"], WISH],
  [`GET /api/itineraries/${crypto.randomUUID()}`, []],
  ["POST /trips", ["Content-Type: application/x-www-form-urlencoded", "Origin: http://a"], FORM],
  [`POST /trips/${crypto.randomUUID()}/cancel`, ["Origin: http://a", "Content-Type: text/plain"]],
  ["DELETE /api/generations/x", []],
];

/** Asserts that the log has no error and the output no stack. */
function assertQuiet(program: Program): void {
  assertEquals(program.log.filter(({ level }) => level === "ERROR"), []);
  assert(!/^\s+at /m.test(program.output), program.output);
}

const hosts = [
  "a:99999999",
  "a:x",
  "user@a",
  "user:secret@a",
  "caf\u00e9",
  "a b",
  "a, b",
  "a/b",
  "a?b",
  "a#b",
  "a\\b",
  "[::1",
  "[zz]",
  "%zz",
  "999.999.999.999",
  "xn--a",
  ":80",
  "<script>",
];

Deno.test("an invalid Host is 400 everywhere, and no error in the log", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  for (const [start, headers, body] of calls) {
    for (const host of [...hosts, ""]) {
      const answer = await ask(url, request(start, [`Host: ${host}`, ...headers], body));
      assertStrictEquals(answer?.status, 400, `${start} with Host: ${host}`);
      assertStrictEquals(JSON.parse(answer.body).code, "invalid_header");
    }
    const twice = await ask(url, request(start, ["Host: a", "Host: b", ...headers], body));
    assertStrictEquals(twice?.status, 400, start);
  }
  for (const target of ["http://a:99999999/livez", "http://u@a/livez", "http://a b/livez"]) {
    const answer = await ask(url, request(`GET ${target}`, ["Host: a"]));
    assertStrictEquals(answer?.status, 400, target);
  }
  assertQuiet(program);
});

Deno.test("a valid Host of any form is accepted", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  const valid = ["a", "a:8000", "a:", "trips.example", "a_b", "127.0.0.1:1", "[::1]", "[::1]:8000"];
  for (const host of valid) {
    const answer = await ask(url, request("GET /livez", [`Host: ${host}`]));
    assertStrictEquals(answer?.status, 200, host);
  }
  // Health checks of some load balancers.
  assertStrictEquals((await ask(url, "GET /livez HTTP/1.0\r\n\r\n"))?.status, 200);
});

/** Sends a request over HTTP/2, and returns the status. */
async function askHttp2(url: string, headers: Record<string, string>): Promise<number> {
  const session = connect(url);
  try {
    const stream = session.request(headers);
    const answered = Promise.withResolvers<number>();
    stream.on("response", (answer) => answered.resolve(Number(answer[":status"])));
    for (const emitter of [stream, session]) emitter.on("error", answered.reject);
    stream.resume();
    return await answered.promise;
  } finally {
    session.close();
  }
}

const ignore = isSkipped(
  "the test of HTTP/2",
  onNode
    ? "the server on Node.js has HTTP/1.1 only"
    : Deno.version.deno.startsWith("2.5.")
    ? "the client of Deno 2.5 sends its own :authority"
    : null,
);

Deno.test("an invalid :authority is 400", { ignore }, async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  const form = { ":method": "POST", ":path": "/trips", "origin": "http://a" };
  for (const authority of ["a:99999999", "user@a"]) {
    const path = { ":path": "/livez", ":authority": authority };
    assertStrictEquals(await askHttp2(url, path), 400, authority);
    assertStrictEquals(await askHttp2(url, { ...form, ":authority": authority }), 400, authority);
  }
  assertStrictEquals(await askHttp2(url, { ":path": "/livez", ":authority": "a" }), 200);
  assertQuiet(program);
});

/** Every request header that the code or its libraries read; `host` has tests of its own. */
const readHeaders = [
  "accept",
  "accept-encoding",
  "access-control-request-headers",
  "access-control-request-method",
  "authorization",
  "client-token",
  "content-encoding",
  "content-type",
  "cookie",
  "expect",
  "idempotency-key",
  "if-none-match",
  "last-event-id",
  "operator",
  "origin",
  "prefer",
  "range",
  "sec-fetch-site",
  "sec-fetch-mode",
  "sec-fetch-dest",
  "traceparent",
  "tracestate",
  "upgrade",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-request-id",
];

const hostileValues = [
  "",
  "\u00e9\u00ff",
  "a".repeat(8_000),
  ",".repeat(2_000),
  "http://a:99999999",
  "null",
  "user@host, [::1, 999.999.999.999:99999",
  "%E0%A4%A",
  '"\\"; q=NaN, */*;q=9e999, /',
  "00-" + "f".repeat(32) + "-" + "0".repeat(16) + "-zz",
  "wait=99999999999999999999999, wait=-1, wait",
  "Bearer " + "=".repeat(50),
  "-1",
  "constructor",
];

Deno.test("no header that the code reads leads to 500", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, {
    env: { TRUSTED_PROXIES: "1", API_KEYS: "our-own-key-0123456789", PUBLIC_READS: "1" },
  });
  const url = await program.url();
  for (const name of readHeaders) {
    for (const value of hostileValues) {
      for (const [start, headers, body] of calls) {
        const others = headers.filter((line) => !line.toLowerCase().startsWith(`${name}:`));
        const text = request(start, ["Host: a", `${name}: ${value}`, ...others], body);
        const answer = await ask(url, text);
        assert(answer && answer.status < 500, `${start} with ${name}: ${value}: ${answer?.status}`);
      }
    }
  }
  assertQuiet(program);
});

Deno.test("the list of headers is complete", async () => {
  const found = new Set<string>();
  for await (const path of filesBelow("routes")) {
    const source = await Deno.readTextFile(join(root, path));
    for (const [, name] of source.matchAll(/req\.header\("([\w-]+)"\)/g)) found.add(name!);
  }
  const listed = [...readHeaders, "host", "content-length"];
  assertEquals([...found].filter((name) => !listed.includes(name)), []);
  assert(found.size > 8);
});

const garbage: [what: string, text: string][] = [
  ["a chunk size that is no number", "ZZ\r\nabc\r\n0\r\n\r\n"],
  ["a negative chunk size", "-1\r\nabc\r\n0\r\n\r\n"],
  ["a chunk size of 20 digits", "ffffffffffffffffffff\r\nabc\r\n"],
  ["a chunk that is longer than its size", "1\r\nabcdef\r\n0\r\n\r\n"],
];

Deno.test("a body in chunks that are not valid is 400, or the runtime closes the connection", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  const headers = ["Host: a", "Content-Type: application/json", "Transfer-Encoding: chunked"];
  for (const [what, text] of garbage) {
    const answer = await ask(url, request("POST /api/itineraries", headers) + text);
    // Deno 2.5 lets the program answer, Deno 2.9 does not.
    assertStrictEquals(answer?.status ?? 400, 400, what);
  }
  assertStrictEquals((await program.get("/livez")).status, 200);
  assertQuiet(program);
});

Deno.test("methods and targets of other sorts have a status of their own", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const url = await program.url();
  const cases: [text: string, status: number | undefined][] = [
    ["OPTIONS *", 204],
    ["GET *", 400],
    ["TRACE /livez", 405],
    ["PROPFIND /livez", 405],
    // Node.js closes the connection, and reads no other scheme.
    ["CONNECT a:80", onNode ? undefined : 404],
    ["GET //livez", 404],
    ["GET foo://a/livez", onNode ? 400 : 200],
  ];
  for (const [start, status] of cases) {
    const answer = await ask(url, request(start, ["Host: a"]));
    assertStrictEquals(answer?.status, status, start);
  }
  assertQuiet(program);
});
