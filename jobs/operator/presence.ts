/**
 * What an instance reports of itself, for operators.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { Presence } from "../../lib/store/history_store.ts";
import { VERSION } from "../../lib/version.ts";
import type { Slots } from "../engine/slots.ts";
import { platform } from "../../lib/platform/platform.ts";

/** Returns a function that returns the current report of an instance that starts now. */
export function presenceOf(slots: Slots, clock: Clock): () => Presence {
  const startedAt = clock.now();
  const hostName = platform.hostName();
  return () => ({
    version: VERSION,
    hostName,
    startedAt,
    at: clock.now(),
    running: Object.fromEntries(slots.countByKind()),
    freeSlots: slots.free,
  });
}
