/**
 * Kills the real program in the middle of a bulk job, restarts it, and checks that all jobs are
 * replayed once and that no finished step is paid for again.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { BULK, BULK_VERSION, type BulkRequest } from "../../jobs/kinds/bulk/pages.ts";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import { BulkReport } from "../../jobs/operator/bulk_report.ts";
import { systemClock } from "../../lib/clock.ts";
import { newJobId } from "../../lib/job/job_id.ts";
import { type JobRecord, newJob } from "../../lib/job/job_record.ts";
import { patientKv } from "../../lib/store/database.ts";
import type { FaultPoint } from "../../testing/fault.ts";
import { HOUR } from "../../testing/jobs.ts";
import { type Call, type Reply, serveOpenAIBy } from "../../testing/openai_server.ts";
import { preloadFault, Program, workDirectory } from "../../testing/program.ts";
import { openStores } from "../../testing/runtimes.ts";
import { serveWeather, weatherEnv } from "../../testing/weather_server.ts";

const JOBS = 20;

const preferences = { interests: ["fado"], timeframe: "This weekend" };
const { bundles } = sampleBundles({ preferences });

const askForWeather: Reply = {
  toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Lisbon"}' }],
};

/** Whether a call is the second one of its job, which has the weather. */
function isLast({ body }: Call): boolean {
  return body.input.some((item: { type?: string }) => item.type === "function_call_output");
}

/** Stores a bulk job that is due at once: the 15 seconds for an undo are over. */
async function startBulk(database: string): Promise<string> {
  using kv = patientKv(await Deno.openKv(database));
  const { store } = openStores(kv, { clock: systemClock });
  const now = Date.now();
  const id = newJobId(now);
  const request: BulkRequest = {
    action: "replay",
    filter: { code: "rejected" },
    createdBy: null,
    steps: "reuse",
    limit: JOBS,
    before: now,
    expected: { count: JOBS, isMore: false },
    by: "ada",
  };
  const limits = { maxAttempts: 20, timeoutMs: HOUR };
  const job = newJob({
    id,
    kind: BULK,
    request,
    promptVersion: BULK_VERSION,
    now,
    ttlMs: HOUR,
    limits,
  });
  await store.accept(job);
  return id;
}

/** Reads what the bulk job has done, and all jobs. */
async function readEnd(database: string, id: string) {
  using kv = patientKv(await Deno.openKv(database));
  const { store } = openStores(kv, { clock: systemClock });
  const { job } = (await store.read(id))!;
  const { totals } = await new BulkReport({ store }).summarize(job);
  const entries = await Array.fromAsync(kv.list<JobRecord>({ prefix: ["job"] }));
  const jobs = entries.map(({ value }) => value).filter(({ kind }) => kind === "bundles");
  return { state: job.state, totals, replays: jobs.filter(({ replayOf }) => replayOf !== null) };
}

/** Polls a job until it has ended. Each poll waits for a change. */
async function untilEnded(program: Program, id: string): Promise<void> {
  for (let status = "processing", version = ""; status === "processing";) {
    const headers = { prefer: "wait=30", "if-none-match": version };
    const answer = await program.get(`/api/generations/${id}`, headers);
    version = answer.headers.get("etag") ?? "";
    status = answer.body?.status ?? status;
  }
}

for (const when of ["before", "after"] as const) {
  Deno.test(`killed ${when} the fifth replay of a bulk job: each job is replayed once, and completes`, async () => {
    await using directory = await workDirectory();
    let isRepaired = false;
    const broken: Reply = () => new Response(null, { status: 400 });
    const answer: Reply = { content: JSON.stringify({ bundles }) };
    await using openai = serveOpenAIBy((call) =>
      !isLast(call) ? askForWeather : isRepaired ? answer : broken
    );
    await using weather = serveWeather();
    const database = `${directory.path}/data/kv.sqlite`;
    const env = {
      OPENAI_API_KEY: "sk-test",
      OPENAI_BASE_URL: openai.url,
      LEASE_SECONDS: "1",
      ...weatherEnv(weather),
    };
    const point: FaultPoint = { when, commit: "replay", nth: 5 };
    let id: string;
    {
      const preload = await preloadFault(directory.path, point);
      await using program = new Program(directory.path, { env, preload });
      const posts = Array.from(
        { length: JOBS },
        () => program.post("/api/generations", { preferences }),
      );
      await Promise.all(posts);
      await program.untilLogged("failed", JOBS);
      isRepaired = true;
      id = await startBulk(database);
      await program.untilLogged("halted");
      await program.end("SIGKILL");
    }
    {
      await using program = new Program(directory.path, { env });
      await program.until(({ log }) =>
        log.some(({ message, jobId }) => message === "completed" && jobId === id)
      );
      const { replays } = await readEnd(database, id);
      await Promise.all(replays.map(({ id }) => untilEnded(program, id)));
      await program.end("SIGTERM");
    }
    const { state, totals, replays } = await readEnd(database, id);
    assertEquals([state, totals], ["succeeded", { done: JOBS, skipped: {}, failed: {} }]);
    assertStrictEquals(new Set(replays.map(({ replayOf }) => replayOf)).size, JOBS);
    assertEquals(replays.map((job) => job.state), Array(JOBS).fill("succeeded"));
    // The first turn and the tool call of each job were finished before it failed.
    assertStrictEquals(openai.calls.filter((call) => !isLast(call)).length, JOBS);
    assertStrictEquals(weather.requests.length, 2 * JOBS);
  });
}
