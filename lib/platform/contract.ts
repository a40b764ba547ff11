/**
 * What the program needs of the runtime that executes it. Each runtime has a module with it:
 * `deno.ts`, which alone names `Deno`, and `node.ts`.
 * @module
 */
import type { Kv } from "./kv.ts";

/** The runtime. */
export interface Platform {
  readonly isWindows: boolean;
  /** Whether the output goes to a terminal that shows colors. */
  readonly hasColors: boolean;
  /** The arguments of the program. */
  readonly args: readonly string[];
  /** Returns an environment variable. */
  variable(name: string): string | undefined;
  /** Ends the process. */
  exit(code: number): never;
  /** Calls `listener` for each such signal, in place of the end of the process. */
  onSignal(signal: "SIGINT" | "SIGTERM", listener: () => void): void;
  /** Calls `listener` when the process ends by itself, or because of a fault. */
  onEnd(listener: () => void): void;
  /** Returns the sizes of the memory, in bytes. */
  memory(): { rss: number; heapUsed: number; heapTotal: number; external: number };
  /** Returns the name of the machine; `null` without permission. */
  hostName(): string | null;

  /** How many checks a transaction may have. */
  readonly maxChecks: number;
  /** Opens a database: a file, `:memory:`, or the URL of a KV Connect server; unset: the default. */
  openKv(path: string | undefined): Promise<Kv>;
  /** Calls `handler` once a minute. While a run lasts, the next ones are skipped. */
  everyMinute(name: string, handler: () => Promise<void>): void;

  files: Files;
  network: Network;
  /** Why a call has failed. */
  failures: Failures;
}

/** Tells the failures of the operating system apart. */
export interface Failures {
  /** A file or directory does not exist. */
  isMissing(error: unknown): boolean;
  /** The runtime does not allow it. */
  isForbidden(error: unknown): boolean;
  /** Another program listens at this address. */
  isAddressInUse(error: unknown): boolean;
  /** Nothing listens at this address. */
  isRefused(error: unknown): boolean;
  /** Whether the body of an answer to `fetch` has ended too early, or cannot be decoded. */
  isBodyLost(error: unknown): boolean;
  /** The other side does not speak TLS, or its certificate is not valid. */
  isBadTls(error: unknown): boolean;
}

/** Access to files. Paths are relative to the working directory. */
export interface Files {
  /** Reads a text, while nothing else runs. */
  read(path: string): string;
  /** Creates a directory and those above it. */
  createDirectory(path: string): Promise<void>;
  /** Yields the names in a directory. */
  list(path: string): AsyncIterable<string>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Returns the size in bytes. */
  sizeOf(path: string): Promise<number>;
  /** Makes a file at least `bytes` long, with what `chunk` contains, again and again. */
  fill(path: string, options: { bytes: number; chunk: Uint8Array }): Promise<void>;
  /** Opens a file, while nothing else runs. */
  hold(path: string): OpenFile;
  /** Opens a file to read its beginning again and again. */
  openHead(path: string): Promise<FileHead>;
  /**
   * Opens a file and locks it, for this process alone. `null`: another process has locked it, or
   * this runtime has no such locks.
   *
   * @param options `create`: whether to create a missing file
   */
  lock(path: string, options?: { create?: boolean }): Promise<OpenFile | null>;
}

/** An open file. */
export interface OpenFile {
  close(): void;
}

/** A file whose beginning is read. */
export interface FileHead extends OpenFile {
  /**
   * Reads into all of `bytes`, while nothing else runs. It opens and closes no further descriptor of
   * the file: that would release the locks of SQLite.
   *
   * @returns whether the file is long enough
   */
  read(bytes: Uint8Array): boolean;
}

/** Where a server listens, or a client is. */
export interface Address {
  transport: string;
  hostname: string;
  port: number;
}

/** What a server knows of a request's connection. A socket of Unix has neither name nor port. */
export interface ConnectionInfo {
  remoteAddr: Pick<Address, "transport"> & Partial<Address>;
}

/** Answers a request. */
export type Handler = (request: Request, info: ConnectionInfo) => Response | Promise<Response>;

/** An HTTP server. */
export interface HttpServer {
  readonly addr: Address;
  /** Rejects when the server can accept no connection any more. */
  readonly finished: Promise<void>;
  /** Accepts no more connections, and resolves when the open requests have been answered. */
  shutdown(): Promise<void>;
}

/** Access to the network. */
export interface Network {
  /**
   * Serves HTTP, and compresses answers. On Deno Deploy, the platform decides where. Rejects if it
   * cannot listen.
   */
  serve(
    options: { hostname: string; port: number; onListen: (address: Address) => void },
    handler: Handler,
  ): Promise<HttpServer>;
  /** Listens at an address and stops at once. Rejects if that fails. */
  probe(address: { hostname: string; port: number }): Promise<void>;
  /** Looks up all addresses of a name in one family. Rejects if there is none. */
  resolve(
    hostname: string,
    options: { family: 4 | 6; signal: AbortSignal },
  ): Promise<string[]>;
  connect(
    address: { hostname: string; port: number; signal?: AbortSignal },
  ): Promise<Connection>;
  /**
   * Returns a connection over `remote`, whose bytes are encrypted if `tls` is set. It ends with the
   * signal. To close it does not close `remote`.
   */
  wrap(
    remote: Connection,
    options: { tls?: { hostname: string; caCerts: string[] }; signal: AbortSignal },
  ): Promise<Connection>;
}

/** A TCP connection, with or without TLS. */
export interface Connection extends Disposable {
  /** Reads into `bytes`. `null`: the other side has ended. */
  read(bytes: Uint8Array): Promise<number | null>;
  /** Returns how many bytes were written. */
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}
