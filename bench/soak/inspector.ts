/**
 * Reads the heap of a running program over V8's inspector protocol.
 * https://chromedevtools.github.io/devtools-protocol/v8/
 */
import { z } from "zod";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import type { Chance } from "../chance.ts";

const hostname = "127.0.0.1";

/** Ports that systems do not choose for outgoing connections, so that a free one stays free. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** Returns a free port for an inspector. `--quiet` would hide the port that Deno chooses itself. */
export function freePort(chance: Chance): number {
  for (;;) {
    const port = FIRST_PORT + chance.below(PORTS);
    try {
      Deno.listen({ hostname, port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** The flag of Deno for a program with an inspector on this port. */
export function inspectorFlag(port: number): string {
  return `--inspect=${hostname}:${port}`;
}

const Targets = z.array(z.object({ webSocketDebuggerUrl: z.url() })).min(1);
const Answer = z.object({ id: z.int(), result: z.unknown() });
const HeapUsage = z.object({ usedSize: z.number(), backingStorageSize: z.number().default(0) });
const Evaluated = z.object({ result: z.object({ value: z.unknown() }) });
const Chunk = z.object({
  method: z.literal("HeapProfiler.addHeapSnapshotChunk"),
  params: z.object({ chunk: z.string() }),
});
/** The delays of a timer, in milliseconds. */
const Delays = z.array(z.number());

/** An expression that measures how late a timer of 5 ms is, during `ms` milliseconds. */
const measureDelays = (ms: number) =>
  `(async () => {
  const [delays, until] = [[], performance.now() + ${ms}];
  for (let at; (at = performance.now()) < until;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    delays.push(performance.now() - at - 5);
  }
  return delays;
})()`;

/** A connection to the inspector of a program. */
export class Inspector implements Disposable {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, (result: unknown) => void>();
  #calls = 0;
  #onChunk: ((text: string) => void) | undefined;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#read(JSON.parse(data));
  }

  /** Connects to a program that was started with {@link inspectorFlag}. */
  static async connect(port: number): Promise<Inspector> {
    const targets = await (await fetch(`http://${hostname}:${port}/json/list`)).json();
    const socket = new WebSocket(Targets.parse(targets)[0]!.webSocketDebuggerUrl);
    const opened = new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    await withWaitLimit(opened, () => `the inspector on port ${port}`);
    return new Inspector(socket);
  }

  /** Collects garbage. @returns the bytes in use after that, array buffers included */
  async heapBytes(): Promise<number> {
    // Finalizers of the first collection free more in the second.
    for (let n = 0; n < 2; n++) await this.#call("HeapProfiler.collectGarbage");
    const usage = HeapUsage.parse(await this.#call("Runtime.getHeapUsage"));
    return usage.usedSize + usage.backingStorageSize;
  }

  /** Measures how late the event loop runs a timer, during `ms` milliseconds. */
  async loopDelays(ms: number): Promise<number[]> {
    const answer = await this.#call("Runtime.evaluate", {
      expression: measureDelays(ms),
      awaitPromise: true,
      returnByValue: true,
    });
    return Delays.parse(Evaluated.parse(answer).result.value);
  }

  /** Writes a heap snapshot, for the developer tools of a browser. */
  async saveSnapshot(path: string): Promise<void> {
    using file = await Deno.open(path, { write: true, create: true, truncate: true });
    const writer = file.writable.getWriter();
    const encoder = new TextEncoder();
    this.#onChunk = (text) => void writer.write(encoder.encode(text));
    await this.#call("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
    await writer.ready;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  #call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#calls;
    const answered = new Promise((resolve) => this.#pending.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    return withWaitLimit(answered, () => method);
  }

  #read(message: unknown): void {
    const answer = Answer.safeParse(message);
    if (!answer.success) {
      const chunk = Chunk.safeParse(message);
      if (chunk.success) this.#onChunk?.(chunk.data.params.chunk);
      return;
    }
    const { id, result } = answer.data;
    this.#pending.get(id)?.(result);
    this.#pending.delete(id);
  }
}
