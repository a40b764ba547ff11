/**
 * A moment: in UTC as the server writes it, then as the traveller's clock shows it.
 * @module
 */
import { useEffect, useState } from "preact/hooks";

export interface LocalTimeProps {
  /** ISO 8601. */
  iso: string;
  /** Whether seconds matter. */
  seconds?: boolean;
}

export function LocalTime({ iso, seconds = false }: LocalTimeProps) {
  const [isLocal, setLocal] = useState(false);
  useEffect(() => setLocal(true), []);
  return <time dateTime={iso}>{isLocal ? local(iso, seconds) : utc(iso)}</time>;
}

function local(iso: string, seconds: boolean): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat("en", {
    ...(!isToday && { weekday: "short", day: "numeric", month: "short" }),
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds && { second: "2-digit" }),
    hourCycle: "h23",
  }).format(new Date(iso));
}

/** The same on every machine. */
function utc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
