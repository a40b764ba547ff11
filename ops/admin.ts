/**
 * The command line for operators: `deno task admin --help`.
 * @module
 */
import { systemClock } from "../lib/clock.ts";
import { readVariables } from "./admin/environment.ts";
import { runAdmin } from "./admin/program.ts";
import { systemTerminal } from "./admin/terminal.ts";

const terminal = systemTerminal();
Deno.exit(await runAdmin(Deno.args, { terminal, clock: systemClock, readVariables }));
