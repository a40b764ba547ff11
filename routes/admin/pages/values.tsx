/**
 * How the dashboard writes values.
 * @module
 */

/** How a time is written: with its date, or only as time of day or as date. */
export type TimeFormat = "full" | "time" | "date";

/** Shows a time in UTC. The script of the page shows it in the time zone of the browser. */
export function Time({ iso, format = "full" }: { iso: string; format?: TimeFormat }) {
  return <time dateTime={iso} data-format={format}>{timeText(iso, format)}</time>;
}

/** Returns a time in UTC without fractions of a second: `2026-11-21 12:00:05 UTC`. */
export function timeText(iso: string, format: TimeFormat = "full"): string {
  const date = iso.slice(0, 10);
  if (format === "date") return date;
  return format === "time" ? iso.slice(11, 16) : `${date} ${iso.slice(11, 19)} UTC`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Returns a number of bytes with its unit: `16.3 MiB`. `null` is not known. */
export function bytes(count: number | null): string {
  if (count === null) return "not known";
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), UNITS.length - 1);
  const value = count / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${UNITS[power]}`;
}

/** Created at its first use: `Intl` would make the start of the program slower. */
let counts: Intl.NumberFormat | undefined;

/** Returns a number of things: `950`, `12.3K`. */
export function count(value: number): string {
  counts ??= new Intl.NumberFormat("en", { maximumFractionDigits: 1, notation: "compact" });
  return counts.format(value);
}

/** Returns a share as percents: `99.5 %`. */
export function percent(share: number): string {
  const value = 100 * share;
  // A share that is not whole must not look like 100 or 0.
  const digits = Number.isInteger(value) ? 0 : 1;
  return `${Math.min(value, digits ? 99.9 : 100).toFixed(digits)} %`;
}

/** Returns a duration in seconds with its unit: `12 ms`, `3.4 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds === 0) return "0 s";
  if (seconds < 0.9995) return `${Math.max(1, Math.round(seconds * 1_000))} ms`;
  if (Math.round(seconds) < 60) return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0))} s`;
  const whole = Math.round(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest === 0 ? "" : ` ${rest} s`}`;
}

/** Returns US dollars: `$12.30`, and small amounts with more digits. */
export function dollars(amount: number): string {
  const digits = amount === 0 || amount >= 1 ? 2 : 4;
  return `$${amount.toFixed(digits).replace(/(\.\d\d)0+$/, "$1")}`;
}
