/**
 * Sends POST requests to URLs that clients chose, but never to private networks (server-side
 * request forgery). It resolves a host name once, checks each address, and connects to a checked
 * address. TLS still requires a certificate for the name.
 *
 * This module implements HTTP itself, because no client can be pinned to an address on all
 * supported versions of Deno. `fetch` resolves the name again, its `tcp` proxies send https as
 * plain text, and `NO_PROXY` bypasses the other proxies. `node:https` has no `lookup` on Deno 2.5.
 * undici leaks sockets and timers if it is aborted while it connects.
 * @module
 */
import ipaddr from "ipaddr.js";
import { type Clock, Deadline } from "../clock.ts";
import { parseRetryAfter } from "./retry_after.ts";
import { platform } from "../platform/platform.ts";
import type { Connection } from "../platform/contract.ts";

/** The longest accepted URL, in characters: all proxies and browsers support this length. */
export const MAX_URL_LENGTH = 2_048;

/** The approximate limit of status line and headers, in bytes: the same as in Node and nginx. */
const MAX_HEAD_BYTES = 16_384;

/**
 * How many addresses of a name are tried: a name with many addresses must not cause a port scan.
 */
const MAX_CONNECTIONS = 4;

export interface PublicUrlOptions {
  /**
   * Hosts that the operator trusts, as `host` (any port) or `host:port`, IPv6 in brackets. They may
   * use http and private addresses.
   */
  privateHosts: readonly string[];
}

/** Access to the network; tests replace it. */
export interface Network {
  /** Returns all addresses of a name in order of preference. Must end when `signal` aborts. */
  resolve(hostname: string, signal: AbortSignal): Promise<string[]>;
  connect(address: { hostname: string; port: number; signal: AbortSignal }): Promise<Connection>;
  /** Additional trusted root certificates, in PEM. */
  caCerts: string[];
}

export interface PublicPostOptions extends PublicUrlOptions {
  /** {@link postPublicly} adds `host`, `content-length` and `connection`. */
  headers: Record<string, string>;
  body: string;
  signal: AbortSignal;
  clock: Clock;
  /** The longest wait for the headers of the answer, from the name lookup on. */
  timeoutMs?: number;
  network?: Partial<Network>;
}

export interface PublicAnswer {
  status: number;
  /** The wait in `Retry-After`; `null` if it is absent, invalid or in the past. */
  retryAfterMs: number | null;
}

/**
 * The request could not be sent or got no answer. The message names at most the host: the rest of
 * the URL may hold a secret, and an address would reveal details of our network.
 */
export class PublicHttpError extends Error {
  override name = "PublicHttpError";
  /** Whether the URL is not allowed. Otherwise the server failed, and a retry may succeed. */
  readonly forbidden: boolean;

  constructor(message: string, options: { forbidden?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.forbidden = options.forbidden ?? false;
  }
}

/**
 * Returns why a URL is not allowed, as the end of a sentence: `must start with https://`. Returns
 * `null` if it is allowed as far as can be checked without DNS.
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
 * Sends `body` and returns the status and `Retry-After` of the answer. It does not follow
 * redirects, does not read the body of the answer, and does not keep the connection.
 *
 * @throws {PublicHttpError} if the URL is not allowed or the server fails
 * @throws the reason of `signal` if that aborts
 */
export async function postPublicly(url: string, options: PublicPostOptions): Promise<PublicAnswer> {
  // 15 seconds: most webhook senders wait for 5 to 30 seconds.
  const { signal, clock, timeoutMs = 15_000, privateHosts } = options;
  signal.throwIfAborted();
  const objection = objectionTo(url, options);
  if (objection !== null) throw new PublicHttpError(`The URL ${objection}`, { forbidden: true });
  const target = new URL(url);
  const request = encodeRequest(target, options);
  const network = { resolve, connect: platform.network.connect, caCerts: [], ...options.network };
  using deadline = new Deadline({ ms: timeoutMs, clock, signal });
  try {
    const found = await findAddresses(target, { network, signal: deadline.signal });
    const addresses = isListed(target, privateHosts) ? found : requirePublic(found, target);
    using remote = await connect(target, { addresses, network, signal: deadline.signal });
    const isSecure = target.protocol === "https:";
    const tls = { hostname: hostnameOf(target), caCerts: network.caCerts };
    using conn = await platform.network.wrap(remote, {
      ...(isSecure && { tls }),
      signal: deadline.signal,
    });
    // Not awaited: the answer may arrive before everything is sent. Reading fails if writing fails.
    writeAll(conn, request).catch(() => {});
    const { status, retryAfter } = await readAnswer(conn, target.host);
    return { status, retryAfterMs: parseRetryAfter(retryAfter, clock.now()) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof PublicHttpError && !deadline.isOver) throw error;
    const why = deadline.isOver
      ? `did not answer within ${timeoutMs} ms`
      : platform.failures.isBadTls(error)
      ? "failed the TLS handshake or has no valid certificate"
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

/**
 * Returns the host without IPv6 brackets and without a final dot, which no certificate contains.
 */
function hostnameOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$|\.$/g, "");
}

/** The only public IPv6 addresses that IANA has assigned so far (RFC 4291, section 2.4). */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/** IPv4 addresses in the form for IPv6-only machines (RFC 6052, section 2.1). */
const nat64 = ipaddr.IPv6.parseCIDR("64:ff9b::/96");

/**
 * Returns the normalized address if it is public, else `null`. Addresses in the registries of RFC
 * 6890 are not public. An IPv4 address inside IPv6 is checked as IPv4, except for the obsolete 6to4
 * and Teredo (RFC 7526), which are always refused.
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

/** Refuses the name if any address is not public, because the name may switch to that address. */
function requirePublic(found: string[], { host }: URL): string[] {
  const addresses = found.map(publicAddress).filter((address) => address !== null);
  if (addresses.length === found.length) return addresses;
  const message = `${host} leads to a private or reserved address`;
  throw new PublicHttpError(message, { forbidden: true });
}

interface NetworkAccess {
  network: Network;
  signal: AbortSignal;
}

async function findAddresses(target: URL, { network, signal }: NetworkAccess): Promise<string[]> {
  const hostname = hostnameOf(target);
  const found = ipaddr.isValid(hostname) ? [hostname] : await network.resolve(hostname, signal);
  signal.throwIfAborted();
  if (found.length === 0) throw new PublicHttpError(`${target.host} could not be found`);
  return found;
}

/**
 * Looks up IPv4 and IPv6 addresses. IPv4 comes first, because more machines lack IPv6 than IPv4. It
 * also reads the hosts file. `lookup` of `node:dns` cannot be aborted, and it omits addresses of a
 * family that the machine does not support, so they would not be checked.
 */
async function resolve(hostname: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.allSettled([
    platform.network.resolve(hostname, { family: 4, signal }),
    platform.network.resolve(hostname, { family: 6, signal }),
  ]);
  // A lookup also rejects if the name has no address of that family.
  return answers.flatMap((answer) => answer.status === "fulfilled" ? answer.value : []);
}

/** Connects to the first address that accepts the connection. */
async function connect(
  target: URL,
  { addresses, network, signal }: NetworkAccess & { addresses: string[] },
): Promise<Connection> {
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

/** Encodes the request in HTTP/1.1 (RFC 9112). */
function encodeRequest(target: URL, { headers, body }: PublicPostOptions): Uint8Array {
  const encoder = new TextEncoder();
  // `Headers` rejects values with line breaks.
  const all = new Headers(headers);
  all.set("host", target.host);
  all.set("content-length", `${encoder.encode(body).length}`);
  all.set("connection", "close");
  const start = `POST ${target.pathname}${target.search} HTTP/1.1\r\n`;
  const lines = [...all].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return encoder.encode(`${start}${lines}\r\n${body}`);
}

async function writeAll(conn: Connection, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await conn.write(bytes.subarray(sent));
}

/** The used parts of the head of an answer. */
interface AnswerHead {
  status: number;
  retryAfter: string | undefined;
}

async function readAnswer(conn: Connection, host: string): Promise<AnswerHead> {
  const decoder = new TextDecoder("latin1");
  const chunk = new Uint8Array(MAX_HEAD_BYTES);
  let text = "";
  while (text.length < MAX_HEAD_BYTES) {
    const length = await conn.read(chunk);
    if (length === null) {
      throw new PublicHttpError(`${host} closed the connection without an answer`);
    }
    text += decoder.decode(chunk.subarray(0, length));
    const answer = parseAnswer(text, host);
    if (answer) return answer;
  }
  throw new PublicHttpError(`${host} sent more than ${MAX_HEAD_BYTES} bytes of headers`);
}

/** Parses the text so far. Returns `null` while the head of the final answer is not complete. */
function parseAnswer(text: string, host: string): AnswerHead | null {
  for (const head of text.split(/\r?\n\r?\n/).slice(0, -1)) {
    const status = Number(/^HTTP\/1\.\d ([1-9]\d\d)(?!\S)/.exec(head)?.[1]);
    if (!status) throw new PublicHttpError(`${host} did not answer in HTTP/1.1`);
    // Interim answers may precede the final answer (RFC 9110, section 15.2).
    if (status < 200) continue;
    return { status, retryAfter: /^retry-after:(.*)$/im.exec(head)?.[1] };
  }
  return null;
}
