/**
 * What time it is, for the whole life of a job: an attempt on the next day asks the same question.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../lib/clock.ts";
import type { JobContext } from "../kind.ts";

/** The minute in which the job was first worked on: `Saturday, 2026-11-21T12:00Z`. */
export function stepNow(context: JobContext): Promise<string> {
  return context.step("now", z.string(), () => Promise.resolve(describe(context.clock.now())));
}

/** With the day of the week, which models do not work out reliably. */
function describe(epochMs: number): string {
  const weekday = new Date(epochMs).toLocaleDateString("en", { weekday: "long", timeZone: "UTC" });
  return `${weekday}, ${isoTime(epochMs).slice(0, "YYYY-MM-DDTHH:MM".length)}Z`;
}
