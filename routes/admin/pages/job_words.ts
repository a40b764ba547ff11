/**
 * Words and numbers of the pages of jobs.
 * @module
 */
import type { JobSpan } from "../../../jobs/operator/job_spans.ts";
import { tokensOf, type Usage } from "../../../lib/usage.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Returns a duration with one or two units: `40 ms`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(ms: number): string {
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.round(ms / SECOND)} s`;
  if (ms < HOUR) return twoUnits(ms, { unit: MINUTE, name: "min", part: SECOND, partName: "s" });
  return twoUnits(ms, { unit: HOUR, name: "h", part: MINUTE, partName: "min" });
}

function twoUnits(
  ms: number,
  { unit, name, part, partName }: { unit: number; name: string; part: number; partName: string },
): string {
  const parts = Math.round(ms / part);
  const whole = Math.floor(parts * part / unit);
  const rest = parts - whole * unit / part;
  return rest === 0 ? `${whole} ${name}` : `${whole} ${name} ${rest} ${partName}`;
}

/** Returns how long ago a time was, or in how long it will be. */
export function ageText(at: number, now: number): string {
  const ms = Math.abs(now - at);
  if (ms < SECOND) return "now";
  const text = ms < MINUTE ? `${Math.floor(ms / SECOND)} s` : durationText(ms);
  return at < now ? `${text} ago` : `in ${text}`;
}

/** The smallest price that the pages write with its digits, in US dollars. */
const MIN_PRICE = 0.0001;

/** Returns a price in US dollars; a small one has more digits. */
export function priceText(costUsd: number): string {
  if (costUsd > 0 && costUsd < MIN_PRICE) return `under $${MIN_PRICE}`;
  return `$${costUsd.toFixed(costUsd < 1 ? 4 : 2)}`;
}

/** Returns numbers of tokens: `1,200 in, 300 out`. */
export function tokensText(usage: Usage): string {
  const { inputTokens, outputTokens } = usage;
  if (tokensOf(usage) === 0) return "0";
  return `${inputTokens.toLocaleString("en")} in, ${outputTokens.toLocaleString("en")} out`;
}

/**
 * Returns the beginning and the end of an id or a hash, which a table shows as a whole in its link.
 * The ids of jobs of the same minute begin alike.
 */
export function shortText(id: string): string {
  return id.length <= 16 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}

const waits = {
  new: "Waits for a free worker",
  retried: "Waits for the next attempt",
  released: "Waits for another worker",
  rescued: "Waits because its worker has died",
};

const outcomes = {
  retried: "failed, to be tried again",
  released: "put back",
  rescued: "its worker died",
  completed: "plan finished",
  failed: "failed",
  canceled: "canceled",
};

/** Returns what a span is, for people. */
export function spanName(span: JobSpan): string {
  switch (span.type) {
    case "wait":
      return span.reason === "released" && span.failure
        ? "Waits until the model accepts calls"
        : waits[span.reason];
    case "attempt":
      return `Attempt ${span.attempt}`;
    case "turn":
      return `Model call ${span.name}`;
    case "tool":
      return `Tool ${span.name}`;
    case "step":
      return `Step ${span.name}`;
    case "omitted":
      return `${span.count} events are no longer stored`;
  }
}

/** Returns how a span ended, for people; empty: there is nothing to say. */
export function spanResult(span: JobSpan): string {
  if (span.endedAt === null) return span.type === "wait" ? "waiting" : "running";
  if (span.type === "attempt") return span.outcome === null ? "" : outcomes[span.outcome];
  if (span.type === "wait" || span.type === "omitted") return "";
  if (span.attempt === 0) return "done by the job that this one replays";
  return span.failed ?? "done";
}
