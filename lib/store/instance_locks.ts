/**
 * Detects dead instances on this machine at once, without the wait for a missing heartbeat. Each
 * instance locks a file beside the database. When the process ends in any way, the operating system
 * releases the lock. A frozen process keeps its lock.
 *
 * A held lock or a missing file proves nothing. Then the heartbeat decides.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import { describeError } from "../log.ts";
import { databaseFile } from "../kv_path.ts";
import { platform } from "../platform/platform.ts";
import type { OpenFile } from "../platform/contract.ts";

const { files, failures } = platform;

const log = getLogger(["tripwright", "locks"]);

export interface InstanceLocks {
  /** Lists the instances that are certainly dead. */
  dead(): Promise<Set<string>>;
  /** Removes the lock file of a dead instance. */
  clear(holder: string): Promise<void>;
  /** Removes this instance's own lock. */
  release(): Promise<void>;
}

/** For a database that is not a file. Only heartbeats show which instances are alive. */
export const noInstanceLocks: InstanceLocks = {
  dead: () => Promise.resolve(new Set()),
  clear: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/**
 * Locks the file of this instance, until {@link InstanceLocks.release} or the end of the process.
 *
 * @param kvPath as in the configuration; only files have locks
 * @param holder the id of this instance
 */
export async function openInstanceLocks(
  kvPath: string | undefined,
  holder: string,
): Promise<InstanceLocks> {
  const database = databaseFile(kvPath);
  if (database === null) return noInstanceLocks;
  const directory = `${database}.instances`;
  try {
    const lock = await lockFile(directory, holder);
    return lock ? new FileLocks(directory, lock) : noInstanceLocks;
  } catch (error) {
    log.warning("no instance locks", { error: describeError(error) });
    return noInstanceLocks;
  }
}

interface LockFile {
  name: string;
  file: OpenFile;
}

/** The prefix of files that are not locked yet. Other instances ignore them. */
const UNFINISHED = ".new-";

/**
 * Creates a file that is locked before it gets its name. `null` if the platform has no file locks.
 */
async function lockFile(directory: string, name: string): Promise<LockFile | null> {
  await files.createDirectory(directory);
  const unfinished = join(directory, UNFINISHED + name);
  const file = await files.lock(unfinished, { create: true });
  if (file) {
    await files.rename(unfinished, join(directory, name));
    return { name, file };
  }
  // A platform without locks has created nothing.
  await files.remove(unfinished).catch(() => {});
  return null;
}

class FileLocks implements InstanceLocks {
  readonly #directory: string;
  #lock: LockFile | null;

  constructor(directory: string, lock: LockFile) {
    this.#directory = directory;
    this.#lock = lock;
  }

  async dead(): Promise<Set<string>> {
    const dead = new Set<string>();
    try {
      for await (const name of files.list(this.#directory)) {
        if (name === this.#lock?.name || name.startsWith(UNFINISHED)) continue;
        if (await this.#isFree(name)) dead.add(name);
      }
    } catch (error) {
      // A missing directory proves nothing.
      if (!failures.isMissing(error)) throw error;
    }
    return dead;
  }

  async #isFree(holder: string): Promise<boolean> {
    const file = await files.lock(this.#path(holder)).catch(() => null);
    file?.close();
    return file !== null;
  }

  async clear(holder: string): Promise<void> {
    await files.remove(this.#path(holder)).catch(() => {});
  }

  async release(): Promise<void> {
    if (!this.#lock) return;
    await this.clear(this.#lock.name);
    this.#lock.file.close();
    this.#lock = null;
  }

  #path(holder: string): string {
    return join(this.#directory, holder);
  }
}
