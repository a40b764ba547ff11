/**
 * Structured logs: one JSON line per event, readable lines in development. Modules get their logger
 * from LogTape's `getLogger(["tripwright", part])`. Logs never contain text that a traveller wrote.
 * @module
 */
import {
  configure,
  getAnsiColorFormatter,
  getConsoleSink,
  getJsonLinesFormatter,
  getTextFormatter,
  type LogLevel,
  type Sink,
  type TextFormatter,
} from "@logtape/logtape";
import { type Clock, systemClock } from "./clock.ts";
import { platform } from "./platform/platform.ts";

export interface LogOptions {
  level: LogLevel;
  /** Whether people read the log while the program runs. */
  readable: boolean;
  /**
   * Whether each line must be a call of the console. Deno Deploy and OpenTelemetry store each call
   * as one entry, and OpenTelemetry adds the span in which it was made.
   */
  eachLine: boolean;
}

/** Sends all logs of Tripwright to the console. Call it once, before anything else. */
export async function configureLogs({ level, readable, eachLine }: LogOptions): Promise<void> {
  const sink = readable || eachLine
    ? getConsoleSink({ formatter: readable ? readableFormatter() : jsonFormatter() })
    : batchedSink({ console, onEnd: platform.onEnd }, systemClock);
  await configure({
    sinks: { console: sink },
    loggers: [
      { category: "tripwright", lowestLevel: level, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
    ],
  });
}

/** How long a line may wait for others. A process that is killed loses the lines of this time. */
const BATCH_MS = 10;

/**
 * Returns a sink that writes the lines of a few milliseconds together, because each call of the console
 * takes tens of microseconds. Warnings and errors are written at once, after all lines before them.
 *
 * @param host the console, and what calls a function before the program ends
 */
export function batchedSink(
  { console, onEnd }: {
    console: Pick<Console, "info" | "warn" | "error">;
    onEnd: (listener: () => void) => void;
  },
  clock: Clock,
): Sink {
  const format = jsonFormatter();
  let lines: string[] = [];
  let isWaiting = false;
  function flush(): void {
    if (lines.length > 0) console.info(lines.join("\n"));
    lines = [];
  }
  async function flushLater(): Promise<void> {
    if (isWaiting) return;
    isWaiting = true;
    await clock.wait(BATCH_MS);
    isWaiting = false;
    flush();
  }
  onEnd(flush);
  return (record) => {
    const line = format(record).trimEnd();
    if (record.level === "warning" || record.level === "error" || record.level === "fatal") {
      flush();
      return record.level === "warning" ? console.warn(line) : console.error(line);
    }
    lines.push(line);
    flushLater();
  };
}

function jsonFormatter(): TextFormatter {
  return getJsonLinesFormatter({ properties: "flatten" });
}

/** `12:00:05.123 INF completed jobId=… kind=itinerary durationMs=504`, in color on a terminal. */
function readableFormatter(): TextFormatter {
  return (platform.hasColors ? getAnsiColorFormatter : getTextFormatter)({
    timestamp: "time",
    format: ({ timestamp, level, message, record }) =>
      [timestamp, level, message, ...Object.entries(record.properties).map(pair)].join(" "),
  });
}

function pair([name, value]: [string, unknown]): string {
  return `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`;
}

/**
 * Describes an error for a log line: its class and its message, which never holds an upstream body.
 */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.constructor.name}: ${reasonOf(error)}` : typeof error;
}

/**
 * Returns the message of an error without Deno's advice to pass a flag: the tasks, the unit and the
 * image take none. The missing permission stays.
 */
export function reasonOf({ message }: Error): string {
  return message.replace(/, run again with the --allow-[\w-]+ flag/, "");
}
