/**
 * The service in the process of the test: the configured model, a database in a file, and the real
 * clock. It starts faster than the program, for tests that are not about its process.
 * @module
 */
import { configureSync, getJsonLinesFormatter, type LogRecord, resetSync } from "@logtape/logtape";
import { join } from "node:path";
import { createRuntime } from "../jobs/runtime.ts";
import { systemClock } from "../lib/clock.ts";
import { parseConfig } from "../lib/config.ts";
import { openDatabase } from "../lib/store/database.ts";
import { presentNotice } from "../routes/api/presenter.ts";
import { testApp } from "./app.ts";
import { type App, send } from "./http.ts";
import type { LogLine } from "./program.ts";
import { withWaitLimit } from "./wait_limit.ts";

const format = getJsonLinesFormatter({ properties: "flatten" });

/** A running service; `await using` stops it. It has the members of `Program` that tests use. */
export class LocalService implements AsyncDisposable {
  /** Its log so far, as the program would write it. */
  output = "";
  readonly log: LogLine[] = [];
  readonly #app: App;
  readonly #stop: () => Promise<void>;
  #changed = Promise.withResolvers<void>();

  private constructor(kv: Deno.Kv, env: Record<string, string>) {
    configureSync({
      sinks: { service: (record) => this.#write(record) },
      loggers: [
        { category: "tripwright", sinks: ["service"] },
        { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["service"] },
      ],
    });
    const runtime = createRuntime(parseConfig(env), {
      kv,
      clock: systemClock,
      random: Math.random,
      noticeOf: presentNotice,
    });
    this.#app = testApp(runtime, { clock: systemClock });
    runtime.instance.start();
    this.#stop = async () => {
      await runtime.instance.stop(0, AbortSignal.abort());
      kv.close();
      resetSync();
    };
  }

  /**
   * Starts the service.
   *
   * @param directory where its database is
   * @param env the variables of its configuration
   */
  static async start(directory: string, env: Record<string, string>): Promise<LocalService> {
    return new LocalService(await openDatabase(join(directory, "data/kv.sqlite")), env);
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

  async post(path: string, body: unknown) {
    return await send(this.#app, path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  async get(path: string) {
    return await send(this.#app, path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
