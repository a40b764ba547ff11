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
  type TextFormatter,
} from "@logtape/logtape";

/** Sends all logs of Tripwright to the console. Call it once, before anything else. */
export async function configureLogs(
  options: { level: LogLevel; readable: boolean },
): Promise<void> {
  const formatter = options.readable
    ? readableFormatter()
    : getJsonLinesFormatter({ properties: "flatten" });
  await configure({
    sinks: { console: getConsoleSink({ formatter }) },
    loggers: [
      { category: "tripwright", lowestLevel: options.level, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["console"] },
    ],
  });
}

/** `12:00:05.123 INF completed jobId=… kind=itinerary durationMs=504`, in color on a terminal. */
function readableFormatter(): TextFormatter {
  const plain = Deno.noColor || !Deno.stdout.isTerminal();
  return (plain ? getTextFormatter : getAnsiColorFormatter)({
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
  return error instanceof Error ? `${error.constructor.name}: ${error.message}` : typeof error;
}
