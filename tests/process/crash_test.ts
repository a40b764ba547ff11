/**
 * Kills the real program with SIGKILL at each critical point, restarts it, and checks the job and
 * the count of calls of the model and the tool.
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../jobs/kinds/bundles/sample.ts";
import type { FaultPoint } from "../../testing/fault.ts";
import { bothTest, type DatabaseSort, singleTest } from "../../testing/databases.ts";
import { LocalService } from "../../testing/local_service.ts";
import { type Call, noReply, type Reply, serveOpenAIBy } from "../../testing/openai_server.ts";
import { storedBundles } from "../../testing/plans.ts";
import { preloadFault, Program, workDirectory } from "../../testing/program.ts";
import { serveWeather, weatherEnv } from "../../testing/weather_server.ts";

const preferences = { interests: ["fado"], timeframe: "This weekend" };
const written = sampleBundles({ preferences });
const { bundles } = storedBundles(written, "Europe/Lisbon");

const askForWeather: Reply = {
  reasoning: "Looking at the weather",
  toolCalls: [{ id: "call_1", name: "get_weather", arguments: '{"city":"Lisbon"}' }],
};
const answer: Reply = { content: JSON.stringify(written) };

/** A conversation of two turns: the model calls the weather tool, then it answers. */
function converse({ body }: Call): Reply {
  const hasWeather = body.input.some((item: { type?: string }) =>
    item.type === "function_call_output"
  );
  return hasWeather ? answer : askForWeather;
}

/** Creates a service that is halted at a point, killed, and continued without the fault. */
async function setUp(
  choose: (call: Call, index: number) => Reply = converse,
  sort?: DatabaseSort,
) {
  const directory = await workDirectory(sort);
  const openai = serveOpenAIBy(choose);
  const weather = serveWeather();
  const env = {
    OPENAI_API_KEY: "sk-test",
    OPENAI_BASE_URL: openai.url,
    // Makes heartbeats frequent, and deaths quickly visible on a Deno without `tryLock`.
    LEASE_SECONDS: "1",
    ...weatherEnv(weather),
  };
  return {
    openai,
    weather,
    database: directory.database,
    start: () => new Program(directory.path, { env }),
    /** Starts the instance that continues, in this process. It starts faster than the program. */
    goOn: () => LocalService.start(directory.path, env),
    startWithFault: async (point: FaultPoint) =>
      new Program(directory.path, { env, preload: await preloadFault(directory.path, point) }),
    async [Symbol.asyncDispose]() {
      await openai[Symbol.asyncDispose]();
      await weather[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** The totals; 2, 1 and 1 if no call is repeated and no worker is lost. */
type Counts = [modelCalls: number, toolCalls: number, attempts: number];

const rows: [name: string, point: FaultPoint, counts: Counts][] = [
  ["after accept", { when: "after", commit: "accept" }, [2, 1, 2]],
  ["before the first turn's checkpoint", { when: "before", commit: "step", nth: 1 }, [3, 1, 2]],
  ["after the first turn's checkpoint", { when: "after", commit: "step", nth: 1 }, [2, 1, 2]],
  ["before the tool's checkpoint", { when: "before", commit: "step", nth: 2 }, [2, 2, 2]],
  ["after the tool's, between two steps", { when: "after", commit: "step", nth: 2 }, [2, 1, 2]],
  ["after the last checkpoint", { when: "after", commit: "step", nth: 4 }, [2, 1, 2]],
  ["before the final commit", { when: "before", commit: "complete" }, [2, 1, 2]],
  ["after the final commit", { when: "after", commit: "complete" }, [2, 1, 1]],
];

/** Rows that also run over denokv: before, during and after the work. */
const alsoOverDenokv = [
  "after accept",
  "after the first turn's checkpoint",
  "before the final commit",
];

for (const [name, point, counts] of rows) {
  const crashTest = alsoOverDenokv.includes(name) ? bothTest : singleTest;
  crashTest(
    `killed ${name}: the job completes, and no stored step is paid for twice`,
    async (sort) => {
      await using env = await setUp(converse, sort);
      let path: string;
      {
        await using program = await env.startWithFault(point);
        const accepted = program.post("/api/generations", { preferences }).catch(() => null);
        await program.untilLogged("halted");
        await program.end("SIGKILL");
        path = (await accepted)?.headers.get("location") ?? "";
      }
      await using service = await env.goOn();
      // A client without an answer to POST does not know the id, but the log has it.
      if (path === "") {
        const done = await service.until(({ log }) => log.find((l) => l.message === "completed"));
        path = `/api/generations/${done.jobId}`;
      } else if (point.commit !== "complete" || point.when !== "after") {
        await service.untilLogged("completed");
      }
      const { body } = await service.get(path);
      assertStrictEquals(body.status, "completed");
      assertEquals(body.bundles, bundles);
      // Each tool call requests the place and its weather.
      const toolCalls = env.weather.requests.length / 2;
      assertEquals([env.openai.calls.length, toolCalls, body.attempt], counts);
    },
  );
}

Deno.test("killed before accept: no job exists, and the model was not called", async () => {
  await using env = await setUp();
  {
    await using program = await env.startWithFault({ when: "before", commit: "accept" });
    const accepted = program.post("/api/generations", { preferences }).catch(() => null);
    await program.untilLogged("halted");
    await program.end("SIGKILL");
    assertStrictEquals(await accepted, null);
  }
  await using service = await env.goOn();
  // This job is executed after any remains of the first one.
  await service.post("/api/generations", { preferences });
  await service.untilLogged("completed");
  assertStrictEquals(service.log.filter(({ message }) => message === "claimed").length, 1);
  assertStrictEquals(env.openai.calls.length, 2);
});

/** What the model writes for another bundle 2. */
const [, , ...rest] = sampleBundles({ preferences: { interests: ["food"] } }).bundles;
const another = { bundle: 2, ...rest[0]! };

/** The same conversation for a change of the plan. */
function converseOnChange(call: Call): Reply {
  const reply = converse(call);
  const isChange = JSON.stringify(call.body.input).includes("<change>");
  return isChange && reply === answer ? { content: JSON.stringify({ bundles: [another] }) } : reply;
}

/** Writes a plan, and returns its path. */
async function writePlan(env: Awaited<ReturnType<typeof setUp>>): Promise<string> {
  await using service = await env.goOn();
  const { headers } = await service.post("/api/generations", { preferences });
  await service.untilLogged("completed");
  env.openai.calls.length = env.weather.requests.length = 0;
  return headers.get("location")!;
}

const changeRows: typeof rows = [
  ["after accept", { when: "after", commit: "accept" }, [2, 1, 2]],
  ["after the first turn's checkpoint", { when: "after", commit: "step", nth: 1 }, [2, 1, 2]],
  ["before the tool's checkpoint", { when: "before", commit: "step", nth: 2 }, [2, 2, 2]],
  ["after the last checkpoint", { when: "after", commit: "step", nth: 3 }, [2, 1, 2]],
  ["before the final commit", { when: "before", commit: "complete" }, [2, 1, 2]],
];

for (const [name, point, counts] of changeRows) {
  Deno.test(`killed ${name} of a change: it completes, no stored step is paid for twice, and the rest of the plan stays`, async () => {
    await using env = await setUp(converseOnChange);
    const parent = await writePlan(env);
    {
      await using program = await env.startWithFault(point);
      const accepted = program.post(`${parent}/refinements`, { bundle: 2 }).catch(() => null);
      await program.untilLogged("halted");
      await program.end("SIGKILL");
      await accepted;
    }
    await using service = await env.goOn();
    const done = await service.until(({ log }) => log.find((l) => l.message === "completed"));
    const { body } = await service.get(`/api/generations/${done.jobId}`);
    const { body: before } = await service.get(parent);
    assertStrictEquals(body.lineage[0], before.generationId);
    assertStrictEquals(body.bundles[1].title, another.title);
    const kept = (plan: typeof body) => JSON.stringify(plan.bundles.toSpliced(1, 1));
    assertStrictEquals(kept(body), kept(before));
    const toolCalls = env.weather.requests.length / 2;
    assertEquals([env.openai.calls.length, toolCalls, body.attempt], counts);
  });
}

for (
  const [name, point] of [
    ["after the copy of the plan", { when: "after", commit: "base" }],
    ["before accept", { when: "before", commit: "accept" }],
  ] as [string, FaultPoint][]
) {
  Deno.test(`killed ${name} of a change: no job exists, and the plan can still be changed`, async () => {
    await using env = await setUp(converseOnChange);
    const parent = await writePlan(env);
    {
      await using program = await env.startWithFault(point);
      const accepted = program.post(`${parent}/refinements`, { bundle: 2 }).catch(() => null);
      await program.untilLogged("halted");
      await program.end("SIGKILL");
      assertStrictEquals(await accepted, null);
    }
    await using service = await env.goOn();
    const { headers } = await service.post(`${parent}/refinements`, { bundle: 2 });
    await service.untilLogged("completed");
    assertStrictEquals(service.log.filter(({ message }) => message === "claimed").length, 1);
    const { body } = await service.get(headers.get("location")!);
    assertEquals([body.status, body.bundles[1].title], ["completed", another.title]);
  });
}

/** The first call fails, so that the job waits in the due index until it is claimed again. */
const secondClaims: [when: "before" | "after", attempts: number][] = [["before", 1], ["after", 2]];

for (const [when, attempts] of secondClaims) {
  Deno.test(`killed ${when} the claim of a job that waited: the job completes`, async () => {
    const down: Reply = () => new Response(null, { status: 503 });
    await using env = await setUp((call, index) => index === 0 ? down : converse(call));
    let path: string;
    {
      await using program = await env.startWithFault({ when, commit: "claim", nth: 2 });
      path = (await program.post("/api/generations", { preferences })).headers.get("location")!;
      await program.untilLogged("halted");
      await program.end("SIGKILL");
    }
    await using service = await env.goOn();
    await service.untilLogged("completed");
    const { body } = await service.get(path);
    assertEquals([env.openai.calls.length, body.attempt], [3, attempts]);
  });
}

Deno.test("killed during a model call: that call is repeated, and no other", async () => {
  // The second call is never answered.
  await using env = await setUp((call, index) => index === 1 ? noReply : converse(call));
  let path: string;
  {
    await using program = env.start();
    path = (await program.post("/api/generations", { preferences })).headers.get("location")!;
    await env.openai.untilCalled(2);
    await program.end("SIGKILL");
  }
  await using program = env.start();
  await program.untilLogged("completed");
  const { body } = await program.get(path);
  assertStrictEquals(body.attempt, 2);
  assertStrictEquals(env.openai.calls.length, 3);
  assertEquals(env.openai.calls[2]!.body.input, env.openai.calls[1]!.body.input);
});

for (const when of ["before", "after"] as const) {
  Deno.test(`killed ${when} the commit of a heartbeat: the job continues elsewhere`, async () => {
    await using env = await setUp((call, index) => index === 0 ? noReply : converse(call));
    let path: string;
    {
      await using program = await env.startWithFault({ when, commit: "heartbeat" });
      path = (await program.post("/api/generations", { preferences })).headers.get("location")!;
      await env.openai.untilCalled(1);
      await program.untilLogged("halted");
      await program.end("SIGKILL");
    }
    await using service = await env.goOn();
    await service.untilLogged("completed");
    assertStrictEquals((await service.get(path)).body.attempt, 2);
    assertStrictEquals(env.openai.calls.length, 3);
  });
}

for (const when of ["before", "after"] as const) {
  Deno.test(`killed ${when} the commit that puts a job back at shutdown: the job continues`, async () => {
    await using env = await setUp((call, index) => index === 1 ? noReply : converse(call));
    let path: string;
    {
      await using program = await env.startWithFault({ when, commit: "release" });
      path = (await program.post("/api/generations", { preferences })).headers.get("location")!;
      await env.openai.untilCalled(2);
      program.signal("SIGTERM");
      await program.untilLogged("stopping");
      program.signal("SIGTERM");
      await program.untilLogged("halted");
      await program.end("SIGKILL");
    }
    await using service = await env.goOn();
    await service.untilLogged("completed");
    // If the job was put back, the attempt is not counted; otherwise the worker was lost.
    assertStrictEquals((await service.get(path)).body.attempt, when === "after" ? 1 : 2);
    assertStrictEquals(env.openai.calls.length, 3);
  });
}

Deno.test("an instance that was frozen wakes up late, learns that it has lost its job, and changes nothing", async () => {
  const late = Promise.withResolvers<Response>();
  await using env = await setUp((call, index) => index === 0 ? () => late.promise : converse(call));
  await using frozen = env.start();
  const { headers } = await frozen.post("/api/generations", { preferences });
  await env.openai.untilCalled(1);
  await frozen.freeze(env.database.file);
  await using other = env.start();
  await other.untilLogged("completed");
  const { body } = await other.get(headers.get("location")!);
  frozen.signal("SIGCONT");
  late.resolve(new Response("late", { status: 500 }));
  await frozen.untilLogged("lost");
  assertEquals((await frozen.get(headers.get("location")!)).body, body);
  assertStrictEquals(body.attempt, 2);
  assertStrictEquals(env.openai.calls.length, 3);
});
