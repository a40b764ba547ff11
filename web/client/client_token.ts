/**
 * The service recognizes this browser by this token, and not by its network. So a request that is
 * repeated with the same `Idempotency-Key` creates one job, even after the network has changed.
 * @module
 */

/** The part of a browser's storage that keeps the token. */
export interface TokenStorage {
  /** Returns the value of a name; `null`: there is none. */
  getItem(name: string): string | null;
  /** Keeps the value of a name. */
  setItem(name: string, value: string): void;
}

/** The tokens of this page by their names, for browsers that forbid storage. */
const tokensOfPage = new Map<string, string>();

/**
 * Returns the token of this browser for one service, and creates it on first use. Each service gets
 * a token of its own, so that no service can act as this browser at another one.
 *
 * @param baseUrl the URL of the service
 * @param storage `null`: the browser forbids storage, so the token lasts as long as the page
 */
export function clientTokenOf(baseUrl: string, storage: TokenStorage | null): string {
  const name = `tripwright.client ${baseUrl}`;
  const token = tokensOfPage.get(name) ?? randomKey();
  tokensOfPage.set(name, token);
  try {
    const stored = storage?.getItem(name);
    // Another script may have changed the storage, and the service refuses a malformed token.
    if (stored && /^[\w-]{16,128}$/.test(stored)) return stored;
    storage?.setItem(name, token);
  } catch {
    // The storage is full or forbidden.
  }
  return token;
}

/** Returns 128 random bits as text. Pages without TLS lack `crypto.randomUUID()`. */
export function randomKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
