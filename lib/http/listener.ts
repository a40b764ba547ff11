/**
 * Listens for HTTP requests as long as the process runs.
 *
 * When a connection cannot be accepted, mostly because no file descriptor is free, `Deno.serve()`
 * closes its listener for good. Its open connections continue. On Deno 2.9, the promise `finished`
 * rejects at once. On Deno 2.5, it rejects only when the last connection has ended. So this module
 * also tries to listen at intervals, which fails while the address is in use.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../clock.ts";
import { FaultLog } from "../fault_log.ts";
import type { DescriptorReserve } from "./descriptor_reserve.ts";

/** Soon enough for clients, which repeat a refused connection, and cheap: it is one system call. */
const CHECK_MS = 1_000;

const log = getLogger(["tripwright", "http"]);

export interface ListenerOptions {
  /** Listens, or throws. `port`: unset for the first time. */
  serve: (port?: number) => Deno.HttpServer<Deno.NetAddr>;
  /** Is released while no connection can be accepted. Then jobs still have descriptors. */
  reserve: DescriptorReserve;
  clock: Clock;
}

/** A server that listens again after its listener has failed. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #faults: FaultLog;
  readonly #stopping = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr>;
  #hasFailed = false;
  /** Whether the log shows the latest failure. */
  #isReported = false;

  /** @throws what `serve` throws */
  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#faults = new FaultLog(log, options.clock);
    this.#server = this.#follow(options.serve());
    // Deno can listen elsewhere, see its variable `DENO_SERVE_ADDRESS`.
    if (this.#server.addr.transport === "tcp") this.#watch();
  }

  /** Accepts no more connections, and resolves when the open requests have been answered. */
  async shutdown(): Promise<void> {
    this.#stopping.abort();
    await this.#server.shutdown();
  }

  #follow(server: Deno.HttpServer<Deno.NetAddr>): Deno.HttpServer<Deno.NetAddr> {
    // On Deno 2.5, a server may report its failure long after a new one has taken its place.
    server.finished.catch((error) => this.#server === server && this.#fail(error));
    return server;
  }

  async #watch(): Promise<void> {
    for (;;) {
      await this.#options.clock.wait(CHECK_MS, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      this.#listenAgain();
    }
  }

  #fail(error: unknown): void {
    this.#options.reserve.release();
    this.#hasFailed = true;
    this.#isReported = this.#faults.report("connections cannot be accepted", error) ||
      this.#isReported;
  }

  /** Replaces the server if its listener has failed and enough descriptors are free. */
  #listenAgain(): void {
    const { serve, reserve } = this.#options;
    if (!reserve.fill()) return;
    try {
      this.#server = this.#follow(serve(this.#server.addr.port));
    } catch (error) {
      // The listener still works.
      if (error instanceof Deno.errors.AddrInUse && !this.#hasFailed) return;
      return this.#fail(error);
    }
    if (!this.#hasFailed) this.#fail(new Error("the listener was closed"));
    if (this.#isReported) log.info("connections are accepted again");
    this.#hasFailed = this.#isReported = false;
  }
}
