/**
 * Several processes of the program on one database, each with the next one in its place.
 */
import type { Program } from "../testing/program.ts";

/** The environment of a program that loses its process more often than in a year of production. */
export const shortLivedEnv = {
  OPENAI_API_KEY: "sk-faulty",
  OPENAI_TIMEOUT_SECONDS: "2",
  LEASE_SECONDS: "2",
  MAX_ATTEMPTS: "12",
};

/** Processes in numbered places. */
export class ProgramGroup {
  /** The current program of each place. */
  readonly running: Program[];
  /** All programs, also ended ones, for their output. */
  readonly all: Program[];
  readonly #start: (place: number) => Program;

  /** Starts `count` programs. */
  constructor(count: number, start: (place: number) => Program) {
    this.#start = start;
    this.running = Array.from({ length: count }, (_, place) => start(place));
    this.all = [...this.running];
  }

  /** Resolves when the current programs listen. */
  async started(): Promise<void> {
    await Promise.all(this.running.map((program) => program.url()));
  }

  /** Starts the next program of a place. The previous one may still shut down. */
  replace(place: number): void {
    const next = this.#start(place);
    this.running[place] = next;
    this.all.push(next);
  }

  /** Stops the current programs, one after the other. */
  async stop(): Promise<void> {
    for (const program of this.running) if (!program.hasEnded) await program.end("SIGTERM");
  }
}
