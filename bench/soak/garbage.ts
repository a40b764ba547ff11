/**
 * Bytes on raw sockets that are no proper requests.
 */
import { type Chance, wait } from "../chance.ts";
import type { Findings } from "./findings.ts";

/** How long a connection may stay without an answer before the client closes it. */
const PATIENCE_MS = 2_000;

const encoder = new TextEncoder();

/** How many random bytes are sent at most. */
const RANDOM_BYTES = 4_000;

/** Longer than any header that a server accepts. */
const LONG_HEADER = 300_000;

/** What is sent, in pieces. */
const inputs: ((chance: Chance) => Uint8Array<ArrayBuffer>[])[] = [
  (
    chance,
  ) => [Uint8Array.from({ length: chance.below(RANDOM_BYTES) + 1 }, () => chance.below(256))],
  // The beginning of a TLS handshake.
  () => [Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3)],
  ...[
    [""],
    ["GET"],
    ["GET / HTTP/1.1\r\n"],
    ["GET / HTTP/9.9\r\n\r\n"],
    ["GET /livez HTTP/1.1\r\nhost: a\r\nx: ", "b\r\n", "y: c"],
    ["\r\n\r\n\r\nGET /livez HTTP/1.1\r\n\r\n"],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(LONG_HEADER)}\r\n\r\n`],
    [post("content-length: 100"), '{"destination":'],
    [post("content-length: -1"), "{}"],
    [post("content-length: 5\r\ncontent-length: 6"), "{}   "],
    [post("transfer-encoding: chunked"), "zz\r\n", "{}"],
    [post("transfer-encoding: chunked"), "5\r\n", "{}"],
    [post("transfer-encoding: gzip"), "{}"],
    [post("expect: 100-continue\r\ncontent-length: 50")],
    ["GET /livez HTTP/1.1\r\nhost: a\r\n\r\n".repeat(50)],
    ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "garbage after the preface of HTTP/2"],
  ].map((pieces) => () => pieces.map((piece) => encoder.encode(piece))),
];

function post(headers: string): string {
  const first = "POST /api/itineraries HTTP/1.1\r\nhost: a\r\ncontent-type: application/json";
  return `${first}\r\n${headers}\r\n\r\n`;
}

/** Sends garbage to a program, and adds a finding if the answer says that the server is at fault. */
export async function sendGarbage(
  url: string,
  { chance, findings }: { chance: Chance; findings: Findings },
): Promise<void> {
  const pieces = chance.pick(inputs)(chance);
  const { hostname, port } = new URL(url);
  let connection: Deno.Conn;
  try {
    connection = await Deno.connect({ hostname, port: Number(port) });
  } catch {
    // The program was stopped.
    return;
  }
  let answer = "";
  const over = new AbortController();
  const reading = read(connection, (text) => answer += text);
  try {
    for (const piece of pieces) await connection.write(piece);
  } catch {
    // The server closed the connection before it had everything.
  }
  // Some clients leave at once, others wait for an answer.
  const patienceMs = chance.oneIn(3) ? 0 : PATIENCE_MS;
  await Promise.race([reading, wait(patienceMs, over.signal)]);
  over.abort();
  close(connection);
  await reading;
  if (/^HTTP\/1\.\d 5/.test(answer)) {
    findings.add("server error after garbage", `${new TextDecoder().decode(pieces[0])}: ${answer}`);
  }
}

async function read(connection: Deno.Conn, use: (text: string) => void): Promise<void> {
  try {
    for await (const bytes of connection.readable) use(new TextDecoder().decode(bytes));
  } catch {
    // This side or the other one has closed the connection.
  }
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // Its stream has closed it.
  }
}
