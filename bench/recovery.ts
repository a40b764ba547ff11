/**
 * Measures how soon a job starts, continues after a crash or a shutdown of its instance, and stops
 * after a cancellation. It uses real processes and the default lease. `deno task recovery`
 */
import { Program, workDirectory } from "../testing/program.ts";

/** The environment for a model that takes longer than any measurement. */
const slowModel = { SAMPLE_DELAY_MS: "600000" };
const request = { destination: "Tokyo, Japan", durationDays: 2 };

const results: Record<string, string> = {};

function addResult(what: string, ms: number, limit: string): void {
  results[what] = `${Math.round(ms)} ms (limit: ${limit})`;
}

async function submit(program: Program): Promise<string> {
  return (await program.post("/api/itineraries", request)).headers.get("location")!;
}

/** Returns when the program logged this message about the job, in epoch milliseconds. */
async function loggedAt(program: Program, message: string, path: string): Promise<number> {
  const line = await program.until(({ log }) =>
    log.find((line) => line.message === message && path.endsWith(`/${line.jobId}`))
  );
  return Date.parse(String(line["@timestamp"]));
}

for (const DOORBELL of ["queue", "sweep"]) {
  await using directory = await workDirectory();
  const env = { DOORBELL, WORKER_CONCURRENCY: "1" };
  await using full = new Program(directory.path, { env: { ...env, ...slowModel } });
  await using free = new Program(directory.path, { env });
  await free.untilLogged("listening");
  const here = await submit(full);
  const claimedHere = await loggedAt(full, "claimed", here);
  addResult(
    `${DOORBELL}: starts where it was accepted`,
    claimedHere - (await acceptedAt(full, here)),
    "1 s",
  );
  const elsewhere = await submit(full);
  const claimedElsewhere = await loggedAt(free, "claimed", elsewhere);
  addResult(
    `${DOORBELL}: starts elsewhere`,
    claimedElsewhere - (await acceptedAt(full, elsewhere)),
    "5 s",
  );
}

function acceptedAt(program: Program, path: string): Promise<number> {
  return loggedAt(program, "accepted", path);
}

for (const lock of ["kept", "removed"]) {
  await using directory = await workDirectory();
  let path: string;
  {
    await using program = new Program(directory.path, { env: slowModel });
    path = await submit(program);
    await program.untilLogged("claimed");
    await program.end("SIGKILL");
  }
  const killedAt = Date.now();
  if (lock === "removed") {
    await Deno.remove(`${directory.path}/data/kv.sqlite.instances`, { recursive: true });
  }
  await using next = new Program(directory.path);
  const what = lock === "kept" ? "restart on the same machine" : "restart on another machine";
  addResult(
    `runs again after SIGKILL and ${what}`,
    await loggedAt(next, "claimed", path) - killedAt,
    "12 s",
  );
}

{
  await using directory = await workDirectory();
  await using leaving = new Program(directory.path, { env: slowModel });
  const path = await submit(leaving);
  await leaving.untilLogged("claimed");
  await using other = new Program(directory.path);
  await other.untilLogged("listening");
  leaving.signal("SIGTERM");
  await leaving.untilLogged("stopping");
  leaving.signal("SIGTERM");
  const releasedAt = await loggedAt(leaving, "released", path);
  addResult(
    "runs elsewhere after SIGTERM",
    await loggedAt(other, "claimed", path) - releasedAt,
    "1 s",
  );
}

{
  await using directory = await workDirectory();
  await using working = new Program(directory.path, { env: slowModel });
  const path = await submit(working);
  await working.untilLogged("claimed");
  await using other = new Program(directory.path);
  await other.url();
  const canceledAt = Date.now();
  await other.delete(path);
  addResult(
    "stops elsewhere after DELETE",
    await loggedAt(working, "lost", path) - canceledAt,
    "2 s",
  );
}

{
  await using directory = await workDirectory();
  await using leaving = new Program(directory.path, { env: slowModel });
  await submit(leaving);
  await leaving.untilLogged("claimed");
  const signaledAt = Date.now();
  await leaving.end("SIGTERM");
  addResult("ends after one SIGTERM, with a running call", Date.now() - signaledAt, "5 s");
}

console.table(results);
