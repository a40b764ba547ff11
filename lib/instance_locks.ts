/**
 * Tells that an instance on this machine is dead, without waiting for its heartbeat to stay away:
 * each instance locks a file beside the database for as long as it lives, and the operating system
 * takes the lock back the moment the process ends, however it ends. One that is only frozen keeps it.
 *
 * A lock that is taken, or a file that is not there, proves nothing; then the heartbeat decides.
 * @module
 */
import { join } from "node:path";

export interface InstanceLocks {
  /** Shows that the instance lives, until {@link release} or the end of the process. */
  hold(holder: string): Promise<void>;
  /** The instances that are certainly dead. */
  dead(): Promise<Set<string>>;
  /** Removes what is left of a dead instance. */
  clear(holder: string): Promise<void>;
  /** Removes this instance's own lock. */
  release(): Promise<void>;
}

/** For a database that is no file: instances know each other by their heartbeats alone. */
export const noInstanceLocks: InstanceLocks = {
  hold: () => Promise.resolve(),
  dead: () => Promise.resolve(new Set()),
  clear: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/**
 * Locks for the instances that share a database.
 *
 * @param kvPath as in the configuration; anything but a file has no locks
 */
export function openInstanceLocks(kvPath: string | undefined): InstanceLocks {
  if (kvPath === undefined || kvPath === ":memory:" || URL.canParse(kvPath)) return noInstanceLocks;
  return new FileLocks(`${kvPath}.instances`);
}

class FileLocks implements InstanceLocks {
  readonly #directory: string;
  #held: { file: Deno.FsFile; path: string } | undefined;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async hold(holder: string): Promise<void> {
    await Deno.mkdir(this.#directory, { recursive: true });
    const path = this.#path(holder);
    const file = await Deno.open(path, { read: true, write: true, create: true });
    if (await tryLock(file)) {
      this.#held = { file, path };
    } else {
      file.close();
      await this.clear(holder);
    }
  }

  async dead(): Promise<Set<string>> {
    const dead = new Set<string>();
    if (!this.#held) return dead;
    for await (const { name } of Deno.readDir(this.#directory)) {
      if (this.#path(name) !== this.#held.path && await this.#isFree(name)) dead.add(name);
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
    if (!this.#held) return;
    await Deno.remove(this.#held.path).catch(() => {});
    this.#held.file.close();
    this.#held = undefined;
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
