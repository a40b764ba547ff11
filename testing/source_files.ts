/**
 * The sources of this repository, for tests that read them.
 * @module
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";

/** The top level of the repository. */
export const root: string = join(import.meta.dirname!, "..");

/** Finds all TypeScript files below a folder, at any depth; paths are relative to the top level. */
export async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(root, folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* filesBelow(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

/** What the program needs, but for its configuration file. */
const SOURCES = ["deno.lock", "main.ts", "routes", "web", "jobs", "lib", "ops"];

/** Copies all sources of the program into a directory. */
export async function copyProgram(directory: string): Promise<void> {
  for (const name of ["deno.json", ...SOURCES]) {
    await cp(join(root, name), join(directory, name), { recursive: true });
  }
}

/** Links all sources of the program, and its build, into a directory. It needs a `deno.json`. */
export async function linkProgram(directory: string): Promise<void> {
  for (const name of ["dist", ...SOURCES]) {
    await Deno.symlink(join(root, name), join(directory, name));
  }
}
