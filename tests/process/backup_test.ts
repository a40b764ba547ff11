/** The copy of a database whose service runs, and a service that continues with it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { backUp, BackupError } from "../../ops/backup.ts";
import { LocalService } from "../../testing/local_service.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { root } from "../../testing/source_files.ts";
import { taskArguments } from "../../testing/task_command.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 3 };

/** A delay of the model that is longer than any test. */
const NEVER = "600000";

/** How many jobs are posted one after the other while the copy is made; at least one more is. */
const MIN_POSTS = 20;

async function post(service: Program | LocalService): Promise<string> {
  const { headers } = await service.post("/api/itineraries", tokyo);
  return headers.get("location")!;
}

/** Writes plans, and returns their paths with the plans. */
async function writePlans(directory: string, count: number): Promise<Map<string, unknown>> {
  await using service = await LocalService.start(directory, {});
  const paths = await Promise.all(Array.from({ length: count }, () => post(service)));
  await service.until(({ log }) =>
    log.filter(({ message }) => message === "completed").length >= count
  );
  const plans = new Map<string, unknown>();
  for (const path of paths) plans.set(path, (await service.get(path)).body);
  return plans;
}

/** Runs `deno task backup`. */
async function runTask(kvPath: string, to: string) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: taskArguments("backup", { args: [to] }),
    cwd: root,
    env: { KV_PATH: kvPath, NO_COLOR: "1" },
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, output: output!, errors: errors! };
}

/** Posts jobs until the copy is made. Returns the paths of the jobs that it must contain. */
async function postDuring<T>(program: Program, copy: () => Promise<T>) {
  const before: string[] = [];
  while (before.length < MIN_POSTS / 2) before.push(await post(program));
  let isDone = false;
  const copying = copy().finally(() => isDone = true);
  let during = 0;
  while (!isDone || during < MIN_POSTS / 2) {
    await post(program);
    during++;
  }
  return { before, result: await copying };
}

Deno.test("a copy made under load is whole: plans are served, and unfinished jobs complete", async () => {
  await using directory = await workDirectory();
  await using restored = await workDirectory();
  const plans = await writePlans(directory.path, 3);
  const kvPath = join(directory.path, "data/kv.sqlite");
  const copy = join(restored.path, "data/kv.sqlite");
  await Deno.mkdir(join(restored.path, "data"));
  await using program = new Program(directory.path, {
    env: { SAMPLE_DELAY_MS: NEVER, WORKER_CONCURRENCY: "4" },
  });
  const running = await Promise.all(Array.from({ length: 4 }, () => post(program)));
  await program.untilLogged("claimed", 4);
  const { before, result } = await postDuring(program, () => runTask(kvPath, copy));
  assertEquals([result.code, result.errors], [0, ""]);

  const database = new DatabaseSync(copy);
  assertEquals({ ...database.prepare("PRAGMA integrity_check").get() }, { integrity_check: "ok" });
  database.close();
  assertEquals((await Deno.stat(copy)).mode! & 0o777, 0o600);

  // The old one goes on with its own database: the copy continues from the moment of the backup.
  await using service = await LocalService.start(restored.path, { LEASE_SECONDS: "1" });
  for (const [path, plan] of plans) assertEquals((await service.get(path)).body, plan);
  const unfinished = [...running, ...before];
  const ids = new Set(unfinished.map((path) => path.split("/").at(-1)));
  await service.until(({ log }) => {
    const completed = log.filter(({ message, jobId }) =>
      message === "completed" && ids.has(jobId as string)
    );
    return completed.length >= ids.size;
  });
  for (const path of unfinished) {
    const { body } = await service.get(path);
    assertEquals([body.status, body.attempt], ["completed", running.includes(path) ? 2 : 1]);
  }
  assertEquals((await program.get(running[0]!)).body.status, "processing");
});

Deno.test("a backup into a directory is named by its time, and no file is overwritten", async () => {
  await using directory = await workDirectory();
  await writePlans(directory.path, 1);
  const from = join(directory.path, "data/kv.sqlite");
  const now = Date.UTC(2026, 10, 29, 3, 41, 31, 500);
  const { path, bytes } = await backUp(from, { to: directory.path, now });
  assertEquals(path, join(directory.path, "tripwright-20261129T034131Z.sqlite"));
  assertEquals((await Deno.stat(path)).size, bytes);
  await assertRejects(() => backUp(from, { to: path, now }), BackupError, "exists");
  assertEquals((await Deno.stat(path)).size, bytes);
});

Deno.test("a damaged database gives no copy", async () => {
  await using directory = await workDirectory();
  const from = join(directory.path, "kv.sqlite");
  const database = new DatabaseSync(from);
  database.exec("CREATE TABLE a (b); CREATE INDEX c ON a (b)");
  database.exec(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) " +
      "INSERT INTO a SELECT i FROM n",
  );
  database.close();
  // The pages of the index are not the first two.
  using file = await Deno.open(from, { write: true });
  await file.seek(-4_000, Deno.SeekMode.End);
  await file.write(new Uint8Array(3_000).fill(7));
  const to = join(directory.path, "copy.sqlite");
  await assertRejects(() => backUp(from, { to, now: 0 }), Error);
  const names = await Array.fromAsync(Deno.readDir(directory.path), ({ name }) => name);
  assertEquals(names, ["kv.sqlite"]);
});

const refusals: [kvPath: string, reason: string][] = [
  ["https://kv.example.com", "not a file"],
  ["/nowhere/kv.sqlite", "does not exist"],
];

for (const [kvPath, reason] of refusals) {
  Deno.test(`a backup of ${kvPath} is refused: ${reason}`, async () => {
    const { code, errors } = await runTask(kvPath, "/nowhere/copy.sqlite");
    assertEquals(code, 1);
    assert(errors.startsWith("Cannot back up: ") && errors.includes(reason), errors);
  });
}
