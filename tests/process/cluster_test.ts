/**
 * Several processes on one database. On a file, neither the queue nor a watch quickly reaches the
 * other process. Both doorbells must pass the same tests. The process that continues is that of the
 * tests, which starts faster than the program.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { bothTest, isDenokvOnly, overFile, singleTest } from "../../testing/databases.ts";
import { LocalService } from "../../testing/local_service.ts";
import { type LogLine, Program, workDirectory } from "../../testing/program.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 2 };

/** A delay of the model that is longer than any test. */
const NEVER = "600000";

async function submit(program: Program): Promise<string> {
  const { status, headers, body } = await program.post("/api/itineraries", tokyo);
  assertStrictEquals(status, 202, JSON.stringify(body));
  return headers.get("location")!;
}

async function untilCompleted(program: Program | LocalService, path: string): Promise<void> {
  const jobId = path.split("/").at(-1);
  const isCompleted = ({ log }: { log: LogLine[] }) =>
    log.some((line) => line.message === "completed" && line.jobId === jobId);
  await program.until(isCompleted);
}

// KV Connect has no queue.
for (const DOORBELL of isDenokvOnly() ? ["sweep"] : ["queue", "sweep"]) {
  const clusterTest = DOORBELL === "queue" ? singleTest : bothTest;

  Deno.test(`${DOORBELL}: a job that has no slot in one process starts in another`, async () => {
    await using directory = await workDirectory();
    await using full = new Program(directory.path, {
      env: { DOORBELL, WORKER_CONCURRENCY: "1", SAMPLE_DELAY_MS: NEVER },
    });
    await submit(full);
    await full.untilLogged("claimed");
    await using free = await LocalService.start(directory.path, { DOORBELL });
    const path = await submit(full);
    await untilCompleted(free, path);
    assertStrictEquals((await full.get(path)).body.status, "completed");
  });

  clusterTest(
    `${DOORBELL}: each of many jobs in several processes is executed once`,
    async (sort) => {
      await using directory = await workDirectory(sort);
      const env = { DOORBELL, WORKER_CONCURRENCY: "4", SAMPLE_DELAY_MS: "20" };
      await using a = new Program(directory.path, { env });
      await using b = new Program(directory.path, { env });
      await using c = new Program(directory.path, { env });
      const programs = [a, b, c];
      const paths = await Promise.all(
        Array.from({ length: 60 }, (_, n) => submit(programs[n % programs.length]!)),
      );
      const logged = (sought: string) =>
        programs.flatMap(({ log }) => log).filter(({ message }) => message === sought);
      const ended = () => new Set(logged("completed").map(({ jobId }) => jobId));
      await Program.until(programs, () => ended().size >= paths.length);
      assertStrictEquals(logged("completed").length, paths.length);
      assertStrictEquals(logged("step").length, paths.length);
    },
  );

  clusterTest(`${DOORBELL}: the jobs of a killed process continue in another`, async (sort) => {
    await using directory = await workDirectory(sort);
    const env = { DOORBELL, LEASE_SECONDS: "1" };
    await using doomed = new Program(directory.path, { env: { ...env, SAMPLE_DELAY_MS: NEVER } });
    const paths = [await submit(doomed), await submit(doomed)];
    await doomed.untilLogged("claimed", 2);
    await using other = await LocalService.start(directory.path, env);
    await doomed.end("SIGKILL");
    for (const path of paths) {
      await untilCompleted(other, path);
      assertStrictEquals((await other.get(path)).body.attempt, 2);
    }
  });

  Deno.test(`${DOORBELL}: the jobs of a process that shuts down continue in another`, async () => {
    await using directory = await workDirectory();
    // Only the bell can be in time: the leases are too long to run out.
    const env = { DOORBELL, LEASE_SECONDS: "300" };
    await using leaving = new Program(directory.path, { env: { ...env, SAMPLE_DELAY_MS: NEVER } });
    const path = await submit(leaving);
    await leaving.untilLogged("claimed");
    await using other = await LocalService.start(directory.path, env);
    leaving.signal("SIGTERM");
    await leaving.untilLogged("stopping");
    await leaving.end("SIGTERM");
    await untilCompleted(other, path);
    assertStrictEquals((await other.get(path)).body.attempt, 1);
  });

  Deno.test(`${DOORBELL}: a job that is canceled in one process is stopped in another`, async () => {
    await using directory = await workDirectory();
    const env = { DOORBELL, LEASE_SECONDS: "300" };
    await using busy = new Program(directory.path, { env: { ...env, SAMPLE_DELAY_MS: NEVER } });
    const path = await submit(busy);
    await busy.untilLogged("claimed");
    await using other = await LocalService.start(directory.path, env);
    const canceled = await other.delete(path);
    assertStrictEquals(canceled.status, 202);
    assertStrictEquals(canceled.body.status, "canceled");
    await busy.untilLogged("lost");
    assertEquals((await busy.get(path)).body, canceled.body);
  });
}

Deno.test("a dead process without a lock file is recognized by its missing heartbeat", async () => {
  await using directory = await workDirectory(overFile);
  const env = { LEASE_SECONDS: "1" };
  await using doomed = new Program(directory.path, { env: { ...env, SAMPLE_DELAY_MS: NEVER } });
  const path = await submit(doomed);
  await doomed.untilLogged("claimed");
  await doomed.end("SIGKILL");
  // Simulates a process on another machine.
  await Deno.remove(`${directory.path}/data/kv.sqlite.instances`, { recursive: true });
  await using other = await LocalService.start(directory.path, env);
  await untilCompleted(other, path);
  assertStrictEquals((await other.get(path)).body.attempt, 2);
});
