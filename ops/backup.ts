/**
 * Copies the database of `KV_PATH` while the service runs: `deno task backup TO`. `TO` is a file that
 * does not exist, or a directory, where the name of the file is the time.
 *
 * SQLite makes the copy in one read transaction, so it is the database at one moment, and the
 * service goes on writing.
 * @module
 */
import { chmod, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { databaseFile } from "../lib/kv_path.ts";
import { readKvPath } from "./data_paths.ts";

/** The backup cannot be made. The message says why. */
export class BackupError extends Error {
  override name = "BackupError";
}

/** What a backup has written. */
export interface Backup {
  path: string;
  /** The size of the file. */
  bytes: number;
}

/**
 * All pages in one step. SQLite starts again when another process writes between two steps, and the
 * service writes all the time.
 */
const ALL_PAGES = 0x7fff_ffff;

/** How long the backup waits for a lock, in milliseconds. The service holds one for a few at most. */
const LOCKED_MS = 5_000;

/** The owner may read and write. The file holds requests of travelers. */
const PRIVATE = 0o600;

/**
 * Copies a database, and checks the copy. Nothing is left of a copy that fails.
 *
 * @param from the file of the database
 * @param options `to`: a file that does not exist, or a directory; `now`: epoch milliseconds, for the
 * name in a directory
 * @throws {BackupError} if there is no database, if the file exists, or if the copy is damaged
 */
export async function backUp(
  from: string,
  { to, now }: { to: string; now: number },
): Promise<Backup> {
  if (!await exists(from)) throw new BackupError(`${from} does not exist`);
  const path = await isDirectory(to) ? join(to, nameAt(now)) : to;
  if (await exists(path)) throw new BackupError(`${path} exists, choose another name`);
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    // Created here, so that other users of the machine can read it at no moment.
    await (await open(part, "wx", PRIVATE)).close();
    await chmod(part, PRIVATE);
    await copy(from, part);
    check(part);
    await flush(part);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return { path, bytes: (await stat(path)).size };
}

async function copy(from: string, to: string): Promise<void> {
  const source = new DatabaseSync(from, { readOnly: true });
  try {
    source.exec(`PRAGMA busy_timeout = ${LOCKED_MS}`);
    await backup(source, to, { rate: ALL_PAGES });
  } finally {
    source.close();
  }
}

/** Reads all pages of a copy. */
function check(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const rows = database.prepare("PRAGMA integrity_check").all();
    const [first] = rows.flatMap((row) => Object.values(row as Record<string, unknown>));
    if (first !== "ok") throw new BackupError(`the copy is damaged: ${first}`);
  } finally {
    database.close();
  }
}

/** Waits until the disk has the file. */
async function flush(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.sync();
  await file.close();
}

/** The time as a part of a name, as `tripwright-20261129T034131Z.sqlite`. */
function nameAt(now: number): string {
  return `tripwright-${new Date(now).toISOString().replace(/\.\d+|[-:]/g, "")}.sqlite`;
}

async function isDirectory(path: string): Promise<boolean> {
  return await stat(path).then((found) => found.isDirectory(), () => false);
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(() => true, () => false);
}

/** Returns the file of `KV_PATH`. */
async function sourceFile(): Promise<string> {
  const kvPath = await readKvPath();
  const file = databaseFile(kvPath);
  if (file !== null) return file;
  throw new BackupError(
    kvPath === undefined
      ? "KV_PATH is not set: set it to the file of the database"
      : `KV_PATH is ${kvPath}, not a file: set it to the file, on the machine that has it`,
  );
}

if (import.meta.main) {
  const [to, ...rest] = Deno.args;
  try {
    if (!to || rest.length > 0) throw new BackupError("say where to: deno task backup TO");
    const { path, bytes } = await backUp(await sourceFile(), { to, now: Date.now() });
    console.log(`${path} ${bytes} bytes`);
  } catch (error) {
    console.error(`Cannot back up: ${(error as Error).message}`);
    Deno.exit(1);
  }
}
