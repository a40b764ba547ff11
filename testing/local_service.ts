/**
 * The service in the process of the test: the configured model, a database in a file, and the real
 * clock. It starts faster than the program, for tests that are not about its process.
 * @module
 */
import { configureSync, getJsonLinesFormatter, type LogRecord, resetSync } from "@logtape/logtape";
import { join } from "node:path";
import type { RuntimeOptions } from "../jobs/runtime/options.ts";
import { createRuntime } from "../jobs/runtime/runtime.ts";
import { type Clock, systemClock } from "../lib/clock.ts";
import { parseConfig } from "../lib/config.ts";
import { openDatabase } from "../lib/store/database.ts";
import { openInstanceLocks } from "../lib/store/instance_locks.ts";
import { presentNotice } from "../routes/api/presenter.ts";
import { testApp } from "./app.ts";
import { databaseEnv } from "./databases.ts";
import { hookKv, settled } from "./hooked_kv.ts";
import { type App, send } from "./http.ts";
import type { LogLine } from "./program.ts";
import { noWeatherEnv } from "./weather_server.ts";
import { withWaitLimit } from "./wait_limit.ts";

type Parts = Pick<RuntimeOptions, "kv" | "holder" | "locks">;

const format = getJsonLinesFormatter({ properties: "flatten" });

/** The real clock. Its waits end with the service: the timer of request bodies would go on. */
function clockUntil(stopped: AbortSignal): Clock {
  return {
    now: systemClock.now,
    wait: (ms, signal) =>
      systemClock.wait(ms, signal ? AbortSignal.any([signal, stopped]) : stopped),
  };
}

/** A running service; `await using` stops it. It has the members of `Program` that tests use. */
export class LocalService implements AsyncDisposable {
  /** Its log so far, as the program would write it. */
  output = "";
  readonly log: LogLine[] = [];
  readonly #app: App;
  readonly #stop: () => Promise<void>;
  #changed = Promise.withResolvers<void>();

  private constructor(env: Record<string, string>, parts: Parts) {
    const { kv } = parts;
    configureSync({
      sinks: { service: (record) => this.#write(record) },
      loggers: [
        { category: "tripwright", sinks: ["service"] },
        { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["service"] },
      ],
    });
    const runtime = createRuntime(parseConfig({ ...noWeatherEnv, ...env }), {
      ...parts,
      clock: systemClock,
      random: Math.random,
      noticeOf: presentNotice,
    });
    const stopped = new AbortController();
    this.#app = testApp(runtime, { clock: clockUntil(stopped.signal) });
    runtime.instance.start();
    this.#stop = async () => {
      await runtime.instance.stop(0, AbortSignal.abort());
      stopped.abort();
      // The leak check of a test counts calls of a closed database.
      await settled(kv);
      kv.close();
      resetSync();
    };
  }

  /**
   * Starts the service.
   *
   * @param directory where its database is; the program puts it there, too
   * @param env the variables of its configuration
   */
  static async start(directory: string, env: Record<string, string>): Promise<LocalService> {
    const { KV_PATH = "" } = databaseEnv(directory);
    const path = URL.canParse(KV_PATH) ? KV_PATH : join(directory, KV_PATH);
    const holder = crypto.randomUUID();
    const { kv } = hookKv(await openDatabase(path));
    return new LocalService({ ...env, KV_PATH }, {
      kv,
      holder,
      locks: await openInstanceLocks(path, holder),
    });
  }

  #write(record: LogRecord): void {
    const line = format(record);
    this.output += line;
    this.log.push(JSON.parse(line));
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Resolves with what `look` finds in the log, as soon as it finds something. */
  async until<T>(look: (service: LocalService) => T | undefined | false): Promise<T> {
    for (;;) {
      const found = look(this);
      if (found !== undefined && found !== false) return found;
      await withWaitLimit(this.#changed.promise, () => this.output);
    }
  }

  /** Resolves when a line of the log has this message. */
  async untilLogged(message: string): Promise<void> {
    await this.until(({ log }) => log.some((line) => line.message === message));
  }

  async post(path: string, body: unknown) {
    return await send(this.#app, path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return await send(this.#app, path, { headers });
  }

  async delete(path: string) {
    return await send(this.#app, path, { method: "DELETE" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
