/**
 * The command line for operators as its task starts it, with its permissions, on the real program.
 */
import { assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { adminVariables } from "../../ops/admin/environment.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { taskArguments, taskCommand } from "../../testing/task_command.ts";

const ADMIN_TOKEN = "operator-0123456789";
const tokyo = { destination: "Tokyo, Japan", durationDays: 2 };

type Env = Record<string, string>;

/** Starts a command in a directory. */
function start(directory: string, line: string, env: Env): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: taskArguments("admin", { args: line.split(" ") }),
    cwd: directory,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a command to its end. */
async function run(directory: string, line: string, env: Env) {
  const { code, stdout, stderr } = await start(directory, line, env).output();
  const text = new TextDecoder();
  return { code, text: text.decode(stdout), notes: text.decode(stderr) };
}

Deno.test("the command line works on the program, with the token of .env, and ends with its exit codes", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { ADMIN_TOKEN } });
  const url = await program.url();
  const { body } = await program.post("/api/itineraries", tokyo);
  await program.untilLogged("completed");
  await Deno.writeTextFile(join(directory.path, ".env"), `ADMIN_TOKEN=${ADMIN_TOKEN}\n`);
  const env = { TRIPWRIGHT_URL: url, USER: "ann" };

  const listed = await run(directory.path, "jobs --state succeeded", env);
  assertEquals([listed.code, listed.notes], [0, ""]);
  assertMatch(listed.text, new RegExp(`^id [^]*\n${body.jobId} +itinerary +succeeded `));
  const json = await run(directory.path, "jobs --json", env);
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
  assertEquals(JSON.parse(json.text), (await program.get("/admin/api/jobs", headers)).body);
  const refused = await run(directory.path, `cancel ${body.jobId}`, env);
  assertEquals([refused.code, refused.text], [1, ""]);
  assertMatch(refused.notes, /\(job_finished\)\n$/);
  assertStrictEquals((await run(directory.path, "pause bundles", env)).code, 0);
  const { body: audit } = await program.get("/admin/api/audit", headers);
  assertEquals([audit.items[0].action, audit.items[0].operator], ["kind.pause", "ann"]);

  const wrong = await run(directory.path, "jobs", { ...env, ADMIN_TOKEN: "wrong-0123456789" });
  assertEquals([wrong.code, wrong.text], [5, ""]);
  const nowhere = await run(directory.path, "jobs", { TRIPWRIGHT_URL: "http://127.0.0.1:9" });
  assertEquals([nowhere.code, nowhere.text], [4, ""]);
  assertStrictEquals((await run(directory.path, "jobs --nothing", env)).code, 2);
});

Deno.test("watch in a pipe writes a line for each job that changes", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { ADMIN_TOKEN } });
  const env = { TRIPWRIGHT_URL: await program.url(), ADMIN_TOKEN };
  const { body } = await program.post("/api/itineraries", tokyo);
  await program.untilLogged("completed");
  await using command = start(directory.path, "watch", env);
  const lines = command.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  const { value } = await lines.next();
  assertMatch(value, new RegExp(`^\\S+Z ${body.jobId} itinerary succeeded attempts=1\n$`));
  command.kill("SIGKILL");
  while (!(await lines.next()).done);
  await command.stderr.cancel();
});

Deno.test("the task may read only its own variables and .env, and write nothing", () => {
  assertEquals(taskCommand("admin").flags, [
    "--quiet",
    "--no-prompt",
    "--frozen",
    "--allow-net",
    "--allow-read=.env",
    `--allow-env=${adminVariables}`,
  ]);
});
