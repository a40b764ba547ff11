/**
 * Random bytes on a connection: requests that are cut, contradict themselves, or are no requests.
 * @module
 */
import { assert, assertMatch } from "@std/assert";
import fc from "fast-check";
import { tokyo } from "../app.ts";

const wish = JSON.stringify(tokyo);
const LENGTH = `content-length: ${wish.length}`;
const CHUNKED = "transfer-encoding: chunked";

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constant("POST /api/itineraries HTTP/1.1") },
  { weight: 2, arbitrary: fc.constant("GET /livez HTTP/1.1") },
  { weight: 2, arbitrary: fc.constant("POST /trips HTTP/1.1") },
  fc.constantFrom(
    ...["GET / HTTP/1.0", "GET / HTTP/0.9", "GET / HTTP/2.0", "GET / HTTP/1.1x", "GET /", "GET"],
    ...["GET http://other.example/ HTTP/1.1", "GET //other.example HTTP/1.1", "OPTIONS * HTTP/1.1"],
    ...["CONNECT a:1 HTTP/1.1", "TRACE / HTTP/1.1", "PRI * HTTP/2.0", "get / HTTP/1.1", ""],
    ...["GET /%00%zz?\u00e9 HTTP/1.1", `GET /${"a".repeat(70_000)} HTTP/1.1`, "GET  /  HTTP/1.1"],
    ...["\x16\x03\x01\x02\x00\x01\x00", "\u0000\u0000", "SSH-2.0-x", "GET /\u007f HTTP/1.1"],
  ),
);

const field = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(LENGTH, CHUNKED, "content-type: application/json") },
  { weight: 2, arbitrary: fc.constant("content-type: application/x-www-form-urlencoded") },
  fc.constantFrom(
    ...["host: a:99999999", "host: ", "host: [", "host: a/b", "host: a b", "host: a\r\nhost: b"],
    ...["content-length: -1", "content-length: 1e9", "content-length: 999999999999999999999"],
    ...["content-length: 5\r\ncontent-length: 6", "transfer-encoding: x", "transfer-encoding:"],
    ...["expect: 100-continue", "expect: x", "upgrade: websocket\r\nconnection: upgrade"],
    ...["upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAAA"],
    ...["content-encoding: gzip", "content-encoding: x", "connection: close", "te: trailers"],
    ...[" folded: x", ":", ": x", "a", "a b: c", "a\u0000: b", "a: \u0000", "origin: null"],
    ...[`x: ${"y".repeat(20_000)}`, "cookie: a=\u00ff", "range: bytes=0-", "accept: text/html"],
  ),
  fc.nat(300).map((count) => "a: b\r\n".repeat(count).trim()),
);

const chunk = fc.constantFrom(
  ...[`${wish.length.toString(16)}\r\n${wish}\r\n`, "0\r\n\r\n", "0\r\na: b\r\n\r\n", "5\r\nab"],
  ...["zz\r\n", "-1\r\n\r\n", "ffffffffffffffffff\r\n", `1;${"e".repeat(9_000)}\r\nx\r\n`, "\r\n"],
);

const body = fc.oneof(
  { weight: 4, arbitrary: fc.constant(wish) },
  fc.constantFrom(
    "kind=itinerary&destination=Tokyo&durationDays=2&formId=a1b2",
    "kind=x&formId=y",
    "",
  ),
  fc.constantFrom("", wish.slice(0, 9), `${wish}GET / HTTP/1.1\r\n\r\n`, "\x1f\x8b\x08\u0000"),
  fc.array(chunk, { maxLength: 4 }).map((chunks) => chunks.join("")),
);

const ownOrigin = fc.constantFrom("sec-fetch-site: same-origin", "origin: http://localhost");

const message = fc.tuple(
  line,
  fc.array(field, { maxLength: 2 }),
  body,
  fc.boolean(),
  fc.boolean(),
  ownOrigin,
)
  .map(([line, fields, body, hasHost, hasLength, origin]) =>
    [
      line,
      ...(hasHost ? ["host: localhost"] : []),
      // The service refuses forms of other sites.
      ...(line.includes("/trips") ? [origin] : []),
      ...(hasLength ? [`content-length: ${body.length}`] : []),
      ...fields,
      "",
      body,
    ].join("\r\n")
  );

/** What a client writes, in its pieces. */
export interface RawRequest {
  pieces: Uint8Array[];
  /** Whether it then ends its side of the connection. The server may take that for its end. */
  endsWriting: boolean;
}

/** One or more messages in a few pieces, perhaps cut before the end. */
export const rawRequest: fc.Arbitrary<RawRequest> = fc.record({
  text: fc.array(message, { minLength: 1, maxLength: 3 }).map((messages) => messages.join("")),
  keep: fc.oneof(
    { weight: 3, arbitrary: fc.constant(1) },
    fc.double({ min: 0, max: 1, noNaN: true }),
  ),
  cuts: fc.array(fc.nat(400), { maxLength: 3 }),
  endsWriting: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.constant(true)),
}).map(({ text, keep, cuts, endsWriting }) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const sent = bytes.subarray(0, Math.ceil(bytes.length * keep));
  const ends = [...cuts.toSorted((a, b) => a - b), sent.length];
  return { pieces: ends.map((end, n) => sent.subarray(ends[n - 1] ?? 0, end)), endsWriting };
});

/** A server that has sent nothing by then waits for more. */
const ANSWER_MS = 300;

/** Further answers on the connection follow sooner. */
const NEXT_ANSWER_MS = 50;

/**
 * Sends a raw request.
 *
 * @returns what the server answers until it closes the connection, or for a short time
 */
export async function sendRaw(
  port: number,
  { pieces, endsWriting }: RawRequest,
): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  let timer = setTimeout(() => connection.close(), ANSWER_MS);
  const decoder = new TextDecoder("latin1");
  let text = "";
  try {
    for (const piece of pieces) await writeAll(connection, piece);
    if (endsWriting) await connection.closeWrite();
    const buffer = new Uint8Array(65_536);
    for (let read; (read = await connection.read(buffer)) !== null;) {
      text += decoder.decode(buffer.subarray(0, read));
      clearTimeout(timer);
      timer = setTimeout(() => connection.close(), NEXT_ANSWER_MS);
    }
  } catch (error) {
    // The server may close the connection while the client writes, or the time is over.
    if (!isConnectionEnd(error)) throw error;
  } finally {
    clearTimeout(timer);
  }
  return text;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function isConnectionEnd(error: unknown): boolean {
  return [
    Deno.errors.BrokenPipe,
    Deno.errors.ConnectionReset,
    Deno.errors.NotConnected,
    Deno.errors.BadResource,
    Deno.errors.Interrupted,
  ].some((type) => error instanceof type);
}

/** Statuses of failures that say that the server does not support what the client asks for. */
const UNSUPPORTED = [501, 505];

/**
 * Asserts that each answer on the connection is one of HTTP, and no failure of the service.
 *
 * @returns the first status, for statistics
 */
export function assertRawAnswer(text: string): string {
  if (text === "") return "closed";
  assertMatch(text, /^HTTP\/1\.[01] \d{3} /);
  const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3}) /gm)].map(([, status]) => status!);
  for (const status of statuses) {
    assert(Number(status) < 500 || UNSUPPORTED.includes(Number(status)), text.slice(0, 2_000));
  }
  return statuses[0]!;
}
