/**
 * The build for Node.js, for tests of the whole program. `RUNTIME=node` runs them on it.
 * @module
 */
import { join } from "node:path";
import { root } from "./source_files.ts";

/** Whether the tests start the program on Node.js in place of Deno. */
export const onNode = Deno.env.get("RUNTIME") === "node";

/** The version of Node.js that npm brings if the machine has an older one. */
const NODE = "24.9.0";

/** The oldest version that can run the build. */
const MIN_MAJOR = 24;

/**
 * Returns the command that starts the build for Node.js.
 *
 * @param options `dev`: as `deno task dev`; `preload`: a module that is loaded first
 */
export function nodeCommand(
  { dev, preload }: { dev: boolean; preload?: string | undefined },
): string[] {
  return [
    nodePath(),
    ...(preload ? ["--import", preload] : []),
    join(root, "dist/server.mjs"),
    ...(dev ? ["--dev"] : []),
  ];
}

let found: string | undefined;

/** Returns the path of a Node.js that is new enough. */
function nodePath(): string {
  return found ??= pathFrom("node") ?? pathFrom("npx", "-y", `node@${NODE}`)!;
}

function pathFrom(command: string, ...args: string[]): string | undefined {
  const script = "console.log(process.versions.node.split('.')[0], process.execPath)";
  const output = new Deno.Command(command, { args: [...args, "-e", script] }).outputSync();
  const [major, path] = new TextDecoder().decode(output.stdout).trim().split(/ (.*)/);
  return Number(major) >= MIN_MAJOR ? path : undefined;
}
