/**
 * How the dashboard writes values.
 * @module
 */

/** Shows a time. The script shows it in the time zone of the browser. */
export function Time({ iso }: { iso: string }) {
  return <time dateTime={iso}>{timeText(iso)}</time>;
}

/** Returns a time in UTC without fractions of a second: `2026-11-21 12:00:05 UTC`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Returns a number of bytes with its unit: `16.3 MiB`. `null` is not known. */
export function bytes(count: number | null): string {
  if (count === null) return "not known";
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), UNITS.length - 1);
  const value = count / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${UNITS[power]}`;
}
