/**
 * Names of keys, for sets of keys.
 * @module
 */
import type { KvKey } from "../platform/kv.ts";

/**
 * Returns the name of a key. Two keys with the same name are rare, and may be taken for one key only
 * where that is merely slower.
 */
export function nameOf(key: KvKey): string {
  return key.join("\0");
}
