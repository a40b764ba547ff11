/**
 * The path of the database, as in the configuration.
 * @module
 */

/**
 * Returns the path of the database if it is a file whose place is known, else `null`.
 *
 * @param kvPath a file, `:memory:`, or the URL of a KV Connect server; unset: Deno's default file for
 * this program, or on Deno Deploy the database of the app
 */
export function databaseFile(kvPath: string | undefined): string | null {
  if (kvPath === undefined || kvPath === ":memory:" || isKvUrl(kvPath)) return null;
  return kvPath;
}

/** Whether a path is the URL of a KV Connect server. */
export function isKvUrl(kvPath: string | undefined): boolean {
  return /^https?:/i.test(kvPath ?? "");
}
