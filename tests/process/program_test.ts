import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { onNode } from "../../testing/node_runtime.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 5 };
const techno = { preferences: { interests: ["techno"], timeframe: "This weekend" } };

/** Posts itineraries, and returns the path of each. */
async function postMany(program: Program, count: number): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: count }, () => program.post("/api/itineraries", tokyo)),
  );
  return answers.map(({ headers }) => headers.get("location")!);
}

async function statusesOf(program: Program, paths: string[]): Promise<Set<string>> {
  return new Set(
    await Promise.all(paths.map(async (path) => (await program.get(path)).body.status)),
  );
}

function countOf(
  program: Program,
  message: string,
  { step }: { step?: string } = {},
): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const line of program.log) {
    if (line.message === message && line.step === step) {
      counts.set(line.jobId, (counts.get(line.jobId) ?? 0) + 1);
    }
  }
  return counts;
}

Deno.test("the program answers a wish of each kind with a plan, without configuration", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  for (const [path, body] of [["/api/itineraries", tokyo], ["/api/generations", techno]] as const) {
    const accepted = await program.post(path, body);
    assertStrictEquals(accepted.body.status, "processing");
    const id = accepted.body.jobId ?? accepted.body.generationId;
    await program.until(({ log }) => log.some((l) => l.message === "completed" && l.jobId === id));
    const done = await program.get(accepted.headers.get("location")!);
    assertStrictEquals(done.body.status, "completed");
    assertStrictEquals(done.body.source, "sample");
  }
});

Deno.test("`deno task dev` prints the URL and a curl line that works", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { task: "dev", env: { SAMPLE_DELAY_MS: "0" } });
  await program.until(({ output }) => /durationDays":5}'\n/.test(output));
  const [, url, header, body] = program.output.match(
    /^ +curl -i (\S+) -H '([^']+)' \\\n +-d '([^']+)'$/m,
  )!;
  const [name, value] = header!.split(": ");
  const response = await fetch(url!, { method: "POST", headers: { [name!]: value! }, body: body! });
  assertStrictEquals(response.status, 202);
  assertStrictEquals((await response.json()).status, "processing");
  await program.until(({ output }) => / completed jobId=\S+ kind=itinerary/.test(output));
});

Deno.test("the first poll right after POST is never 404, 300 times", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const lanes = Array.from({ length: 10 }, async () => {
    for (let n = 0; n < 30; n++) {
      const { headers } = await program.post("/api/itineraries", tokyo);
      assertStrictEquals((await program.get(headers.get("location")!)).status, 200);
    }
  });
  await Promise.all(lanes);
});

Deno.test("each of 100 concurrent jobs is generated exactly once", async () => {
  await using directory = await workDirectory();
  const env = { WORKER_CONCURRENCY: "100", SAMPLE_DELAY_MS: "200" };
  await using program = new Program(directory.path, { env });
  const paths = await postMany(program, 100);
  await program.untilLogged("completed", 100);
  assertEquals(await statusesOf(program, paths), new Set(["completed"]));
  const runs = countOf(program, "step", { step: "turn-1" });
  assertStrictEquals(runs.size, 100);
  assertEquals(new Set(runs.values()), new Set([1]));
});

Deno.test("20 running jobs survive a kill -9", async () => {
  await using directory = await workDirectory();
  const env = { LEASE_SECONDS: "1" };
  let paths: string[];
  {
    await using program = new Program(directory.path, {
      env: { ...env, SAMPLE_DELAY_MS: "60000" },
    });
    paths = await postMany(program, 20);
    await program.untilLogged("claimed", 20);
    await program.end("SIGKILL");
  }
  await using program = new Program(directory.path, { env });
  await program.untilLogged("completed", 20);
  assertEquals(await statusesOf(program, paths), new Set(["completed"]));
  assertEquals(new Set(countOf(program, "completed").values()), new Set([1]));
});

Deno.test("SIGTERM puts running jobs back and does not count their attempt", async () => {
  await using directory = await workDirectory();
  const slow = { SAMPLE_DELAY_MS: "60000", SHUTDOWN_GRACE_SECONDS: "50" };
  let path: string;
  {
    await using program = new Program(directory.path, { env: slow });
    [path] = await postMany(program, 1) as [string];
    await program.untilLogged("claimed");
    program.signal("SIGTERM");
    await program.untilLogged("stopping");
    assertStrictEquals(program.log.at(-1)?.graceMs, 50_000);
    // A second signal ends the grace period.
    assertStrictEquals((await program.end("SIGTERM")).code, 0);
    assertEquals(program.log.slice(-2).map(({ message }) => message), ["released", "stopped"]);
  }
  await using program = new Program(directory.path);
  await program.untilLogged("completed");
  const { body } = await program.get(path);
  assertStrictEquals(body.status, "completed");
  assertStrictEquals(body.attempt, 1);
});

Deno.test("SIGTERM ends the program in order as soon as it listens", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  await program.untilLogged("listening");
  assertStrictEquals((await program.end("SIGTERM")).code, 0);
  assertEquals(program.log.map(({ message }) => message).slice(-2), ["stopping", "stopped"]);
});

/** Modules that log what the program calls once a minute, and do not call it. */
const cronLogs = {
  deno:
    `const value = (name, schedule) => console.log(JSON.stringify({ message: "cron", name, schedule }));
    Object.defineProperty(Deno, "cron", { value });`,
  node: `const set = globalThis.setInterval;
    globalThis.setInterval = (run, ms) => ms === 60_000
      ? console.log(JSON.stringify({ message: "cron", ms }))
      : set(run, ms);`,
};

Deno.test("the program registers its cron job, once a minute", async () => {
  await using directory = await workDirectory();
  const preload = `${directory.path}/cron.ts`;
  await Deno.writeTextFile(preload, onNode ? cronLogs.node : cronLogs.deno);
  await using program = new Program(directory.path, { preload });
  await program.untilLogged("listening");
  const [cron] = program.log.filter(({ message }) => message === "cron");
  const expected = onNode ? { ms: 60_000 } : { name: "sweep", schedule: "* * * * *" };
  assertEquals(cron, { message: "cron", ...expected });
});

Deno.test("the log has one JSON line for each event, and no text of a traveller", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const { body } = await program.post("/api/itineraries", {
    destination: "Mousehole, Cornwall",
    durationDays: 1,
  });
  await program.untilLogged("completed");
  const lines = program.log.filter(({ jobId }) => jobId === body.jobId);
  const messages = lines.map(({ message }) => message);
  assertEquals(messages, ["accepted", "claimed", "step", "completed"]);
  for (const line of lines) assertStrictEquals(line.kind, "itinerary");
  assertStrictEquals(lines.at(-1)?.attempt, 1);
  assertStrictEquals(typeof lines.at(-1)?.durationMs, "number");
  assert(!program.output.includes("Mousehole"));
});

Deno.test("an address may use a tenth of DAILY_JOBS, also after a restart", async () => {
  await using directory = await workDirectory();
  const create = async (more: Record<string, string>) => {
    await using program = new Program(directory.path, { env: { DAILY_JOBS: "15", ...more } });
    await program.untilLogged("listening");
    const codes: unknown[] = [];
    for (let n = 0; n < 3; n++) {
      const { status, body } = await program.post("/api/itineraries", tokyo);
      codes.push(status === 202 ? "accepted" : body.code);
    }
    await program.end("SIGTERM");
    return codes;
  };
  assertEquals(await create({}), ["accepted", "accepted", "daily_budget_spent"]);
  // The first request of a new instance does not wait for what earlier ones have stored.
  assertEquals((await create({})).slice(1), ["daily_budget_spent", "daily_budget_spent"]);
  assertEquals(await create({ DAILY_JOBS_PER_ADDRESS: "15" }), [
    "accepted",
    "accepted",
    "accepted",
  ]);
});

Deno.test("the start warns if strangers can spend without limit", async () => {
  await using directory = await workDirectory();
  const env = { OPENAI_API_KEY: "sk-test-0123456789", OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
  const warningsOf = async (more: Record<string, string>) => {
    await using program = new Program(directory.path, { env: { ...env, ...more } });
    await program.untilLogged("listening");
    await program.end("SIGTERM");
    return program.log.filter(({ level }) => level === "WARN").map(({ message }) => message);
  };
  assertEquals(await warningsOf({}), [
    "nothing limits what all callers spend together, set API_KEYS, DAILY_JOBS or DAILY_COST_USD",
  ]);
  assertEquals(await warningsOf({ DAILY_JOBS: "100" }), []);
});

Deno.test("an invalid value stops the start with one line that names it", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { PORT: "http" } });
  assertStrictEquals((await program.ended()).code, 1);
  assertStrictEquals(
    program.output,
    'Cannot start: PORT is "http", expected a whole number from 0 to 65535\n',
  );
});

Deno.test("a port in use stops the start with one line", async () => {
  await using directory = await workDirectory();
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = listener.addr;
  await using program = new Program(directory.path, { env: { PORT: String(port) } });
  assertStrictEquals((await program.ended()).code, 1);
  assertStrictEquals(program.output, `Cannot start: port ${port} is in use, set PORT\n`);
});

Deno.test("the file .env is read, and environment variables override it", async () => {
  await using directory = await workDirectory();
  await Deno.writeTextFile(
    `${directory.path}/.env`,
    "PORT=1\nGENERATOR=openai\nOPENAI_API_KEY=sk-x\n",
  );
  await using program = new Program(directory.path);
  const listening = await program.until(({ log }) => log.find((l) => l.message === "listening"));
  assertStrictEquals(listening.generator, "openai");
  assertStrictEquals(listening.version, denoJson.version);
  assertNotStrictEquals(listening.url, "http://localhost:1");
  assert(!program.output.includes("sk-x"));
});
