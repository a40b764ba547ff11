/**
 * The platform on Deno and on Deno Deploy.
 * @module
 */
import type { Failures, Files, Network, OpenFile, Platform } from "./contract.ts";

const files: Files = {
  read: (path) => Deno.readTextFileSync(path),
  createDirectory: (path) => Deno.mkdir(path, { recursive: true }),
  async *list(path) {
    for await (const { name } of Deno.readDir(path)) yield name;
  },
  rename: (from, to) => Deno.rename(from, to),
  remove: (path) => Deno.remove(path),
  sizeOf: async (path) => (await Deno.stat(path)).size,
  async fill(path, { bytes, chunk }) {
    using file = await Deno.open(path, { write: true, create: true });
    let { size } = await file.stat();
    await file.seek(size, Deno.SeekMode.Start);
    while (size < bytes) size += await file.write(chunk.subarray(0, bytes - size));
  },
  hold: (path) => Deno.openSync(path),
  async openHead(path) {
    const file = await Deno.open(path);
    return {
      read(bytes) {
        // The asynchronous functions close a copy of the descriptor, which releases the locks.
        file.seekSync(0, Deno.SeekMode.Start);
        return file.readSync(bytes) === bytes.length;
      },
      close: () => file.close(),
    };
  },
  async lock(path, { create = false } = {}) {
    const file = await Deno.open(path, { read: true, write: true, create });
    if (await tryLock(file)) return file;
    file.close();
    return null;
  },
};

/** Tries to lock a file. Deno 2.5 can only wait for a lock, so there the result is `false`. */
async function tryLock(file: Deno.FsFile): Promise<boolean> {
  const { tryLock } = file as OpenFile & { tryLock?: (exclusive: boolean) => Promise<boolean> };
  return await tryLock?.call(file, true).catch(() => false) ?? false;
}

const network: Network = {
  serve(options, handler) {
    // Deno 2.5 compresses by default, later versions only with this option.
    const compression = { automaticCompression: true };
    return Promise.try(() => Deno.serve({ ...options, ...compression }, handler));
  },
  probe: (address) => Promise.try(() => Deno.listen(address).close()),
  resolve: (hostname, { family, signal }) =>
    family === 4
      ? Deno.resolveDns(hostname, "A", { signal })
      : Deno.resolveDns(hostname, "AAAA", { signal }),
  connect: (address) => Deno.connect(address),
  async wrap(remote, { tls, signal }) {
    const tcp = await relay(remote as Deno.TcpConn, signal);
    return tls ? await encrypt(tcp, tls) : tcp;
  },
};

/** Encrypts a connection. Closes it if that fails. */
async function encrypt(tcp: Deno.TcpConn, options: Deno.StartTlsOptions): Promise<Deno.TlsConn> {
  let conn: Deno.TlsConn | undefined;
  try {
    conn = await Deno.startTls(tcp, options);
    // Deno panics if more than 64 KiB of unsent data are queued when the handshake ends.
    await conn.handshake();
    return conn;
  } catch (error) {
    (conn ?? tcp)[Symbol.dispose]();
    throw error;
  }
}

/**
 * Returns a local connection that is relayed to `remote` until `signal` aborts. If a TLS connection
 * is closed during its handshake, Deno keeps its socket until the other side closes too. With a
 * server that never finishes the handshake, each request would leak a remote socket. The relay can
 * always close it.
 */
async function relay(remote: Deno.TcpConn, signal: AbortSignal): Promise<Deno.TcpConn> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const [relayed, local] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  // When one direction ends, so does the other. The reader of the local connection handles it.
  relayed.readable.pipeTo(remote.writable, { signal }).catch(() => {});
  remote.readable.pipeTo(relayed.writable, { signal }).catch(() => {});
  return local;
}

const failures: Failures = {
  isMissing: (error) => error instanceof Deno.errors.NotFound,
  isForbidden: (error) => error instanceof Deno.errors.NotCapable,
  isAddressInUse: (error) => error instanceof Deno.errors.AddrInUse,
  isRefused: (error) => error instanceof Deno.errors.ConnectionRefused,
  isBodyLost: (error) =>
    error instanceof TypeError && /body|connection|end of file/.test(error.message),
  isBadTls: (error) => error instanceof Deno.errors.InvalidData,
};

export const platform: Platform = {
  isWindows: Deno.build.os === "windows",
  get hasColors() {
    return !Deno.noColor && Deno.stdout.isTerminal();
  },
  args: Deno.args,
  variable: (name) => Deno.env.get(name),
  exit: (code) => Deno.exit(code),
  onSignal: (signal, listener) => Deno.addSignalListener(signal, listener),
  onEnd(listener) {
    for (const event of ["unload", "error", "unhandledrejection"]) {
      addEventListener(event, listener);
    }
  },
  memory: () => Deno.memoryUsage(),
  hostName() {
    // A call without permission would ask a person at a terminal.
    const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
    return state === "granted" ? Deno.hostname() : null;
  },
  maxChecks: 100,
  openKv: (path) => Deno.openKv(path),
  everyMinute: (name, handler) => void Deno.cron(name, "* * * * *", handler),
  files,
  network,
  failures,
};
