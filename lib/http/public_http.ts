/**
 * POSTs to URLs that strangers chose, without letting them reach what only this machine can reach
 * (server-side request forgery). A host name is resolved once, each of its addresses is checked, and
 * the connection goes to a checked address; TLS still asks for a certificate of the name.
 *
 * HTTP is spoken by hand because nothing else can be pinned on each Deno that runs this: `fetch`
 * resolves the name again, its `tcp` proxies send https as plain text, and `NO_PROXY` goes past the
 * others; `node:https` has no `lookup` on Deno 2.5; undici leaves sockets and timers behind when it is
 * aborted while it connects.
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Clock, Deadline } from "../clock.ts";
import { parseRetryAfter } from "./retry_after.ts";

/** The longest URL that is accepted, in characters: what proxies and browsers are sure to carry. */
const MAX_URL_LENGTH = 2_048;

/** Status line and headers are read up to about here, in bytes; Node and nginx stop there too. */
const MAX_HEAD_BYTES = 16_384;

/** Addresses of one name that are tried: a name with many must not make this a port scanner. */
const MAX_CONNECTIONS = 4;

export interface PublicUrlOptions {
  /**
   * Hosts that the operator trusts, as `host` (any port) or `host:port`, IPv6 in brackets: http and
   * private addresses are allowed for them.
   */
  privateHosts: readonly string[];
}

/** The way to the network; tests bring their own. */
export interface Network {
  /** All addresses of a name, those to try first in front. Has to end when `signal` aborts. */
  resolve(hostname: string, signal: AbortSignal): Promise<string[]>;
  connect(address: { hostname: string; port: number; signal: AbortSignal }): Promise<Deno.TcpConn>;
  /** Root certificates to trust besides Deno's own, in PEM. */
  caCerts: string[];
}

export interface PublicPostOptions extends PublicUrlOptions {
  /** `host`, `content-length` and `connection` are set by {@link postPublicly}. */
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  clock: Clock;
  /** Longest wait for the headers of the answer, name lookup and connecting included. */
  timeoutMs?: number;
  network?: Partial<Network>;
}

export interface PublicAnswer {
  status: number;
  /** What `Retry-After` asks for; null if it is absent, unreadable or in the past. */
  retryAfterMs: number | null;
}

/**
 * The request could not be made or was not answered. The message names the host at most: the rest of
 * the URL may hold a secret, and an address would tell strangers about our own network.
 */
export class PublicHttpError extends Error {
  override name = "PublicHttpError";
  /** Whether the URL leads where it must not. If not, the other side failed: it may work later. */
  readonly forbidden: boolean;

  constructor(message: string, options: { forbidden?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.forbidden = options.forbidden ?? false;
  }
}

/**
 * Why a URL is not acceptable, as the end of a sentence about it: `must start with https://`. Null if
 * nothing is wrong with it that can be seen without asking the DNS.
 */
export function objectionTo(url: string, { privateHosts }: PublicUrlOptions): string | null {
  if (url.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`;
  const target = URL.parse(url);
  if (!target) return "must be a valid URL";
  const trusted = isListed(target, privateHosts);
  const schemes = trusted ? ["https:", "http:"] : ["https:"];
  if (!schemes.includes(target.protocol)) return "must start with https://";
  if (target.username || target.password) return "must not contain a user name or a password";
  if (trusted) return null;
  const hostname = hostnameOf(target);
  if (ipaddr.isValid(hostname)) {
    return publicAddress(hostname) ? null : "must not lead to a private or reserved address";
  }
  // Names without a dot exist only within a network; `localhost`: RFC 6761, section 6.3.
  if (!hostname.includes(".") || hostname.endsWith(".localhost")) return "must name a public host";
  return null;
}

/**
 * POSTs `body` and returns status and `Retry-After` of the answer, whatever the status: redirects are
 * not followed. The body of the answer is not read, and the connection is not kept.
 *
 * @throws {PublicHttpError} if the URL is refused or the other side fails
 * @throws the reason of `signal` if that aborts
 */
export async function postPublicly(url: string, options: PublicPostOptions): Promise<PublicAnswer> {
  // 15 seconds: most senders of webhooks wait for 5 to 30.
  const { signal, clock, timeoutMs = 15_000, privateHosts } = options;
  signal.throwIfAborted();
  const objection = objectionTo(url, options);
  if (objection !== null) throw new PublicHttpError(`The URL ${objection}`, { forbidden: true });
  const target = new URL(url);
  const request = encodeRequest(target, options);
  const network = { resolve, connect: Deno.connect, caCerts: [], ...options.network };
  using deadline = new Deadline({ ms: timeoutMs, clock, signal });
  try {
    const found = await findAddresses(target, { network, signal: deadline.signal });
    const addresses = isListed(target, privateHosts) ? found : requirePublic(found, target);
    using outside = await connect(target, { addresses, network, signal: deadline.signal });
    using tcp = await relay(outside, deadline.signal);
    const tls = { hostname: hostnameOf(target), caCerts: network.caCerts };
    using conn = target.protocol === "https:" ? await Deno.startTls(tcp, tls) : tcp;
    // Deno panics if more than 64 KiB wait to be written when the handshake ends.
    if ("handshake" in conn) await conn.handshake();
    // Not awaited: an answer may come before everything is sent. When writing fails, reading does too.
    writeAll(conn, request).catch(() => {});
    const { status, retryAfter } = await readAnswer(conn, target.host);
    return { status, retryAfterMs: parseRetryAfter(retryAfter, clock.now()) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PublicHttpError && !deadline.isOver) throw error;
    const why = deadline.isOver
      ? `did not answer within ${timeoutMs} ms`
      // What Deno throws when a certificate does not hold, or when the other side speaks no TLS.
      : error instanceof Deno.errors.InvalidData
      ? "could not prove by TLS who it is"
      : "could not be reached";
    throw new PublicHttpError(`${target.host} ${why}`, { cause: error });
  }
}

function isListed(target: URL, hosts: readonly string[]): boolean {
  const names = [target.hostname, `${target.hostname}:${portOf(target)}`];
  return hosts.some((host) => names.includes(host.toLowerCase()));
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}

/** The host without the brackets of IPv6, and without a dot at its end, which no certificate has. */
function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, "");
}

/** The only IPv6 addresses that IANA has given to the public so far (RFC 4291, section 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/** IPv4 addresses as machines see them that have IPv6 only (RFC 6052, section 2.1). */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * The address in its normal form if it is part of the public internet, else null: nothing of the
 * registries of RFC 6890. An IPv4 address within IPv6 is judged as such, but for 6to4 and Teredo:
 * they are refused, because they are obsolete (RFC 7526).
 */
function publicAddress(text: string): string | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  const isUnicast = address.range() === "unicast";
  if (address.kind() === "ipv4") return isUnicast ? `${address}` : null;
  if (address.match(nat64)) {
    return publicAddress(address.toByteArray().slice(12).join(".")) && `${address}`;
  }
  return isUnicast && address.match(globalUnicast) ? `${address}` : null;
}

/** One address that is not public is enough to refuse the name: it may be about to change. */
function requirePublic(found: string[], { host }: URL): string[] {
  const addresses = found.map(publicAddress).filter((address) => address !== null);
  if (addresses.length === found.length) return addresses;
  const message = `${host} leads to a private or reserved address`;
  throw new PublicHttpError(message, { forbidden: true });
}

interface Reach {
  network: Network;
  signal: AbortSignal;
}

async function findAddresses(target: URL, { network, signal }: Reach): Promise<string[]> {
  const hostname = hostnameOf(target);
  const found = ipaddr.isValid(hostname) ? [hostname] : await network.resolve(hostname, signal);
  signal.throwIfAborted();
  if (found.length === 0) throw new PublicHttpError(`${target.host} could not be found`);
  return found;
}

/**
 * Asks for addresses of both families, with IPv4 in front: a machine without IPv6 is more common than
 * one without IPv4. Not `node:dns`, whose `lookup` cannot be aborted and keeps back addresses of a
 * family that the machine does not have, unchecked; this one reads the hosts file, too.
 */
async function resolve(hostname: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.allSettled([
    Deno.resolveDns(hostname, "A", { signal }),
    Deno.resolveDns(hostname, "AAAA", { signal }),
  ]);
  // A family that the name has no address of is an error like any other.
  return answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
}

/** Connects to the first address that lets us. */
async function connect(
  target: URL,
  { addresses, network, signal }: Reach & { addresses: string[] },
): Promise<Deno.TcpConn> {
  let failure: unknown;
  for (const hostname of addresses.slice(0, MAX_CONNECTIONS)) {
    try {
      return await network.connect({ hostname, port: portOf(target), signal });
    } catch (error) {
      signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** The request in HTTP/1.1 (RFC 9112). */
function encodeRequest(target: URL, { headers, body }: PublicPostOptions): Uint8Array {
  const encoder = new TextEncoder();
  // `Headers` refuses what would break a line.
  const all = new Headers(headers);
  all.set("host", target.host);
  all.set("content-length", `${encoder.encode(body).length}`);
  all.set("connection", "close");
  const start = `POST ${target.pathname}${target.search} HTTP/1.1\r\n`;
  const lines = [...all].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return encoder.encode(`${start}${lines}\r\n${body}`);
}

/**
 * The other end of `outside`, by way of this machine, until `signal` cuts it off. Deno keeps the socket
 * of a TLS connection that is closed within its handshake until the other side closes it, too: a
 * server that never shakes hands would cost us one for each request. So TLS gets a socket of its own.
 */
async function relay(outside: Deno.TcpConn, signal: AbortSignal): Promise<Deno.TcpConn> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [far, near] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  // When one way ends, so does the other; what that means is seen at the near end.
  far.readable.pipeTo(outside.writable, { signal }).catch(() => {});
  outside.readable.pipeTo(far.writable, { signal }).catch(() => {});
  return near;
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** The head of an answer, as far as it is used. */
interface AnswerHead {
  status: number;
  retryAfter: string | undefined;
}

async function readAnswer(conn: Deno.Conn, host: string): Promise<AnswerHead> {
  const decoder = new TextDecoder("latin1");
  const chunk = new Uint8Array(MAX_HEAD_BYTES);
  let text = "";
  while (text.length < MAX_HEAD_BYTES) {
    const length = await conn.read(chunk);
    if (length === null) throw new PublicHttpError(`${host} hung up without an answer`);
    text += decoder.decode(chunk.subarray(0, length));
    const answer = parseAnswer(text, host);
    if (answer) return answer;
  }
  throw new PublicHttpError(`${host} sent more than ${MAX_HEAD_BYTES} bytes of headers`);
}

/** Reads what has come so far; null while the head of the final answer is not complete. */
function parseAnswer(text: string, host: string): AnswerHead | null {
  for (const head of text.split(/\r?\n\r?\n/).slice(0, -1)) {
    const status = Number(/^HTTP\/1\.\d ([1-9]\d\d)(?!\S)/.exec(head)?.[1]);
    if (!status) throw new PublicHttpError(`${host} did not answer in HTTP/1.1`);
    // RFC 9110, section 15.2: any number of interim answers may come before the final one.
    if (status < 200) continue;
    return { status, retryAfter: /^retry-after:(.*)$/im.exec(head)?.[1] };
  }
  return null;
}
