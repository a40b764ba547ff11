/**
 * The databases over which tests run: a file, and a server of KV Connect. A test is written once. By
 * default tests run over a file, and those of {@link bothTest} run again over denokv. With
 * `TEST_DATABASE=denokv` all run over denokv alone: `deno task test:denokv`.
 * @module
 */
import { join } from "node:path";
import { Denokv, isDenokvSkipped, openEmptied } from "./kv_connect/denokv.ts";
import type { Kv } from "../lib/platform/kv.ts";

/** A database that several processes share; `await using` stops its server. */
export interface SharedDatabase extends AsyncDisposable {
  /** The environment of a program that uses the database. Its paths are relative to the directory. */
  env: Record<string, string>;
  /** The SQLite file that programs open by themselves; `null`: a server has it. */
  file: string | null;
  /** The server; `null`: there is none. */
  server: Denokv | null;
  /**
   * Opens an empty database for this process. It may be the shared one, emptied, so that the previous
   * one must be closed.
   */
  openEmpty(): Promise<Kv>;
}

/** A sort of database. */
export interface DatabaseSort {
  name: "file" | "denokv";
  /** Opens a new database in the directory in which programs will run. */
  open(directory: string): Promise<SharedDatabase>;
}

export const overFile: DatabaseSort = {
  name: "file",
  open: (directory) =>
    Promise.resolve({
      env: { KV_PATH: "data/kv.sqlite" },
      server: null,
      file: join(directory, "data/kv.sqlite"),
      openEmpty: () => Deno.openKv(":memory:"),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
};

export const overDenokv: DatabaseSort = {
  name: "denokv",
  async open(directory) {
    const server = await Denokv.start(join(directory, "denokv.sqlite"));
    return {
      env: server.env,
      file: null,
      server,
      openEmpty: () => openEmptied(server),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

/** Whether all tests run over denokv. */
export function isDenokvOnly(): boolean {
  return Deno.env.get("TEST_DATABASE") === "denokv";
}

/** The environments of the databases in use, by the directory of their programs. */
const environments = new Map<string, Record<string, string>>();

/** Returns the environment of the database in a directory; by default that is a file. */
export function databaseEnv(directory: string): Record<string, string> {
  return environments.get(directory) ?? { KV_PATH: "data/kv.sqlite" };
}

/**
 * Creates a directory for programs that share a database; `await using` removes both.
 *
 * @param sort the sort of database; by default a file, or denokv if all tests run over it
 */
export async function workDirectory(sort = isDenokvOnly() ? overDenokv : overFile) {
  const path = await Deno.makeTempDir();
  const database = await sort.open(path);
  environments.set(path, database.env);
  return {
    path,
    database,
    async [Symbol.asyncDispose]() {
      environments.delete(path);
      await database[Symbol.asyncDispose]();
      await Deno.remove(path, { recursive: true });
    },
  };
}

/** Registers a test that runs over a file, or over denokv if all tests do. */
export function singleTest(name: string, run: (sort: DatabaseSort) => Promise<void>): void {
  Deno.test(name, () => run(isDenokvOnly() ? overDenokv : overFile));
}

/**
 * Registers a test that runs over a file, and again over denokv if this machine has it.
 *
 * @param name the name over a file; the other one says that it is over denokv
 * @param run the test; it receives the sort of database to open
 */
export function bothTest(name: string, run: (sort: DatabaseSort) => Promise<void>): void {
  if (!isDenokvOnly()) Deno.test(name, () => run(overFile));
  Deno.test({
    name: `${name} (denokv)`,
    // A run over denokv alone must not pass without it.
    ignore: !isDenokvOnly() && isDenokvSkipped(),
    fn: () => run(overDenokv),
  });
}
