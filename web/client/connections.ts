/**
 * The connections that stay open: event streams and long polls. Over HTTP/1.1 a browser opens six
 * connections to a host, for all of its windows together, and other requests need some of them.
 * @module
 */

/** How a lock is requested. */
interface LockOptions {
  /** Whether not to wait for a lock that is held. */
  ifAvailable: boolean;
}

/** The part of `navigator.locks` that counts the connections of all windows. */
export interface Locks {
  /** Calls `hold` with a lock of this name, or with `null` if it is held. Frees it at the end. */
  request(
    name: string,
    options: LockOptions,
    hold: (lock: object | null) => Promise<void> | void,
  ): Promise<unknown>;
}

/** The largest number of open connections to a service; further watches poll. */
const MAX_OPEN = 3;

/** The open connections to one service. */
export class Connections {
  readonly #baseUrl: string;
  readonly #locks: Locks | null;
  /** How many this client has open. */
  #open = 0;

  /** @param locks `null`: the connections of other windows do not count */
  constructor(baseUrl: string, locks: Locks | null) {
    this.#baseUrl = baseUrl;
    this.#locks = locks;
  }

  /**
   * Reserves a connection.
   *
   * @returns a function that gives it back; `null`: all of them are in use
   */
  async take(): Promise<(() => void) | null> {
    if (this.#open === MAX_OPEN) return null;
    this.#open++;
    const unlock = this.#locks ? await this.#lockOne(this.#locks) : () => {};
    if (!unlock) {
      this.#open--;
      return null;
    }
    let isTaken = true;
    return () => {
      if (isTaken) this.#open--;
      isTaken = false;
      unlock();
    };
  }

  async #lockOne(locks: Locks): Promise<(() => void) | null> {
    for (let number = 1; number <= MAX_OPEN; number++) {
      const unlock = await tryLock(locks, `tripwright.connection ${this.#baseUrl} ${number}`);
      if (unlock) return unlock;
    }
    return null;
  }
}

/** Takes a lock. Returns the function that frees it; `null`: another window has it. */
function tryLock(locks: Locks, name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const hold = (lock: object | null) =>
      lock ? new Promise<void>((unlock) => resolve(unlock)) : resolve(null);
    // A sandboxed page has locks, but may not use them. It does without.
    locks.request(name, { ifAvailable: true }, hold).catch(() => resolve(() => {}));
  });
}
