/**
 * The real program, started as its task starts it, in its own directory.
 * @module
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { databaseEnv } from "./databases.ts";
import type { FaultPoint } from "./fault.ts";
import { nodeCommand, onNode } from "./node_runtime.ts";
import { noWeatherEnv } from "./weather_server.ts";
import { withWaitLimit } from "./wait_limit.ts";
import { taskArguments } from "./task_command.ts";

export { workDirectory } from "./databases.ts";

/** All tests send from one address, which no limit must stop. */
const unlimited = {
  RATE_LIMIT_REQUESTS: "0",
  RATE_LIMIT_JOBS: "0",
  MAX_STREAMS_PER_CALLER: "0",
};

/** One line of the program's log. */
export type LogLine = Record<string, unknown> & { message: string };

export interface ProgramOptions {
  env?: Record<string, string>;
  task?: "dev" | "start";
  /** A whole command, in place of that of the task. */
  command?: readonly string[];
  /** A module that is loaded first: an absolute path. */
  preload?: string | undefined;
  /** The directory of its source; by default this repository. */
  source?: string | undefined;
  /** How many file descriptors it may have. Unset: as many as the tests. */
  maxFiles?: number;
  /** Further flags of Deno. */
  flags?: readonly string[];
  /** Gets each piece of output. */
  onOutput?: (text: string) => void;
  /** How many characters of the output are kept; by default all. */
  keptOutput?: number;
}

/**
 * Writes a module for {@link ProgramOptions.preload} that halts the program at a point.
 *
 * @returns its path
 */
export async function preloadFault(directory: string, point: FaultPoint): Promise<string> {
  const path = join(directory, "fault.ts");
  const support = pathToFileURL(join(import.meta.dirname!, "fault.ts"));
  await Deno.writeTextFile(
    path,
    `import { haltAt } from "${support}";\nhaltAt(${JSON.stringify(point)});\n`,
  );
  return path;
}

/** The beginning of a command that limits the file descriptors of the rest. */
function withFileLimit(maxFiles: number | undefined): string[] {
  return maxFiles === undefined ? [] : ["sh", "-c", `ulimit -n ${maxFiles}; exec "$0" "$@"`];
}

/** Returns the output of the command `ps`. */
async function ps(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("ps", { args }).output();
  return new TextDecoder().decode(stdout);
}

/** A running program; `await using` kills it. */
export class Program implements AsyncDisposable {
  /** Its output so far, standard error included; of a long run, the end. */
  output = "";
  readonly #process: Deno.ChildProcess;
  readonly #read: Promise<unknown>;
  #changed = Promise.withResolvers<void>();
  readonly #options: ProgramOptions;
  #url: Promise<string> | undefined;
  #ended = false;
  #log: LogLine[] = [];
  /** How much of the output is in the log. */
  #parsedLength = 0;

  constructor(directory: string, options: ProgramOptions = {}) {
    const { env = {}, task = "start", preload, source, flags = [], maxFiles } = options;
    this.#options = options;
    const variables = { ...databaseEnv(directory), ...env };
    // The web app, and the build for Node.js, are there before the tests.
    const program = onNode ? nodeCommand({ dev: task === "dev", preload }) : [
      Deno.execPath(),
      ...taskArguments(task, {
        ...(source && { source }),
        place: { kvPath: variables.KV_PATH, directory },
        flags: preload ? [...flags, "--preload", preload] : [...flags],
      }),
    ];
    const started = options.command ?? program;
    const [command, ...words] = [...withFileLimit(maxFiles), ...started];
    this.#process = new Deno.Command(command!, {
      args: words,
      cwd: directory,
      env: {
        NO_COLOR: "1",
        HOST: "127.0.0.1",
        PORT: "0",
        ...unlimited,
        ...noWeatherEnv,
        ...variables,
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr } = this.#process;
    this.#read = Promise.all([this.#collect(stdout), this.#collect(stderr)]).then(() => {
      this.#ended = true;
      this.#changed.resolve();
    });
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const { onOutput, keptOutput = Infinity } = this.#options;
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.output += text;
      if (this.output.length > keptOutput) this.#keepEnd(keptOutput);
      onOutput?.(text);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  /** Forgets the output so far, when another test takes over the program. */
  forgetOutput(): void {
    this.output = "";
    this.#log = [];
    this.#parsedLength = 0;
  }

  #keepEnd(characters: number): void {
    this.output = this.output.slice(-characters);
    this.#log = [];
    // The first line may be incomplete.
    this.#parsedLength = this.output.indexOf("\n") + 1;
  }

  /** The complete lines of its structured log so far. Each call parses only the new lines. */
  get log(): LogLine[] {
    const end = this.output.lastIndexOf("\n") + 1;
    const lines = this.output.slice(this.#parsedLength, end).split("\n");
    this.#parsedLength = end;
    for (const line of lines) if (line.startsWith("{")) this.#log.push(JSON.parse(line));
    return [...this.#log];
  }

  /** Resolves with what `look` finds in the output, as soon as it finds something. */
  async until<T>(look: (program: Program) => T | undefined | false): Promise<T> {
    return await Program.until([this], () => look(this));
  }

  /**
   * Resolves with what `look` finds in the output of several programs; rejects if one of them ends.
   */
  static async until<T>(
    programs: readonly Program[],
    look: () => T | undefined | false,
  ): Promise<T> {
    const outputs = () => programs.map(({ output }) => output).join("\n");
    const find = async () => {
      for (;;) {
        const changes = programs.map((program) => program.#changed.promise);
        const found = look();
        if (found !== undefined && found !== false) return found;
        if (programs.some((program) => program.#ended)) {
          throw new Error(`The program ended:\n${outputs()}`);
        }
        await Promise.race(changes);
      }
    };
    return await withWaitLimit(find(), outputs);
  }

  /** Resolves when `count` lines of the log have this message. */
  async untilLogged(message: string, count = 1): Promise<void> {
    await this.until(({ log }) => log.filter((line) => line.message === message).length >= count);
  }

  /** The address at which it listens, without a slash at the end. */
  async url(): Promise<string> {
    this.#url ??= this.until(({ output }) => output.match(/http:\/\/localhost:(\d+)/)?.[1])
      .then((port) => `http://127.0.0.1:${port}`);
    return await this.#url;
  }

  /** Whether its process has ended. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** The id of its process. */
  get pid(): number {
    return this.#process.pid;
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}) {
    return await this.#fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  async get(path: string, headers: Record<string, string> = {}) {
    return await this.#fetch(path, { method: "GET", headers });
  }

  async delete(path: string) {
    return await this.#fetch(path, { method: "DELETE" });
  }

  async #fetch(path: string, init: RequestInit) {
    const response = await withWaitLimit(fetch(await this.url() + path, init), () => this.output);
    const text = await withWaitLimit(response.text(), () => this.output);
    const body = text === "" ? null : JSON.parse(text);
    return { status: response.status, headers: response.headers, body };
  }

  /** Its current memory usage. */
  async memoryBytes(): Promise<number> {
    return Number(await ps("-o", "rss=", "-p", String(this.pid))) * 1024;
  }

  /** How many seconds of processor time it has used (Linux). */
  async cpuSeconds(): Promise<number> {
    return Number(await ps("-o", "cputimes=", "-p", String(this.pid)));
  }

  /** How many threads it has (Linux). */
  async threads(): Promise<number> {
    return Number(await ps("-o", "nlwp=", "-p", String(this.pid)));
  }

  /** How many descriptors it has open (Linux). */
  async descriptors(): Promise<number> {
    // A command, because Deno may read `/proc` only with all permissions.
    const { stdout } = await new Deno.Command("ls", { args: [`/proc/${this.pid}/fd`] }).output();
    return new TextDecoder().decode(stdout).trim().split("\n").length;
  }

  /** The time that processors have worked for it so far. */
  async processorSeconds(): Promise<number> {
    if (Deno.build.os !== "linux") {
      const [seconds = 0, minutes = 0, hours = 0] =
        (await ps("-o", "time=", "-p", `${this.#process.pid}`))
          .trim().split(":").toReversed().map(Number);
      return seconds + 60 * minutes + 3_600 * hours;
    }
    // Only a program with all permissions may read this file itself.
    const args = [`/proc/${this.#process.pid}/stat`];
    const stat = new TextDecoder().decode(
      (await new Deno.Command("cat", { args }).output()).stdout,
    );
    // Its 14th and 15th fields, in hundredths of a second; the second one may contain spaces.
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  }

  /** How many file descriptors it has open; only on Linux. */
  get openFiles(): number {
    return [...Deno.readDirSync(`/proc/${this.#process.pid}/fd`)].length;
  }

  signal(signal: Deno.Signal): void {
    this.#process.kill(signal);
  }

  /**
   * Freezes it while it does not write: SQLite's lock would be frozen with it, and no other program
   * could write. `signal("SIGCONT")` resumes it.
   *
   * @param database the path of its database; `null`: a server has the database
   */
  async freeze(database: string | null): Promise<void> {
    if (database === null) {
      this.signal("SIGSTOP");
      while (!await this.#isStopped());
      return;
    }
    const other = new DatabaseSync(database);
    for (let isFree = false; !isFree;) {
      this.signal("SIGSTOP");
      // Threads stop one after another; a thread that still runs could take the lock after the
      // check.
      while (!await this.#isStopped());
      try {
        other.exec("begin immediate; rollback");
        isFree = true;
      } catch {
        this.signal("SIGCONT");
        await this.get("/livez");
      }
    }
    other.close();
  }

  /** Whether all of its threads are stopped; on other systems than Linux, its first one. */
  async #isStopped(): Promise<boolean> {
    const threads = Deno.build.os === "linux" ? ["-L"] : [];
    const states = await ps(...threads, "-o", "stat=", "-p", String(this.pid));
    // A dead process has no entry, or that of a zombie.
    if (/^(?:Z|$)/.test(states)) throw new Error(`The program ended:\n${this.output}`);
    return states.trim().split("\n").every((state) => state.startsWith("T"));
  }

  /**
   * Sends a signal and waits for the end.
   *
   * @throws {Error} if the program does not end within two minutes
   */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    this.signal(signal);
    return await withWaitLimit(this.ended(), () => `the program ends after ${signal}`);
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<Deno.CommandStatus> {
    await this.#read;
    return await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#process.kill("SIGKILL");
    await this.ended();
  }
}
