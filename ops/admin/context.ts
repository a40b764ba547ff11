/**
 * What every command of the command line uses.
 * @module
 */
import type { Command } from "commander";
import type { Clock } from "../../lib/clock.ts";
import { AdminApi, type Answer } from "./api.ts";
import { escapedJson } from "./control_characters.ts";
import type { Variables } from "./environment.ts";
import { chooseSettings } from "./settings.ts";
import type { Terminal } from "./terminal.ts";

/** What the process gives to the commands. */
export interface Surroundings {
  terminal: Terminal;
  clock: Clock;
  readVariables: () => Promise<Variables>;
}

/** What a command uses. */
export interface Context extends Surroundings {
  api: AdminApi;
  /** Whether a program reads the output. */
  isJson: boolean;
}

/** The options of all commands. */
export interface CommonOptions {
  json?: boolean;
  url?: string;
  as?: string;
}

/** Returns the context of a command, from the options before and after its name. */
export async function contextOf(
  command: Command,
  surroundings: Surroundings,
): Promise<Context> {
  const { json = false, url, as } = command.optsWithGlobals<CommonOptions>();
  const variables = await surroundings.readVariables();
  const settings = chooseSettings(variables, {
    ...(url !== undefined && { url }),
    ...(as !== undefined && { as }),
  });
  return { ...surroundings, api: new AdminApi(settings), isJson: json };
}

/** Writes an answer: the JSON that the service has sent, or words. */
export function report<Value>(
  { isJson, terminal }: Context,
  answer: Answer<Value>,
  words: (value: Value) => string,
): void {
  terminal.write(isJson ? escapedJson(answer.json) : words(answer.value));
}

/** A command: gets its arguments, and its options last. */
// deno-lint-ignore no-explicit-any -- each command knows its own arguments
export type Action = (context: Context, ...args: any[]) => Promise<void>;

/** Sets what a command does. */
export type Run = (command: Command, action: Action) => void;
