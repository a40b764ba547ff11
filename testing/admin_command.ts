/**
 * The command line for operators in the process of the test, over a real connection to the
 * application.
 * @module
 */
import { runAdmin } from "../ops/admin/program.ts";
import type { Terminal } from "../ops/admin/terminal.ts";
import { autoAdvancing } from "./fake_clock.ts";
import { serveLocally } from "./local_server.ts";
import { ADMIN_TOKEN, openAdminApp } from "./operators.ts";

/** A terminal whose output a test reads. */
export class RecordedTerminal implements Terminal {
  columns: number | null = null;
  hasColors = false;
  isScreen = false;
  /** The answer to every question. */
  answer: boolean | null = null;
  readonly written: string[] = [];
  readonly notes: string[] = [];
  readonly screens: string[] = [];

  write(text: string): void {
    this.written.push(text);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  show(text: string): void {
    this.screens.push(text);
  }

  confirm(question: string): boolean | null {
    this.notes.push(question);
    return this.answer;
  }
}

/** What a command has done. */
export interface CommandResult {
  code: number;
  /** The standard output. */
  text: string;
  /** The standard error. */
  notes: string;
}

/** Opens the application, and a function that runs commands on it. `await using` closes both. */
export async function openAdminCommand(
  settings: Parameters<typeof openAdminApp>[0] = {},
  overrides: Parameters<typeof openAdminApp>[1] = {},
) {
  const env = await openAdminApp(settings, overrides);
  const server = serveLocally((request) => env.app.fetch(request));
  const variables = { ADMIN_TOKEN, TRIPWRIGHT_URL: server.url, USER: "ann" };
  return {
    ...env,
    url: server.url,
    /** Runs a command. Each pause of it advances the clock, and then `onWait` is called. */
    async run(
      line: string | string[],
      { terminal = new RecordedTerminal(), onWait, ...changed }: {
        terminal?: RecordedTerminal;
        onWait?: () => Promise<void>;
        variables?: object;
      } = {},
    ): Promise<CommandResult> {
      const clock = autoAdvancing(env.clock);
      const code = await runAdmin(typeof line === "string" ? line.split(" ") : line, {
        terminal,
        clock: {
          now: clock.now,
          async wait(ms) {
            await clock.wait(ms);
            await onWait?.();
          },
        },
        readVariables: () => Promise.resolve({ ...variables, ...changed.variables }),
      });
      return { code, text: terminal.written.join("\n"), notes: terminal.notes.join("\n") };
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      env[Symbol.dispose]();
    },
  };
}
