/**
 * A service to record: one program with its own environment.
 * @module
 */
import { type Entry, Recorder, type Step } from "./recorder.ts";
import { Program, workDirectory } from "./support.ts";

/** The entries of each scenario, by scenario name. */
export type Recording = Record<string, Entry[]>;

/** The requests to one program, in order. The ids of a scenario are numbered together. */
export type Scenario = readonly Step[] | ((recorder: Recorder) => Promise<void>);

/** The environment of a program, and its scenarios. */
export interface Setting {
  env?: Record<string, string>;
  /** Sent with every request, unless the request sets them. */
  headers?: Record<string, string>;
  /** The scenarios by name. */
  scenarios: Record<string, Scenario>;
  /** Stops the servers that the program depends on. */
  close?(): PromiseLike<void>;
}

export interface Service {
  /** A noun phrase, such as `a service with keys`. */
  name: string;
  /** Starts the servers that the program depends on. */
  open(): Setting;
  /**
   * The service counts requests or jobs in windows of this length, which begin at multiples of it.
   * A recording that crosses the end of a window is repeated.
   */
  windowMs?: number;
}

/** Starts the program and records the answers to all requests. */
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
  // The program must end before the servers that it depends on.
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
