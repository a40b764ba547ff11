/**
 * Limits of Deno KV for one call.
 * @module
 */
import { platform } from "../platform/platform.ts";

/** Keys in one `getMany`. */
export const MAX_KEYS_PER_READ = 10;

/** Entries in one batch of a `list`. */
export const LARGEST_BATCH = 500;

/**
 * What one transaction may contain. KV allows 800 KiB in values, 80 KiB in keys, 1,000 mutations
 * and as many checks as the platform says; the sizes here are estimates, so they stay below.
 */
export const ATOMIC_LIMITS = { bytes: 400_000, writes: 500, checks: platform.maxChecks };

/** How many checks a transaction may contain over a network: denokv refuses more. */
export const REMOTE_CHECKS = 10;

/** How many checks a store may add to a transaction. Over a network, the receipt is one more. */
export const MAX_CHECKS = REMOTE_CHECKS - 1;
