/**
 * Listens for HTTP requests as long as the process runs.
 *
 * When a connection cannot be accepted, mostly because no file descriptor is free, `Deno.serve()`
 * closes its listener for good. Its open connections continue. On Deno 2.9, the promise `finished`
 * rejects at once. On Deno 2.5, it rejects only when the last connection has ended. So this module
 * also checks at intervals whether the address is still in use.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { type Clock, withDeadline } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";
import { type DescriptorReserve, isExhaustion } from "./descriptor_reserve.ts";
import { platform } from "../platform/platform.ts";
import type { HttpServer } from "../platform/contract.ts";

const { network, failures } = platform;

/** Soon enough for clients, which repeat a refused connection, and cheap: it is one system call. */
const CHECK_MS = 1_000;

const log = getLogger(["tripwright", "http"]);

export interface ListenerOptions {
  /** Listens, or rejects. `port`: unset for the first time. */
  serve: (port?: number) => Promise<HttpServer>;
  /** Is released while no connection can be accepted. Then jobs still have descriptors. */
  reserve: DescriptorReserve;
  clock: Clock;
}

/** A server that listens again after its listener has failed. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #faults: FaultLog;
  readonly #stopping = new AbortController();
  #server: HttpServer;
  #hasFailed = false;
  /** Whether the log shows the latest failure. */
  #isReported = false;

  /** Listens. Rejects as `serve` does. */
  static async open(options: ListenerOptions): Promise<Listener> {
    return new Listener(options, await options.serve());
  }

  private constructor(options: ListenerOptions, server: HttpServer) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
    this.#server = this.#follow(server);
    // Deno can listen elsewhere, see its variable `DENO_SERVE_ADDRESS`.
    if (this.#server.addr.transport === "tcp") this.#watch();
  }

  /** Accepts no more connections, and resolves when the open requests have been answered. */
  async shutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#server.shutdown();
  }

  #follow(server: HttpServer): HttpServer {
    // On Deno 2.5, a server may report its failure long after a new one has taken its place.
    server.finished.catch((error) => this.#server === server && this.#fail(error));
    return server;
  }

  async #watch(): Promise<void> {
    for (;;) {
      await this.#options.clock.wait(CHECK_MS, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      if (this.#hasFailed) await this.#listenAgain();
      else await this.#check();
    }
  }

  #fail(error: unknown): void {
    this.#options.reserve.release();
    this.#hasFailed = true;
    this.#isReported = this.#faults.report("connections cannot be accepted", error) ||
      this.#isReported;
  }

  /** Replaces the server if enough descriptors are free. */
  async #listenAgain(): Promise<void> {
    const { serve, reserve } = this.#options;
    if (!reserve.refill()) return;
    try {
      this.#server = this.#follow(await serve(this.#server.addr.port));
    } catch (error) {
      return this.#fail(error);
    }
    if (this.#isReported) log.info("connections are accepted again");
    this.#hasFailed = this.#isReported = false;
  }

  /**
   * Adjusts the reserve to the running jobs, and looks for a failure that the server has not
   * reported: its address is free.
   */
  async #check(): Promise<void> {
    this.#options.reserve.adjust();
    const { hostname, port } = this.#server.addr;
    try {
      await network.probe({ hostname, port });
      this.#fail(new Error("the listener was closed"));
    } catch (error) {
      // Otherwise the address is in use, as it should be.
      if (isExhaustion(error)) await this.#knock();
    }
  }

  /**
   * Connects to the server when no descriptor is free. The server finds none for this connection,
   * so it fails, or it has failed before, and the reserve is released for jobs. Without this, jobs
   * would wait for the next client. To release the reserve while the server listens would give it to
   * clients.
   */
  async #knock(): Promise<void> {
    const { reserve, clock } = this.#options;
    const { hostname, port } = this.#server.addr;
    reserve.lend();
    const connect = (signal: AbortSignal) => network.connect({ hostname, port, signal });
    try {
      (await withDeadline(connect, { ms: CHECK_MS, clock })).close();
    } catch (error) {
      if (failures.isRefused(error)) this.#fail(error);
      // Otherwise another part of the program was faster, and the next check tries again.
    }
    if (!this.#hasFailed) reserve.adjust();
  }
}
