/**
 * The service that tests of pages visit: the real program and its model. Starting it takes longer
 * than many tests, so tests of a file with the same configuration share it, one after the other.
 * @module
 */
import { join } from "node:path";
import type { FixtureResponse } from "@copilotkit/aimock";
import { patientKv } from "../lib/store/database.ts";
import { LiveServer } from "./live_server.ts";
import { Program, workDirectory } from "./program.ts";

type Env = Record<string, string>;

interface ServiceOptions {
  /** What the model writes when the test calls `write()`. Unset: the sample generator. */
  script?: FixtureResponse[];
  env?: Env;
}

/** A started service. */
interface Started {
  env: Env;
  directory: Awaited<ReturnType<typeof workDirectory>>;
  model: LiveServer;
  /** The program, and the programs that the test has started after it. */
  programs: Program[];
}

/** Services that wait for a test with the same configuration, by their configuration. */
const idle = new Map<string, Started>();

Deno.test.afterAll(async () => {
  for (const started of idle.values()) await stop(started);
  idle.clear();
});

async function start(env: Env, usesModel: boolean): Promise<Started> {
  const directory = await workDirectory();
  const model = new LiveServer([]);
  const generator = usesModel
    ? {
      OPENAI_API_KEY: "sk-test-0123456789",
      OPENAI_BASE_URL: model.url,
      OPENAI_BACKGROUND: "off",
    }
    : { GENERATOR: "sample" };
  const all: Env = { ...generator, ...env };
  return { env: all, directory, model, programs: [new Program(directory.path, { env: all })] };
}

async function stop({ programs, model, directory }: Started): Promise<void> {
  for (const program of programs) await program[Symbol.asyncDispose]();
  await model[Symbol.asyncDispose]();
  await directory[Symbol.asyncDispose]();
}

/**
 * Whether the next test finds nothing of this one: its program has run throughout, and no job waits
 * or runs. The model has reported no error, which the breaker would remember.
 */
async function isClean({ programs, model, directory }: Started): Promise<boolean> {
  if (programs.length > 1 || programs[0]!.hasEnded || model.hasFailed) return false;
  using kv = patientKv(await Deno.openKv(join(directory.path, "data/kv.sqlite")));
  for (const index of ["due", "running"]) {
    for await (const _ of kv.list({ prefix: [index] }, { limit: 1 })) return false;
  }
  return true;
}

/** Starts the service, or takes one that another test has left. */
export async function openService({ script = [], env = {} }: ServiceOptions = {}) {
  const usesModel = script.length > 0;
  const configuration = JSON.stringify([usesModel, env]);
  const started = idle.get(configuration) ?? await start(env, usesModel);
  idle.delete(configuration);
  const { model, programs, directory } = started;
  const program = programs[0]!;
  program.forgetOutput();
  model.begin(script);
  return {
    url: await program.url(),
    program,
    model,
    /** Starts it again, at the same address. */
    async restart(more: Env = {}): Promise<Program> {
      const { port } = new URL(await program.url());
      const env = { ...started.env, ...more, PORT: port };
      programs.push(new Program(directory.path, { env }));
      await programs.at(-1)!.url();
      return programs.at(-1)!;
    },
    async [Symbol.asyncDispose]() {
      if (idle.has(configuration) || !await isClean(started)) return await stop(started);
      idle.set(configuration, started);
    },
  };
}
