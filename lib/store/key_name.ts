/**
 * Names of keys, for sets of keys.
 * @module
 */
import type { KvKey } from "../platform/kv.ts";

/**
 * Returns the name of a key. Different keys can have the same name, though rarely. Use it only where
 * a mix-up costs time and changes no result.
 */
export function nameOf(key: KvKey): string {
  return key.join("\0");
}
