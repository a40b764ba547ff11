/**
 * The API key of this tab: kept as long as the tab, once the service has accepted it.
 * @module
 */
const NAME = "tripwright.key";

/** The key; `null` if there is none. */
export function apiKeyOfTab(): string | null {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}

/** Whether there is one. */
export function hasApiKey(): boolean {
  return apiKeyOfTab() !== null;
}

/** Keeps a key that the service has accepted. */
export function keepApiKey(apiKey: string): void {
  try {
    sessionStorage.setItem(NAME, apiKey);
  } catch {
    // Forbidden: the key has to be given again.
  }
}

/** Drops a key that does not fit any more. */
export function forgetApiKey(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Forbidden: then there is none.
  }
}
