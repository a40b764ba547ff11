/**
 * The commands of `deno.json`'s tasks, for tests that start a program as its task does.
 * @module
 */
import { join } from "node:path";
import { type Access, dataPaths } from "../ops/data_paths.ts";
import denoJson from "../deno.json" with { type: "json" };

const root = join(import.meta.dirname!, "..");

/** A task that starts a program with `deno run`. */
export type TaskName = keyof typeof denoJson.tasks;

/** The `deno run` of a task, in its parts. */
export interface TaskCommand {
  /** Permissions and other flags, without the configuration file. */
  flags: string[];
  /** Relative to the top level. */
  script: string;
  /** The arguments of the program itself. */
  args: string[];
}

/** Where a task runs. */
export interface TaskPlace {
  /** The variable of the same name. */
  kvPath?: string | undefined;
  /** The working directory; by default the top level. */
  directory?: string | undefined;
}

/**
 * Reads the `deno run` of a task, with the permissions for its database. Other commands of the task,
 * such as the build, are left out.
 *
 * @throws {Error} if the task has no `deno run`, or more than one
 */
export function taskCommand(
  task: TaskName,
  { kvPath, directory = root }: TaskPlace = {},
): TaskCommand {
  const line = denoJson.tasks[task].command.replaceAll(
    /"\$\(deno run [^)]* ops\/data_paths\.ts (read|write)\)"/g,
    (_, access: Access) => dataPaths(kvPath, { access, directory }).join(","),
  );
  const commands = line.split(/&+|;/).map((text) => text.trim());
  const [run, ...others] = commands.filter((command) => /^deno run\s/.test(command));
  if (!run || others.length > 0) throw new Error(`Cannot start the task ${task}: ${commands}`);
  const words = run.split(/\s+/).slice(2);
  const at = words.findIndex((word) => !word.startsWith("-"));
  return { flags: words.slice(0, at), script: words[at]!, args: words.slice(at + 1) };
}

/**
 * The arguments of Deno that start a task's program from any directory, with the task's permissions.
 * Paths among the permissions are relative to that directory.
 *
 * @param options `flags`: further flags of Deno; `args`: further arguments of the program; `script`:
 * an absolute path to run in place of the program; `source`: where the source is, unset: here;
 * `place`: where the program runs
 */
export function taskArguments(
  task: TaskName,
  options: {
    flags?: string[];
    args?: string[];
    script?: string;
    source?: string;
    place?: TaskPlace;
  } = {},
): string[] {
  const { flags, script, args } = taskCommand(task, options.place);
  const { source = root } = options;
  return [
    "run",
    ...options.flags ?? [],
    "--config",
    join(source, "deno.json"),
    ...flags,
    options.script ?? join(source, script),
    ...args,
    ...options.args ?? [],
  ];
}
