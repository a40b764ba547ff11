/**
 * The client with the service: in one process, with a real program, and as the single file that
 * pages load.
 */
import {
  assert,
  assertEquals,
  assertNotMatch,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  createTripClient,
  type GenerationJob,
  type ItineraryJob,
  type Job,
  type TripClient,
} from "../../../web/client/client.ts";
import { openApp, techno, tokyo } from "../../../testing/app.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { type App, send } from "../../../testing/http.ts";
import { Program, workDirectory } from "../../../testing/program.ts";
import { doneJob, errorOf, id, reason } from "../../../testing/test_page.ts";

const modulePath = join(import.meta.dirname!, "../../../web/client/client.ts");

/** Connects the client to an application without a network, and records the requests. */
function connectTo(app: App, block: (line: string) => boolean = () => false) {
  const clock = new FakeClock();
  const lines: string[] = [];
  async function fetch(path: string, init: RequestInit): Promise<Response> {
    const request = new Request(`http://localhost${path}`, init);
    const prefer = request.headers.get("prefer") ?? "";
    const line = `${request.method} ${path.replace(/\/[\da-f-]{36}/, "/:id")} ${prefer}`.trim();
    lines.push(line);
    const response = await app.fetch(request);
    init.signal?.throwIfAborted();
    if (!block(line)) return response;
    await response.body?.cancel();
    throw new TypeError("NetworkError when attempting to fetch resource.");
  }
  const platform = { fetch, clock, random: () => 0.5, events: null };
  const client = createTripClient({ clientToken: "a-token-of-sixteen", platform });
  return { client, clock, lines };
}

/** Advances the clocks until the promise has settled. */
async function passUntil<T>(promise: Promise<T>, clocks: FakeClock[]): Promise<T> {
  let isSettled = false;
  const settled = promise.finally(() => isSettled = true);
  settled.catch(() => {});
  while (!isSettled) {
    for (const clock of clocks) clock.advance(250);
    await nextTurn();
  }
  return await settled;
}

/** How the count of shown parts grows. */
const countsOf = (shown: Job[]) => shown.map(({ partial }) => partial?.length ?? null);

for (
  const [how, create, planOf] of [
    [
      "an itinerary",
      (client: TripClient) => client.createItinerary(tokyo),
      (job: Job) => (job as ItineraryJob).itinerary,
    ],
    [
      "a generation",
      (client: TripClient) => client.createGeneration(techno),
      (job: Job) => (job as GenerationJob).bundles,
    ],
  ] as const
) {
  Deno.test(`watch() follows ${how} to its end with one stream`, async () => {
    using env = await openApp({ delayMs: 20_000 });
    const { client, clock, lines } = connectTo(env.app);
    const job: Job = await create(client);
    assertStrictEquals(job.status, "processing");
    const shown: Job[] = [];
    const connections: string[] = [];
    const watching = client.watch(job, {
      onProgress: (job) => shown.push(job),
      onConnection: (connection) => connections.push(connection),
    });
    // The client has no timers here.
    const ended = await passUntil(watching, [env.clock]);
    assertStrictEquals(ended.status, "completed");
    assertEquals(shown.at(-1), ended);
    assertEquals(await client.get(job), ended);
    const counts = countsOf(shown);
    const plan = planOf(ended)!;
    for (let count = 0; count <= plan.length; count++) {
      assert(counts.includes(count), `${counts}`);
    }
    assertEquals(counts.slice(0, -1), counts.slice(0, -1).toSorted());
    assertEquals(shown.at(-2)!.partial, plan);
    assertEquals(connections, ["live"]);
    assertEquals(lines.map((line) => line.split("/").at(-1)), [
      lines[0]!.split("/").at(-1),
      ":id",
      "events",
      ":id",
      ":id",
    ]);
    await env.a.instance.idle();
    assertEquals([clock.waiting, env.a.jobs.watched], [0, 0]);
  });
}

for (
  const [how, block, expected] of [
    ["long polls", (line) => line.endsWith("/events"), "GET /api/itineraries/:id wait=25"],
    ["plain polls", (line) => /events|wait/.test(line), "GET /api/itineraries/:id"],
  ] as [string, (line: string) => boolean, string][]
) {
  Deno.test(`watch() follows a job to its end with ${how} where streams do not get through`, async () => {
    using env = await openApp({ delayMs: 60_000 });
    const { client, clock, lines } = connectTo(env.app, block);
    const job = await client.createItinerary(tokyo);
    const shown: Job[] = [];
    const watching = client.watch(job, { onProgress: (job) => shown.push(job) });
    const ended = await passUntil(watching, [env.clock, clock]);
    assertStrictEquals(ended.itinerary?.length, tokyo.durationDays);
    assert(countsOf(shown).includes(1));
    assertStrictEquals(lines.at(-1), expected);
    await env.a.instance.idle();
    assertEquals([clock.waiting, env.a.jobs.watched], [0, 0]);
  });
}

Deno.test("a wish whose first answer is lost creates one job", async () => {
  using env = await openApp();
  let lost = 2;
  const { client, clock, lines } = connectTo(env.app, () => lost-- > 0);
  const job = await passUntil(client.createItinerary(tokyo), [clock]);
  assertStrictEquals(lines.length, 3);
  const headers = { "client-token": "a-token-of-sixteen" };
  const { body } = await send(env.app, "/api/itineraries", { headers });
  assertEquals(body.items.map(({ jobId }: ItineraryJob) => jobId), [job.jobId]);
  assertStrictEquals(clock.waiting, 0);
  await env.a.instance.idle();
});

Deno.test("watch() ends when its job is canceled, and cancel() does not change an ended job", async () => {
  using env = await openApp({ delayMs: 20_000 });
  const { client, clock } = connectTo(env.app);
  const job = await client.createItinerary(tokyo);
  const live = Promise.withResolvers<void>();
  const watching = client.watch(job, { onConnection: () => live.resolve() });
  await live.promise;
  const canceled = await client.cancel(job);
  assertStrictEquals(canceled.status, "canceled");
  assertEquals(await passUntil(watching, [env.clock]), canceled);
  assertEquals(await client.cancel(job), canceled);
  const other = await client.createItinerary(tokyo);
  const done = await passUntil(client.watch(other), [env.clock]);
  assertStrictEquals(done.status, "completed");
  assertEquals(await client.cancel(other), done);
  await env.a.instance.idle();
  assertEquals([clock.waiting, env.a.jobs.watched], [0, 0]);
});

Deno.test("an unknown job and an invalid wish reject with their problems", async () => {
  using env = await openApp();
  const { client } = connectTo(env.app);
  assertStrictEquals((await errorOf(client.watch(id))).code, "job_not_found");
  const { code, errors } = await errorOf(client.createItinerary({ ...tokyo, durationDays: 99 }));
  assertStrictEquals(code, "invalid_request");
  assertEquals(errors.map(({ pointer }) => pointer), ["#/durationDays"]);
});

/** Returns a port on which no process listens. */
function freePort(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return String((listener.addr as Deno.NetAddr).port);
}

Deno.test("watch() continues after the server is killed and restarted, and leaves no resources", async () => {
  await using directory = await workDirectory();
  // On a Deno without `tryLock`, this makes a death visible soon.
  const lease = { LEASE_SECONDS: "1" };
  const env = { PORT: freePort(), GENERATOR: "sample", SAMPLE_DELAY_MS: "2000", ...lease };
  const client = createTripClient({ baseUrl: `http://127.0.0.1:${env.PORT}` });
  const [seen, lost] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const connections: string[] = [];
  let watching: Promise<ItineraryJob>;
  {
    await using program = new Program(directory.path, { env });
    await program.url();
    const job = await client.createItinerary(tokyo);
    watching = client.watch(job, {
      onProgress: ({ partial }) => partial?.length === 1 && seen.resolve(),
      onConnection(connection) {
        connections.push(connection);
        if (connection === "lost") lost.resolve();
      },
    });
    await seen.promise;
    await program.end("SIGKILL");
  }
  await lost.promise;
  await using _ = new Program(directory.path, { env });
  const job = await watching;
  assertEquals([job.status, job.attempt], ["completed", 2]);
  assertStrictEquals(job.itinerary?.length, tokyo.durationDays);
  assertEquals(connections.slice(0, 2), ["live", "lost"]);
  assertNotStrictEquals(connections.at(-1), "lost");
});

Deno.test("a watch that is aborted leaves no resources over a real network", async () => {
  await using directory = await workDirectory();
  const env = { GENERATOR: "sample", SAMPLE_DELAY_MS: "600000" };
  await using program = new Program(directory.path, { env });
  const client = createTripClient({ baseUrl: await program.url() });
  const job = await client.createGeneration(techno);
  const leaving = new AbortController();
  const watching = client.watch(job, {
    signal: leaving.signal,
    onConnection: (connection) => connection === "live" && leaving.abort(reason),
  });
  assertStrictEquals(await assertRejects(() => watching), reason);
  assertStrictEquals((await client.cancel(job)).status, "canceled");
});

// The file that pages load

Deno.test("the module is one file of less than 7 KB without imports", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", modulePath],
    stderr: "inherit",
  }).output();
  const code = new TextDecoder().decode(stdout);
  const { length } = gzipSync(stdout);
  assert(length < 7 * 1024, `${length} bytes`);
  assertNotMatch(code, /\bimport\b|\bfrom\s*"|\bDeno\b|\brequire\(/);
  const module = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  assertEquals(Object.keys(module).toSorted(), [
    "TripError",
    "createTripClient",
    "partsOf",
  ]);
  const { get } = module.createTripClient({
    platform: { fetch: () => Promise.resolve(Response.json(doneJob)) },
  });
  assertEquals(await get(id), doneJob);
});
