/**
 * Shows a time: in UTC in the HTML of the server, in the traveler's time zone once the script runs.
 * @module
 */
import { useWords, type Words } from "../words/words.ts";
import { useAwake } from "./focus.ts";

export interface LocalTimeProps {
  /** ISO 8601. */
  iso: string;
  /** Whether to show seconds. */
  seconds?: boolean;
}

export function LocalTime({ iso, seconds = false }: LocalTimeProps) {
  const { language } = useWords();
  const isLocal = useAwake();
  return (
    <time dateTime={iso}>{isLocal ? local(iso, { seconds, language }) : utc(iso, language)}</time>
  );
}

/**
 * Shows a sentence with a time in it.
 *
 * @param props.text the sentence, with `{time}` in place of the time
 */
export function TimeIn({ text, ...time }: LocalTimeProps & { text: string }) {
  const [before, after] = text.split("{time}");
  return (
    <>
      {before}
      <LocalTime {...time} />
      {after}
    </>
  );
}

type Language = Words["language"];

function local(iso: string, options: { seconds: boolean; language: Language }): string {
  const { seconds, language } = options;
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return formatted(iso, language, {
    ...(!isToday && day),
    ...(seconds && { second: "2-digit" }),
  });
}

/**
 * The result is the same on every machine. Without the day of the week, it is about as wide as the
 * local time.
 */
function utc(iso: string, language: Language): string {
  return `${formatted(iso, language, { ...date, timeZone: "UTC" })} UTC`;
}

const date = { day: "numeric", month: "short" } as const;
const day = { ...date, weekday: "short" } as const;

function formatted(iso: string, language: Language, options: Intl.DateTimeFormatOptions): string {
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return new Intl.DateTimeFormat(language, { ...time, ...options }).format(new Date(iso));
}
