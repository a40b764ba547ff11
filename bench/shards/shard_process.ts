/**
 * A shard in a process of its own, which can be killed: no process has its file then.
 * @module
 */
import { join } from "node:path";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import { isRefused } from "../../testing/first_upstream.ts";
import type { Shard, ShardOptions } from "./shard.ts";
import { type AcceptOptions, type JobShard, ShardDownError } from "./sharded_jobs.ts";

/** The methods of a shard that other processes may call. */
export type ShardCall = "accept" | "findRepeated" | "read" | "readEnded" | "sweep";

const script = join(import.meta.dirname!, "shard_server.ts");

/** A running process; `await using` kills it. */
export class ShardProcess implements JobShard, AsyncDisposable {
  readonly number: number;
  readonly #process: Deno.ChildProcess;
  readonly #url: string;
  /** A connection for each call: an idle one could be that of a dead process. */
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });

  private constructor(number: number, process: Deno.ChildProcess, port: string) {
    this.number = number;
    this.#process = process;
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Starts a process on a file, which may have jobs of a process that has died. */
  static async start(
    number: number,
    { path, delayMs = 0 }: Omit<ShardOptions, "clock">,
  ): Promise<ShardProcess> {
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "-A", script, `${number}`, path, `${delayMs}`],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    const output = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await withWaitLimit(output.read(), () => `shard ${number} starts`);
    if (value === undefined) throw new Error(`Cannot start shard ${number}: its process ended`);
    await output.cancel();
    return new ShardProcess(number, process, value.trim());
  }

  accept(options: AcceptOptions = {}) {
    return this.#call("accept", options);
  }

  findRepeated(idempotencyKey: string) {
    return this.#call("findRepeated", idempotencyKey);
  }

  read(id: string) {
    return this.#call("read", id);
  }

  readEnded(id: string) {
    return this.#call("readEnded", id);
  }

  /** Claims what is due, and returns how many jobs the instance works on. */
  sweep(): Promise<number> {
    return this.#call("sweep");
  }

  /** Ends the process at once, in whatever it does. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Calls a method of the shard in its process. */
  async #call<Method extends ShardCall>(
    method: Method,
    ...parameters: Parameters<Shard[Method]>
  ): Promise<Awaited<ReturnType<Shard[Method]>>> {
    const body = JSON.stringify([method, ...parameters]);
    const call = async () => {
      const answer = await fetch(this.#url, { method: "POST", body, client: this.#client });
      if (!answer.ok) throw new Error(`Shard ${this.number} failed: ${await answer.text()}`);
      return await answer.json();
    };
    try {
      return await withWaitLimit(call(), () => `shard ${this.number} answers ${method}`);
    } catch (error) {
      // After any other error, the shard may have received the call.
      throw isRefused(error) ? new ShardDownError() : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has been killed before.
    }
    await this.#process.status;
  }
}
