/**
 * The platform on Node.js. The database is that of the npm package `@deno/kv`, with the same files.
 * @module
 */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { compress } from "hono/compress";
import { lookup, Resolver } from "node:dns/promises";
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { hostname } from "node:os";
import { dirname } from "node:path";
import process from "node:process";
import { connect as connectTls, rootCertificates, type TLSSocket } from "node:tls";
import { deserialize, Serializer } from "node:v8";
import type { Connection, Failures, Files, Network, Platform } from "./contract.ts";
import type { Kv } from "./kv.ts";

/** The database if none is configured: `@deno/kv` would keep it in memory only. */
const DEFAULT_KV_PATH = "data/kv.sqlite";

const MINUTE_MS = 60_000;

/**
 * How long an idle connection stays open: longer than the two minutes for which proxies keep theirs.
 * With the five seconds of Node.js, a proxy would send requests over connections that just close.
 */
const KEEP_ALIVE_MS = 130_000;

/** The first byte of a value in V8's format. The second one is the version. */
const VERSION_TAG = 0xff;

const files: Files = {
  read: (path) => readFileSync(path, "utf8"),
  createDirectory: async (path) => void await mkdir(path, { recursive: true }),
  async *list(path) {
    yield* await readdir(path);
  },
  rename,
  remove: (path) => rm(path),
  sizeOf: async (path) => (await stat(path)).size,
  async fill(path, { bytes, chunk }) {
    const file = await open(path, "a");
    try {
      let { size } = await file.stat();
      while (size < bytes) size += (await file.write(chunk.subarray(0, bytes - size))).bytesWritten;
    } finally {
      await file.close();
    }
  },
  hold(path) {
    const descriptor = openSync(path, "r");
    return { close: () => closeSync(descriptor) };
  },
  openHead(path) {
    return Promise.resolve(openHead(path));
  },
  // Node has no such locks. The heartbeat decides.
  lock: () => Promise.resolve(null),
};

function openHead(path: string) {
  const descriptor = openSync(path, "r");
  return {
    read: (bytes: Uint8Array) => readSync(descriptor, bytes, 0, bytes.length, 0) === bytes.length,
    close: () => closeSync(descriptor),
  };
}

/** What the adapter of Hono tells of a request: its connection, in Node's own form. */
interface Incoming {
  incoming: IncomingMessage;
}

const network: Network = {
  async serve({ hostname, port, onListen }, handler) {
    const answer = (request: Request, { incoming }: Incoming) =>
      handler(request, { remoteAddr: addressOf(incoming.socket) });
    const compressed = new Hono<{ Bindings: Incoming }>();
    compressed.use(compress());
    compressed.all("*", (c) => answer(c.req.raw, c.env));
    // To compress an answer costs time, also if the client takes it as it is.
    const listener = getRequestListener((request, env) => {
      const connection = env as Incoming;
      return "accept-encoding" in connection.incoming.headers
        ? compressed.fetch(request, connection)
        : answer(request, connection);
    }, { hostname });
    const options = { keepAliveTimeout: KEEP_ALIVE_MS };
    const server = createHttpServer(options, (incoming, outgoing) => {
      leaveToApplication(incoming);
      return listener(incoming, outgoing);
    });
    const listens = Promise.withResolvers<void>();
    const finished = Promise.withResolvers<void>();
    server.once("error", listens.reject).on("error", finished.reject);
    // The first failure is that of `listens`.
    finished.promise.catch(() => {});
    server.listen(port, hostname, listens.resolve);
    await listens.promise;
    const addr = { transport: "tcp", hostname, port: (server.address() as AddressInfo).port };
    onListen(addr);
    return { addr, finished: finished.promise, shutdown: () => stop(server) };
  },
  probe({ hostname, port }) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const server = createServer().once("error", reject);
    server.listen(port, hostname, () => server.close(() => resolve()));
    return promise;
  },
  async resolve(name, { family, signal }) {
    const resolver = new Resolver();
    const cancel = () => resolver.cancel();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      return family === 4 ? await resolver.resolve4(name) : await resolver.resolve6(name);
    } catch (error) {
      signal.throwIfAborted();
      // The resolver does not read the file of the hosts.
      const found = await lookup(name, { family, all: true }).catch(() => []);
      if (found.length === 0) throw error;
      return found.map(({ address }) => address);
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  },
  async connect({ hostname, port, signal }) {
    const socket = connect({ host: hostname, port, ...(signal && { signal }) });
    await opened(socket, "connect");
    return new SocketConnection(socket);
  },
  async wrap(remote, { tls, signal }) {
    const { socket } = remote as SocketConnection;
    const end = () => socket.destroy();
    signal.addEventListener("abort", end, { once: true });
    socket.once("close", () => signal.removeEventListener("abort", end));
    if (!tls) return remote;
    const ca = [...rootCertificates, ...tls.caCerts];
    const encrypted = connectTls({ socket, servername: tls.hostname, ca });
    try {
      await opened(encrypted, "secureConnect");
    } catch (error) {
      throw new TlsError("The connection cannot be encrypted", { cause: error });
    }
    return new SocketConnection(encrypted);
  },
};

/** A host that the adapter of Hono accepts without parsing it. */
const PLAIN_HOST = /^[a-z0-9._-]+(?::[1-9]\d{3,4})?$/;

/**
 * Changes what the adapter of Hono takes from a request for its URL. It would answer requests with
 * an unusual host or target itself; the application has its own answers for them. The application
 * reads the unchanged header.
 */
function leaveToApplication(incoming: IncomingMessage): void {
  const { headers, method, url } = incoming;
  const { host } = headers;
  if (host !== undefined && !PLAIN_HOST.test(host)) {
    headers.host = URL.parse(`http://${host}/`)?.host || "localhost";
  }
  if (method === "OPTIONS" && url === "*") incoming.url = "/*";
}

/** The other side does not speak TLS, or its certificate is not valid. */
class TlsError extends Error {
  override name = "TlsError";
}

/** Resolves when a socket has reached a state; rejects if it fails before. */
function opened(socket: Socket | TLSSocket, event: "connect" | "secureConnect"): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once(event, resolve).once("error", reject);
  socket.once("close", () => reject(new Error("The connection was closed")));
  return promise;
}

function addressOf({ remoteAddress = "unknown", remotePort = 0 }: Socket) {
  return { transport: "tcp", hostname: remoteAddress, port: remotePort };
}

/** Stops a server: open requests are answered, idle connections are closed. */
function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  return promise;
}

/** A socket whose bytes are read one piece at a time. */
class SocketConnection implements Connection {
  readonly socket: Socket;
  readonly #pieces: AsyncIterator<Uint8Array>;
  #left: Uint8Array = new Uint8Array();

  constructor(socket: Socket) {
    this.socket = socket;
    // Without a listener, a failure would end the process. Reading reports it.
    socket.on("error", () => {});
    this.#pieces = socket[Symbol.asyncIterator]();
  }

  async read(bytes: Uint8Array): Promise<number | null> {
    if (this.#left.length === 0) {
      const { value, done } = await this.#pieces.next();
      if (done) return null;
      this.#left = value;
    }
    const read = this.#left.subarray(0, bytes.length);
    bytes.set(read);
    this.#left = this.#left.subarray(read.length);
    return read.length;
  }

  write(bytes: Uint8Array): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    return promise;
  }

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Writes a value. `serialize()` of Node.js has its own form of `Uint8Array`, which Deno cannot read. */
export function encode(value: unknown): Uint8Array {
  const serializer = new Serializer();
  serializer.writeHeader();
  serializer.writeValue(value);
  return serializer.releaseBuffer();
}

/**
 * Reads a value. Deno 2.9 writes version 16 of V8's format, which Node.js 24 does not know. It differs
 * from version 15 only in the sizes of buffers of 4 GiB and more, and a value has at most 64 KiB.
 */
export function decode(bytes: Uint8Array): unknown {
  if (bytes[0] === VERSION_TAG && bytes[1] === 16) bytes[1] = 15;
  return deserialize(bytes);
}

const hasCode = (...codes: string[]) => (error: unknown) =>
  codes.includes((error as { code?: string }).code ?? "");

const failures: Failures = {
  isMissing: hasCode("ENOENT"),
  isForbidden: hasCode("ERR_ACCESS_DENIED"),
  isAddressInUse: hasCode("EADDRINUSE"),
  isRefused: hasCode("ECONNREFUSED"),
  isBodyLost: (error) => error instanceof TypeError && error.message === "terminated",
  isBadTls: (error) => error instanceof TlsError,
};

export const platform: Platform = {
  isWindows: process.platform === "win32",
  get hasColors() {
    return process.stdout.isTTY === true && !process.env["NO_COLOR"];
  },
  args: process.argv.slice(2),
  variable: (name) => process.env[name],
  exit: (code) => process.exit(code),
  onSignal: (signal, listener) => void process.on(signal, listener),
  onEnd(listener) {
    for (const event of ["exit", "uncaughtExceptionMonitor"]) process.on(event, listener);
  },
  memory: () => process.memoryUsage(),
  hostName: () => hostname(),
  maxChecks: 10,
  async openKv(path) {
    const { openKv } = await import("@deno/kv");
    if (path === undefined) await mkdir(dirname(DEFAULT_KV_PATH), { recursive: true });
    const kv = await openKv(path ?? DEFAULT_KV_PATH, { encodeV8: encode, decodeV8: decode });
    const watch = kv.watch.bind(kv);
    // A stream of `@deno/kv` that is not raw blocks the program when it is canceled.
    return Object.assign(kv, {
      watch: (keys: Parameters<typeof watch>[0]) => watch(keys, { raw: true }),
    }) as Kv;
  },
  everyMinute(_name, handler) {
    let isRunning = false;
    setInterval(async () => {
      if (isRunning) return;
      isRunning = true;
      // The handler reports its own faults.
      await handler().catch(() => {});
      isRunning = false;
    }, MINUTE_MS);
  },
  files,
  network,
  failures,
};
