/**
 * The examples that use npm, with the client package as npm would install it. An installation takes
 * longer than many tests, so tests of a file share it.
 * @module
 */
import { join } from "node:path";
import { buildPackage } from "../ops/client/package.ts";
import { root } from "./source_files.ts";
import { isSkipped } from "./skipped.ts";

/** What a command prints. */
export interface CommandOutput {
  stdout: string;
  stderr: string;
}

/** The files of a package, as `npm pack` lists them. */
export interface PackedFile {
  path: string;
  size: number;
}

/** An installed project. */
export interface NpmProject {
  path: string;
  /** The files of the client package. */
  files: PackedFile[];
  /** Runs a command of the project. Throws unless it succeeds. */
  run(command: string, args: string[], env?: Record<string, string>): Promise<CommandOutput>;
}

let installed: Promise<NpmProject> | undefined;

Deno.test.afterAll(async () => {
  const project = await installed?.catch(() => null);
  if (project) await Deno.remove(project.path, { recursive: true });
});

/** Returns the project with its dependencies and the client package. */
export function npmProject(): Promise<NpmProject> {
  return installed ??= install();
}

/** Returns whether to skip the tests, because there is no npm. With `CI` set, they fail instead. */
export function isWithoutNpm(tests: string): boolean {
  const isMissing = !isOnPath("npm");
  return isMissing && !Deno.env.get("CI") && isSkipped(tests, "there is no npm");
}

async function install(): Promise<NpmProject> {
  const path = await Deno.makeTempDir();
  await copy(join(root, "examples/npm"), path);
  await buildPackage(join(path, "package"));
  const run: NpmProject["run"] = (command, args, env = {}) =>
    runIn(path, [command, ...args], { NO_COLOR: "1", npm_config_update_notifier: "false", ...env });
  const { stdout } = await run("npm", ["pack", "--json", "./package"]);
  const [packed] = Object.values(JSON.parse(stdout)) as { filename: string; files: PackedFile[] }[];
  const flags = ["--no-save", "--no-audit", "--no-fund", "--prefer-offline"];
  await run("npm", ["install", ...flags, `./${packed!.filename}`]);
  return { path, files: packed!.files, run };
}

async function copy(from: string, to: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    // What the project's own commands write there.
    if (["node_modules", "dist", "out"].includes(name)) continue;
    if (!isDirectory) await Deno.copyFile(join(from, name), join(to, name));
    else {
      await Deno.mkdir(join(to, name));
      await copy(join(from, name), join(to, name));
    }
  }
}

async function runIn(
  cwd: string,
  [command, ...args]: string[],
  env: Record<string, string>,
): Promise<CommandOutput> {
  const bin = join(cwd, "node_modules/.bin");
  const PATH = `${bin}:${Deno.env.get("PATH")}`;
  const output = await new Deno.Command(resolved(command!, bin), {
    args,
    cwd,
    env: { ...env, PATH },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const stdout = decoder.decode(output.stdout);
  const stderr = decoder.decode(output.stderr);
  if (output.success) return { stdout, stderr };
  throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
}

/** Returns the path of a command of the project, or the name of another one. */
function resolved(command: string, bin: string): string {
  return exists(join(bin, command)) ? join(bin, command) : command;
}

function isOnPath(command: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => exists(join(folder, command)));
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
