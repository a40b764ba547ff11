/**
 * A service whose answers are recorded: one program with its own environment.
 * @module
 */
import { type Entry, Recorder, type Step } from "./recorder.ts";
import { Program, workDirectory } from "./support.ts";

/** The entries of each scenario, by its name. */
export type Recording = Record<string, Entry[]>;

/** What is sent to one program, in order, under one numbering of the ids. */
export type Scenario = readonly Step[] | ((recorder: Recorder) => Promise<void>);

/** What a program needs, and what is asked of it. */
export interface Setting {
  env?: Record<string, string>;
  /** Sent with every request that does not set them itself. */
  headers?: Record<string, string>;
  /** By their names. */
  scenarios: Record<string, Scenario>;
  /** Stops what the program depends on. */
  close?(): PromiseLike<void>;
}

export interface Service {
  /** Completes `the answers of …`. */
  name: string;
  /** Starts what the program depends on. */
  open(): Setting;
  /**
   * The service counts what happens in a window of this length, which begins at multiples of it: a
   * recording that goes on after the end of one is made again.
   */
  windowMs?: number;
}

/** Starts the program and sends it all requests. */
export async function record({ name, open, windowMs = Infinity }: Service): Promise<Recording> {
  const now = () => Math.floor(Date.now() / windowMs);
  for (;;) {
    const window = now();
    const recording = await recordOnce(name, open());
    if (now() === window) return recording;
  }
}

async function recordOnce(name: string, setting: Setting): Promise<Recording> {
  const { env = {}, headers, scenarios } = setting;
  // The program ends before what it depends on.
  await using _setting = { [Symbol.asyncDispose]: async () => await setting.close?.() };
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env });
  const recording: Recording = {};
  for (const [scenario, script] of Object.entries(scenarios)) {
    const recorder = new Recorder(program, headers);
    await (typeof script === "function" ? script(recorder) : recorder.run(script));
    recording[`${name}: ${scenario}`] = recorder.entries;
  }
  return recording;
}
