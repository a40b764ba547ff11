/**
 * How the commands that call the configured model begin.
 * @module
 */
import { type Config, ConfigError, readConfig } from "../lib/config.ts";

/** Reads the configuration. If it is invalid, prints why, and ends the process. */
export async function readConfigOrExit(): Promise<Config> {
  try {
    return await readConfig({ dev: false });
  } catch (error) {
    if (error instanceof ConfigError) exitWith(error.message);
    throw error;
  }
}

/** Prints why the command cannot start, and ends the process. */
export function exitWith(reason: string): never {
  console.error(`Cannot start: ${reason}`);
  Deno.exit(1);
}
