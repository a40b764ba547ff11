/**
 * Times, amounts and states in words.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";

const units: [name: string, ms: number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** For a value that does not exist. */
export const NONE = "–";

/** A duration as one number: `3 min`. */
export function durationWords(ms: number): string {
  const [name, unit] = units.find(([, unit]) => ms >= unit) ?? units.at(-1)!;
  const amount = ms / unit;
  return `${
    amount < 10 && name === "s" ? Math.floor(amount * 10) / 10 : Math.floor(amount)
  } ${name}`;
}

/** How long ago a time was: `3 min ago`. */
export function ageWords(time: string | null, clock: Pick<Clock, "now">): string {
  if (time === null) return NONE;
  const ms = clock.now() - Date.parse(time);
  if (Math.abs(ms) < 1_000) return "now";
  return ms < 0 ? `in ${durationWords(-ms)}` : `${durationWords(ms)} ago`;
}

/** The time between two times; `–` if one is missing. */
export function spanWords(from: string | null, to: string | null): string {
  return from === null || to === null ? NONE : durationWords(Date.parse(to) - Date.parse(from));
}

/** US dollars with two significant digits below a dollar. */
export function costWords(usd: number | null): string {
  if (usd === null) return NONE;
  return `$${usd >= 1 || usd === 0 ? usd.toFixed(2) : usd.toPrecision(2)}`;
}

/** A size in the largest unit that leaves at least 1. */
export function bytesWords(bytes: number | null): string {
  if (bytes === null) return NONE;
  const names = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(names.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${Math.round(bytes / 1024 ** power)} ${names[power]}`;
}

/** A number with its noun: `1 job`, `2 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
