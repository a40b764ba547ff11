/**
 * Shows a time: in UTC in the HTML of the server, in the traveler's time zone once the script runs.
 * @module
 */
import { useAwake } from "./focus.ts";

export interface LocalTimeProps {
  /** ISO 8601. */
  iso: string;
  /** Whether to show seconds. */
  seconds?: boolean;
}

export function LocalTime({ iso, seconds = false }: LocalTimeProps) {
  const isLocal = useAwake();
  return <time dateTime={iso}>{isLocal ? local(iso, seconds) : utc(iso)}</time>;
}

function local(iso: string, seconds: boolean): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return formatted(iso, {
    ...(!isToday && day),
    ...(seconds && { second: "2-digit" }),
  });
}

/** The result is the same on every machine, and about as wide as the local time. */
function utc(iso: string): string {
  return `${formatted(iso, { ...day, timeZone: "UTC" })} UTC`;
}

const day = { weekday: "short", day: "numeric", month: "short" } as const;

function formatted(iso: string, options: Intl.DateTimeFormatOptions): string {
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat("en", { ...time, ...options }).format(new Date(iso));
}
