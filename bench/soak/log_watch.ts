/**
 * Looks for faults in the output of the programs.
 */
import { z } from "zod";
import type { Findings } from "./findings.ts";

const Line = z.object({ level: z.string(), message: z.string() });

/** The log line of a failed job. The clients judge its failure. */
const JOB_FAILED = "failed";

/** Reads the output of programs, and adds each error to the findings. */
export class LogWatch {
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Returns a function that takes the output of one program, piece by piece. */
  reader(name: string): (text: string) => void {
    let rest = "";
    return (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.#read(line, name);
    };
  }

  #read(line: string, name: string): void {
    if (!line.startsWith("{")) {
      if (/panicked|^error\b|uncaught/i.test(line)) this.#findings.add("crash", `${name}: ${line}`);
      return;
    }
    const { level, message } = Line.parse(JSON.parse(line));
    if (message === JOB_FAILED || !/^(?:error|fatal)$/i.test(level)) return;
    this.#findings.add(`log: ${message}`, `${name}: ${line}`);
  }
}
