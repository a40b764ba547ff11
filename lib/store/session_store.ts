/**
 * The sessions of the dashboard.
 *
 * | key | value |
 * |---|---|
 * | `["session", hash]` | a session of the dashboard (`StoredSession`), by the hash of its id |
 *
 * The id itself is only in the cookie of the browser.
 * @module
 */
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { sha256 } from "../hash.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

/** How long a session lasts: a working day. Use does not extend it. */
export const SESSION_MS = 12 * 3_600_000;

const StoredSession = z.object({
  /** The name that the operator gave. */
  name: z.string(),
  /** Epoch milliseconds. */
  expiresAt: z.int(),
});

/** A session of the dashboard. */
export type Session = z.infer<typeof StoredSession>;

/** Keeps sessions in KV, so that all instances know them and their end. */
export class SessionStore {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Starts a session.
   *
   * @param name the name of the operator
   * @returns the id of the session, which is secret
   */
  async start(name: string): Promise<string> {
    const id = crypto.randomUUID();
    const session: Session = { name, expiresAt: this.#clock.now() + SESSION_MS };
    await this.#kv.atomic().set(keyOf(id), session, { expireIn: SESSION_MS }).commit();
    return id;
  }

  /** Returns a session; `null` if it has ended, or never existed. */
  async find(id: string): Promise<Session | null> {
    const { value } = await this.#kv.get(keyOf(id));
    const { data: session } = StoredSession.safeParse(value);
    return session && session.expiresAt > this.#clock.now() ? session : null;
  }

  /** Ends a session on all instances. A session that has ended stays so. */
  async end(id: string): Promise<void> {
    await this.#kv.atomic().delete(keyOf(id)).commit();
  }
}

function keyOf(id: string): KvKey {
  const hash = sha256(id);
  return ["session", hash];
}
