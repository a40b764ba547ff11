/**
 * The API key of this tab. It is stored after the service accepts it, until the tab is closed.
 * @module
 */
const NAME = "tripwright.key";

/** Returns the key, or `null` if the tab has none. */
export function apiKeyOfTab(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Returns whether the tab has a key. */
export function hasApiKey(): boolean {
  return apiKeyOfTab() !== null;
}

/** Stores a key that the service accepted. */
export function keepApiKey(apiKey: string): void {
  try {
    sessionStorage.setItem(NAME, apiKey);
  } catch {
    // The browser forbids storage: the traveler has to enter the key again.
  }
}

/** Deletes a key that the service no longer accepts. */
export function forgetApiKey(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // The browser forbids storage, so no key is stored.
  }
}
