/**
 * The log of the program under test.
 * @module
 */
import { configureSync, type LogRecord, resetSync } from "@logtape/logtape";

/** Collects the log records until it is disposed of. */
export function captureLogs(): { records: LogRecord[]; [Symbol.dispose](): void } {
  const records: LogRecord[] = [];
  configureSync({
    sinks: { records: (record) => records.push(record) },
    loggers: [
      { category: "tripwright", sinks: ["records"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: [] },
    ],
  });
  return { records, [Symbol.dispose]: resetSync };
}
