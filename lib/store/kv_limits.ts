/**
 * Limits of Deno KV for one call.
 * @module
 */

/** Keys in one `getMany`. */
export const MAX_KEYS_PER_READ = 10;

/** Entries in one batch of a `list`. */
export const LARGEST_BATCH = 500;
