/**
 * A real server of KV Connect: denokv, on one SQLite file. `deno task denokv` builds it.
 * https://github.com/denoland/denokv
 * @module
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Kv } from "../../lib/platform/kv.ts";
import { isSkipped } from "../skipped.ts";
import { withWaitLimit } from "../wait_limit.ts";

/** The version that `deno task denokv` builds. */
export const DENOKV_VERSION = "0.14.0";

/** The directory of the binary that `deno task denokv` builds. Each version has its own. */
export function denokvDirectory(): string {
  const caches = Deno.env.get("XDG_CACHE_HOME") || join(Deno.env.get("HOME") ?? ".", ".cache");
  return join(caches, "tripwright", `denokv-${DENOKV_VERSION}`);
}

/** Returns the path of the binary that cargo installs into a directory. */
export function denokvIn(directory: string): string {
  return join(directory, "bin", "denokv");
}

/**
 * Finds the server.
 *
 * @returns the path in `DENOKV_BIN`, which need not exist, or that of the built binary; `null` if
 * there is neither
 */
export function findDenokv(): string | null {
  const given = Deno.env.get("DENOKV_BIN");
  if (given) return given;
  const built = denokvIn(denokvDirectory());
  return existsSync(built) ? built : null;
}

let isMissing: boolean | undefined;

/**
 * Whether the tests with a server of KV Connect are skipped. Says so in one line. With `DENOKV_BIN`
 * they never are: without that binary they fail.
 */
export function isDenokvSkipped(): boolean {
  isMissing ??= isSkipped(
    "tests over KV Connect",
    findDenokv() ? null : "there is no denokv: `deno task denokv` builds it",
  );
  return isMissing;
}

/** All servers of a process have one token, because Deno reads it from the environment. */
const TOKEN = "access-token-of-tests";

export interface DenokvOptions {
  /** How long the server collects transactions for one write, in milliseconds. Unset: not at all. */
  batchMs?: number;
}

/** A running server; `await using` kills it. */
export class Denokv implements AsyncDisposable {
  /** The path of its SQLite file. */
  readonly file: string;
  readonly #options: DenokvOptions;
  #port = 0;
  #process: Deno.ChildProcess | undefined;
  #read: Promise<void> | undefined;
  /** What it has written to its log. */
  output = "";

  private constructor(file: string, options: DenokvOptions) {
    this.file = file;
    this.#options = options;
  }

  /**
   * Starts a server at a free port, and waits until it listens. Sets the token of this process, so
   * that `Deno.openKv()` can open the database.
   *
   * @param file the path of the SQLite file, which is created if it is missing
   * @throws {Error} if there is no binary, or if it does not start
   */
  static async start(file: string, options: DenokvOptions = {}): Promise<Denokv> {
    Deno.env.set("DENO_KV_ACCESS_TOKEN", TOKEN);
    const server = new Denokv(file, options);
    await server.restart();
    return server;
  }

  /** Its address, which stays the same when it is started again. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The environment of a program that uses the database. */
  get env(): Record<string, string> {
    return { KV_PATH: this.url, DENO_KV_ACCESS_TOKEN: TOKEN };
  }

  /** Starts the server again, on the same file and at the same port. */
  async restart(): Promise<void> {
    const binary = findDenokv();
    if (binary === null) throw new Error("There is no denokv: run `deno task denokv`");
    const { batchMs } = this.#options;
    const batch = batchMs === undefined ? [] : ["--atomic-write-batch-timeout-ms", `${batchMs}`];
    const address = `127.0.0.1:${this.#port}`;
    this.#process = new Deno.Command(binary, {
      args: ["--sqlite-path", this.file, "serve", "--addr", address, ...batch],
      env: { DENO_KV_ACCESS_TOKEN: TOKEN, RUST_LOG: "info", NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const listening = Promise.withResolvers<number>();
    this.#read = this.#readLog(this.#process.stderr, listening.resolve).finally(() =>
      listening.reject(new Error(`denokv ended:\n${this.output}`))
    );
    listening.promise.catch(() => {});
    this.#port = await withWaitLimit(listening.promise, () => this.output);
  }

  async #readLog(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    onPort: (port: number) => void,
  ): Promise<void> {
    let text = "";
    for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
      this.output += piece;
      text += piece;
      const [, port] = text.match(/Listening on http:\/\/[\d.]+:(\d+)\s/) ?? [];
      if (port !== undefined) onPort(Number(port));
    }
  }

  /** Kills the server, as a failure of its machine would. */
  async kill(): Promise<void> {
    const process = this.#process;
    this.#process = undefined;
    process?.kill("SIGKILL");
    await this.#read;
    await process?.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** How many keys one transaction deletes. */
const BATCH = 500;

/** Opens the database of a server, and deletes what is stored there. */
export async function openEmptied({ url }: Denokv): Promise<Kv> {
  const kv = await Deno.openKv(url);
  for (;;) {
    const entries = await Array.fromAsync(kv.list({ prefix: [] }, { limit: BATCH }));
    if (entries.length === 0) return kv;
    const deletion = kv.atomic();
    for (const { key } of entries) deletion.delete(key);
    await deletion.commit();
  }
}
