/**
 * The time in prompts. A job keeps it for all attempts, so an attempt on the next day sends the
 * same prompt.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../lib/clock.ts";
import type { JobContext } from "../kind.ts";

/** Returns the minute in which work on the job began: `Saturday, 2026-11-21T12:00Z`. */
export function stepNow(context: JobContext): Promise<string> {
  return context.step("now", z.string(), () => Promise.resolve(describe(context.clock.now())));
}

/** Formats a time with its weekday, because models do not compute weekdays reliably. */
function describe(epochMs: number): string {
  const weekday = new Date(epochMs).toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  return `${weekday}, ${isoTime(epochMs).slice(0, "YYYY-MM-DDTHH:MM".length)}Z`;
}
