/**
 * Tells that an instance on this machine is dead, without waiting for its heartbeat to stay away:
 * each instance locks a file beside the database for as long as it lives, and the operating system
 * takes the lock back the moment the process ends, however it ends. One that is only frozen keeps it.
 *
 * A lock that is taken, or a file that is not there, proves nothing; then the heartbeat decides.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { join } from "node:path";
import { describeError } from "../log.ts";

const log = getLogger(["tripwright", "locks"]);

export interface InstanceLocks {
  /** The instances that are certainly dead. */
  dead(): Promise<Set<string>>;
  /** Removes what is left of a dead instance. */
  clear(holder: string): Promise<void>;
  /** Removes this instance's own lock. */
  release(): Promise<void>;
}

/** For a database that is no file: instances know each other by their heartbeats alone. */
export const noInstanceLocks: InstanceLocks = {
  dead: () => Promise.resolve(new Set()),
  clear: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/**
 * Locks for the instances that share a database. From here on, until {@link InstanceLocks.release} or
 * the end of the process, the others can see that this one lives.
 *
 * @param kvPath as in the configuration; anything but a file has no locks
 * @param holder this instance
 */
export async function openInstanceLocks(
  kvPath: string | undefined,
  holder: string,
): Promise<InstanceLocks> {
  if (kvPath === undefined || kvPath === ":memory:" || URL.canParse(kvPath)) return noInstanceLocks;
  const directory = `${kvPath}.instances`;
  try {
    const own = await lockFile(directory, holder);
    return own ? new FileLocks(directory, own) : noInstanceLocks;
  } catch (error) {
    log.warning("no instance locks", { error: describeError(error) });
    return noInstanceLocks;
  }
}

interface LockFile {
  name: string;
  file: Deno.FsFile;
}

/** Files under this name are not yet locked, and mean nothing. */
const UNFINISHED = ".new-";

/** Creates a file that is locked before it gets its name. `null` if the platform has no file locks. */
async function lockFile(directory: string, name: string): Promise<LockFile | null> {
  await Deno.mkdir(directory, { recursive: true });
  const unfinished = join(directory, UNFINISHED + name);
  const file = await Deno.open(unfinished, { read: true, write: true, create: true });
  if (await tryLock(file)) {
    await Deno.rename(unfinished, join(directory, name));
    return { name, file };
  }
  file.close();
  await Deno.remove(unfinished);
  return null;
}

class FileLocks implements InstanceLocks {
  readonly #directory: string;
  #own: LockFile | null;

  constructor(directory: string, own: LockFile) {
    this.#directory = directory;
    this.#own = own;
  }

  async dead(): Promise<Set<string>> {
    const dead = new Set<string>();
    try {
      for await (const { name } of Deno.readDir(this.#directory)) {
        if (name === this.#own?.name || name.startsWith(UNFINISHED)) continue;
        if (await this.#isFree(name)) dead.add(name);
      }
    } catch (error) {
      // A directory that has gone proves nothing.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return dead;
  }

  async #isFree(holder: string): Promise<boolean> {
    const file = await Deno.open(this.#path(holder), { read: true, write: true }).catch(() => null);
    if (!file) return false;
    try {
      return await tryLock(file);
    } finally {
      file.close();
    }
  }

  async clear(holder: string): Promise<void> {
    await Deno.remove(this.#path(holder)).catch(() => {});
  }

  async release(): Promise<void> {
    if (!this.#own) return;
    await this.clear(this.#own.name);
    this.#own.file.close();
    this.#own = null;
  }

  #path(holder: string): string {
    return join(this.#directory, holder);
  }
}

/** Deno 2.5 can only wait for a lock, not try; there the heartbeat decides. */
async function tryLock(file: Deno.FsFile): Promise<boolean> {
  const { tryLock } = file as { tryLock?: (exclusive: boolean) => Promise<boolean> };
  return await tryLock?.call(file, true).catch(() => false) ?? false;
}
