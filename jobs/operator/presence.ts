/**
 * What an instance reports of itself, for operators.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Presence } from "../../lib/store/history_store.ts";
import { VERSION } from "../../lib/version.ts";
import type { Slots } from "../engine/slots.ts";

/** Returns a function that returns the current report of an instance that starts now. */
export function presenceOf(slots: Slots, clock: Clock): () => Presence {
  const startedAt = clock.now();
  const hostName = readHostName();
  return () => ({
    version: VERSION,
    hostName,
    startedAt,
    at: clock.now(),
    running: Object.fromEntries(slots.countByKind()),
    freeSlots: slots.free,
  });
}

/** Returns `null` if the program may not read the name, which needs `--allow-sys=hostname`. */
function readHostName(): string | null {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : null;
}
