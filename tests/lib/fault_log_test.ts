import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Logger } from "@logtape/logtape";
import { FaultLog } from "../../lib/fault_log.ts";
import { FakeClock } from "../../testing/fake_clock.ts";

function openLog() {
  const lines: unknown[] = [];
  const error = (...line: unknown[]) => void lines.push(line);
  const clock = new FakeClock();
  return { lines, clock, faults: new FaultLog({ error } as unknown as Logger, clock) };
}

Deno.test("FaultLog logs a lasting fault once a minute, separately for each message", () => {
  const { lines, clock, faults } = openLog();
  const report = () => {
    faults.report("sweep failed", new Error("database lost"));
    faults.report("bell failed", new TypeError("no answer"), { jobId: "1" });
  };
  report();
  assertEquals(lines, [
    ["sweep failed", { error: "Error: database lost" }],
    ["bell failed", { jobId: "1", error: "TypeError: no answer" }],
  ]);
  clock.advance(59_999);
  report();
  assertStrictEquals(lines.length, 2);
  clock.advance(1);
  report();
  assertStrictEquals(lines.length, 4);
});

Deno.test("FaultLog still logs faults after the clock was set back far", () => {
  const { lines, clock, faults } = openLog();
  faults.report("sweep failed", new Error("one"));
  clock.advance(-3_600_000);
  faults.report("sweep failed", new Error("two"));
  assertStrictEquals(lines.length, 2);
});

Deno.test("FaultLog logs warnings about what the program can do without", () => {
  const lines: unknown[] = [];
  const logger = { warning: (...line: unknown[]) => void lines.push(line) };
  const faults = new FaultLog(logger as unknown as Logger, new FakeClock(), "warning");
  faults.report("places not checked", new Error("no answer"));
  assertEquals(lines, [["places not checked", { error: "Error: no answer" }]]);
});
