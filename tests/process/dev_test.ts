import { assert, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { workDirectory } from "../../testing/program.ts";
import { copyProgram } from "../../testing/source_files.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

/** The beginning of the line that the service prints for developers. */
const GREETING = "Tripwright runs at";

/** Starts `deno task dev` in a copy of the program whose files may be changed. */
async function startDev() {
  const directory = await workDirectory();
  await copyProgram(directory.path);
  const task = new Deno.Command(Deno.execPath(), {
    args: ["task", "dev"],
    cwd: directory.path,
    env: { NO_COLOR: "1", PORT: "0", HOST: "127.0.0.1", KV_PATH: ":memory:" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return { directory, task };
}

/**
 * Reads until the text has appeared this often. The stream ends with the last process that writes
 * to it.
 */
async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  { text, times }: { text: string; times: number },
): Promise<boolean> {
  for (let output = "";;) {
    const { value, done } = await reader.read();
    if (done) return false;
    output += value;
    if (output.split(text).length > times) return true;
  }
}

Deno.test("SIGTERM ends `deno task dev` and all its processes, also after a change", async () => {
  const { directory, task } = await startDev();
  await using _ = directory;
  const reader = task.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const restartAndEnd = async () => {
    assert(await readUntil(reader, { text: GREETING, times: 1 }));
    const app = join(directory.path, "web/app/home_en.ts");
    await Deno.writeTextFile(app, `${await Deno.readTextFile(app)}\n// Changed.\n`);
    assert(await readUntil(reader, { text: GREETING, times: 1 }));
    task.kill("SIGTERM");
    assertStrictEquals(await readUntil(reader, { text: GREETING, times: 1 }), false);
    assertStrictEquals((await task.status).success, false);
  };
  await withWaitLimit(restartAndEnd(), () => "the task restarts and ends")
    .finally(() => reader.cancel());
});
