/**
 * The locks of a browser in memory, for tests of windows that share connections.
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Locks } from "../web/client/connections.ts";

/** The locks of one browser, as the Web Locks API gives them out. */
export function browserLocks(): Locks & { held: Set<string> } {
  const held = new Set<string>();
  const request: Locks["request"] = async (name, options, hold) => {
    assertEquals(options, { ifAvailable: true });
    if (held.has(name)) return await hold(null);
    held.add(name);
    try {
      return await hold({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
    }
  };
  return { held, request };
}
