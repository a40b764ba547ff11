/**
 * The files for supervisors: they start the program as its task does, and restart it only when it
 * does not answer `/livez`.
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { serveLocally } from "../../testing/local_server.ts";
import { root } from "../../testing/source_files.ts";
import { taskCommand } from "../../testing/task_command.ts";

const read = (path: string) => Deno.readTextFile(join(root, "ops", path));

const { flags, script, args } = taskCommand("start");
const startCommand = ["deno", "run", ...flags, script, ...args];

/** The command in JSON after the last instruction of this name in the Containerfile. */
async function containerCommand(instruction: string): Promise<string[]> {
  const text = (await read("Containerfile")).replaceAll("\\\n", "");
  const found = [...text.matchAll(new RegExp(`^${instruction}\\b.*?(\\[.*\\])$`, "gm"))].at(-1);
  return JSON.parse(found![1]!);
}

Deno.test("the systemd unit and the container start the program as its task does", async () => {
  const unit = await read("tripwright.service");
  const start = unit.match(/^ExecStart=\S*\/(deno .*)$/m)![1]!.split(" ");
  assertEquals(start, startCommand);
  assertEquals(await containerCommand("CMD"), startCommand);
});

Deno.test("the systemd unit restarts the program whatever ends it, and waits for its stop", async () => {
  const unit = await read("tripwright.service");
  assertMatch(unit, /^Restart=always$/m);
  assertMatch(unit, /^StartLimitIntervalSec=0$/m);
  assertMatch(unit, /^KillSignal=SIGTERM$/m);
  // Four seconds for running jobs, two to put them back, one for responses, one for connections.
  assert(Number(unit.match(/^TimeoutStopSec=(\d+)$/m)![1]) > 8);
});

/** Runs the check of a container against a server that answers `/livez` with a status. */
async function checkContainer(status: number | "no answer"): Promise<number> {
  const paths: string[] = [];
  const server = serveLocally((_request, { pathname }) => {
    paths.push(pathname);
    return new Response(null, { status: typeof status === "number" ? status : 200 });
  });
  if (status === "no answer") await server[Symbol.asyncDispose]();
  const [, ...command] = await containerCommand("HEALTHCHECK");
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: command.map((text) => text.replace("http://127.0.0.1:8000", server.url)),
    stderr: "null",
  }).output();
  if (status !== "no answer") {
    assertEquals(paths, ["/livez"]);
    await server[Symbol.asyncDispose]();
  }
  return code;
}

for (const [status, isHealthy] of [[200, true], [503, false], ["no answer", false]] as const) {
  Deno.test(`the check of the container is ${isHealthy ? "good" : "bad"} for ${status}`, async () => {
    assertStrictEquals(await checkContainer(status) === 0, isHealthy);
  });
}

Deno.test("the liveness check of systemd asks /livez, and restarts only a running service", async () => {
  const unit = await read("tripwright-livez.service");
  const [command] = unit.match(/^ExecStart=.*$/m)!;
  assertMatch(command, /curl --fail .*:8000\/livez \|\| systemctl try-restart tripwright\.service/);
  assertNotMatch(command, /readyz/);
});
