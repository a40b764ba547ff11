/**
 * The command line for operators: its commands, and how it ends.
 * @module
 */
import { Command, CommanderError } from "commander";
import { addBulkCommands } from "./bulk.ts";
import { type Action, contextOf, type Surroundings } from "./context.ts";
import { addControlCommands } from "./controls.ts";
import { addDrainCommand } from "./drain.ts";
import { AdminError, exitCodes } from "./exit_codes.ts";
import { addJobCommands } from "./jobs.ts";
import { addKeyCommands } from "./keys.ts";
import { addReportCommands } from "./reports.ts";
import { safeTerminal } from "./terminal.ts";
import { addWatchCommand } from "./watch.ts";

/** The sections of the help, in its order. */
const sections = [
  addReportCommands,
  addWatchCommand,
  addJobCommands,
  addBulkCommands,
  addControlCommands,
  addDrainCommand,
  addKeyCommands,
];

/**
 * Runs a command.
 *
 * @param args the words after `deno task admin`
 * @returns the exit code
 */
export async function runAdmin(
  args: readonly string[],
  process: Surroundings,
): Promise<number> {
  const surroundings = { ...process, terminal: safeTerminal(process.terminal) };
  try {
    await createProgram(surroundings).parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    if (!(error instanceof AdminError)) throw error;
    surroundings.terminal.note(error.message);
    return exitCodes[error.reason];
  }
}

function createProgram(surroundings: Surroundings): Command {
  const { terminal } = surroundings;
  const program = new Command("deno task admin")
    .description("Shows and controls a running service, through its API for operators.")
    .option("--json", "write the answer of the API as it is, for programs")
    .option("--url <url>", "the service; by default TRIPWRIGHT_URL, or http://localhost:8000")
    .option("--as <name>", "the name for the audit; by default that of your login")
    .addHelpText("after", "\nThe token is ADMIN_TOKEN, in the environment or in the file .env.")
    .showHelpAfterError("(--help lists what is possible)")
    .configureOutput({
      writeOut: (text) => terminal.write(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHelpWidth: () => terminal.columns ?? 100,
      getErrHelpWidth: () => terminal.columns ?? 100,
      getOutHasColors: () => terminal.hasColors,
      getErrHasColors: () => terminal.hasColors,
    })
    .exitOverride();
  for (const add of sections) add(program, run);
  return program;

  function run(command: Command, action: Action): void {
    command.action(async (...args: unknown[]) => {
      // The last argument is the command itself.
      await action(await contextOf(command, surroundings), ...args.slice(0, -1));
    });
  }
}
