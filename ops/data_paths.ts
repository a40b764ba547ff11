/**
 * Prints the paths that the program may read or write for its database: `data_paths.ts read` or
 * `data_paths.ts write`. The tasks `dev` and `start` give them to Deno as permissions, so `KV_PATH`
 * may be anywhere.
 * @module
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { databaseFile } from "../lib/kv_path.ts";

/** What the program does with a path. */
export type Access = "read" | "write";

/** A permission of Deno needs a path, also if the database is not a file. */
const NO_FILE = ["data"];

/** What the service keeps beside the database: its reserve, and the locks of instances. */
const BESIDE = [".reserve", ".instances"];

/**
 * Returns the paths of a permission.
 *
 * They are the directory of the database. If that directory contains the program, only the files of
 * the database may be written, because the source is there as well.
 *
 * @param kvPath as in the configuration
 * @param options `directory`: the working directory of the program
 * @throws {Error} if the path has a comma, which Deno takes for the end of the path
 */
export function dataPaths(
  kvPath: string | undefined,
  { access, directory }: { access: Access; directory: string },
): string[] {
  const file = databaseFile(kvPath || undefined);
  if (file === null) return NO_FILE;
  if (file.includes(",")) throw new Error(`KV_PATH must not contain a comma: ${file}`);
  const parent = dirname(file);
  const containsProgram = !relative(resolve(directory, parent), directory).startsWith("..");
  if (access === "read" || !containsProgram) return [parent];
  return [file, ...BESIDE.map((suffix) => file + suffix)];
}

/** Reads `KV_PATH` from the environment, else from `.env`. The program reports an unreadable file. */
export async function readKvPath(): Promise<string | undefined> {
  const set = Deno.env.get("KV_PATH")?.trim();
  if (set) return set;
  try {
    const text = await Deno.readTextFile(".env");
    // Loaded late, because most starts have no such file.
    return (await import("dotenv")).parse(text).KV_PATH;
  } catch {
    return undefined;
  }
}

/** Returns a path without symbolic links. Its last parts need not exist. */
async function withoutLinks(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await withoutLinks(parent), basename(path));
  }
}

/** Returns the paths of `KV_PATH`. Deno asks for those behind symbolic links, too. */
async function allPaths(access: Access): Promise<string[]> {
  const directory = Deno.cwd();
  const kvPath = await readKvPath();
  const paths = dataPaths(kvPath, { access, directory });
  const file = databaseFile(kvPath);
  if (file === null) return paths;
  const target = await withoutLinks(resolve(file));
  return target === resolve(file) ? paths : [...paths, ...dataPaths(target, { access, directory })];
}

if (import.meta.main) {
  const access = Deno.args[0] === "write" ? "write" : "read";
  try {
    console.log((await allPaths(access)).join(","));
  } catch {
    // The program refuses such a path, and says why.
    console.log(NO_FILE.join(","));
  }
}
