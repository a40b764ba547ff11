/**
 * An update without a pause: the new version starts beside the old one on the same database, a proxy
 * prefers it, and then the old one gets SIGTERM. Clients go on meanwhile.
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { serveFirstUpstream } from "../../testing/first_upstream.ts";
import { LocalService } from "../../testing/local_service.ts";
import { Program, workDirectory } from "../../testing/program.ts";
import { copyProgram } from "../../testing/source_files.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 3 };

/** A delay of the model that is longer than any test. */
const NEVER = "600000";

/** Only the bell and the sweep can start a job in time: the leases are too long to run out. */
const LEASE_SECONDS = "300";

/** How many rounds the clients make in each phase of the update. */
const ROUNDS = 4;

/** Changes one text of a file. */
async function edit(path: string, { from, to }: { from: string; to: string }): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert(text.includes(from), `${path} has no ${from}`);
  await Deno.writeTextFile(path, text.replace(from, to));
}

/** The program before refinements: it neither writes nor reads records of version 3. */
async function oldSource() {
  const directory = await workDirectory();
  const { path } = directory;
  await copyProgram(path);
  const record = join(path, "lib/job/job_record.ts");
  await edit(record, { from: "z.literal([1, 2, 3])", to: "z.literal([1, 2])" });
  const version = /"version": "[^"]+"/.exec(await Deno.readTextFile(join(path, "deno.json")))![0];
  await edit(join(path, "deno.json"), { from: version, to: '"version": "0.0.1"' });
  return directory;
}

/** Writes a plan with this version, and returns its path. */
async function writePlan(directory: string): Promise<string> {
  await using service = await LocalService.start(directory, {});
  const { headers } = await service.post("/api/itineraries", tokyo);
  await service.untilLogged("completed");
  return headers.get("location")!;
}

/** Clients that post and poll until they are stopped, and what they were answered. */
class Clients {
  readonly paths: string[] = [];
  readonly failures: string[] = [];
  #rounds = 0;
  #changed = Promise.withResolvers<void>();
  #isStopped = false;
  #ended: Promise<unknown> = Promise.resolve();
  readonly #url: string;
  /** The plan that they change; `null`: the version of the service has no changes yet. */
  plan: string | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  /** Starts so many clients. */
  start(count: number): void {
    this.#ended = Promise.all(Array.from({ length: count }, () => this.#run()));
  }

  /** Resolves when the clients have made so many more rounds. */
  async rounds(count: number): Promise<void> {
    const target = this.#rounds + count;
    while (this.#rounds < target) {
      await withWaitLimit(this.#changed.promise, () => this.failures.join("\n"));
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await withWaitLimit(this.#ended, () => "the clients end");
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const path = await this.#post("/api/itineraries", tokyo);
      if (path) await this.#send(path);
      if (this.plan) {
        await this.#post(`${this.plan}/refinements`, { day: 2 });
        await this.#send(this.plan);
      }
      this.#rounds++;
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    }
  }

  async #post(path: string, body: unknown): Promise<string | null> {
    const headers = { "content-type": "application/json" };
    const response = await this.#send(path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    const location = response?.headers.get("location") ?? null;
    if (location) this.paths.push(location);
    return location;
  }

  async #send(path: string, init: RequestInit = {}): Promise<Response | null> {
    const what = `${init.method ?? "GET"} ${path}`;
    try {
      const response = await fetch(this.#url + path, init);
      const text = await response.text();
      if (response.ok) return response;
      this.failures.push(`${what}: ${response.status} ${text}`);
    } catch (error) {
      this.failures.push(`${what}: ${error}`);
    }
    return null;
  }
}

Deno.test("during an update no request fails, and each job is done once", async () => {
  await using directory = await workDirectory();
  await using source = await oldSource();
  const plan = await writePlan(directory.path);
  const env = { LEASE_SECONDS };
  await using old = new Program(directory.path, {
    source: source.path,
    env: { ...env, SAMPLE_DELAY_MS: NEVER, WORKER_CONCURRENCY: "3" },
  });
  const upstreams = [await old.url()];
  await using proxy = serveFirstUpstream(() => upstreams);
  const clients = new Clients(proxy.url);
  clients.start(2);
  await old.untilLogged("claimed", 3);
  await clients.rounds(ROUNDS);
  // A client that waits at the old version, at most for a minute.
  const waiting = fetch(proxy.url + clients.paths[0], { headers: { prefer: "wait=60" } });

  await using current = new Program(directory.path, { env });
  upstreams.unshift(await current.url());
  clients.plan = plan;
  await clients.rounds(ROUNDS);
  old.signal("SIGTERM");
  await old.untilLogged("stopping");
  await clients.rounds(ROUNDS);
  // The second signal ends the four seconds for running jobs.
  assertEquals((await old.end("SIGTERM")).code, 0);
  await clients.rounds(ROUNDS);
  await clients.stop();

  assertEquals(clients.failures, []);
  const answer = await waiting;
  assertEquals([answer.status, (await answer.json()).status], [200, "processing"]);
  assertEquals(new Set(proxy.answeredBy), new Set(upstreams));
  const ids = new Set(clients.paths.map((path) => path.split("/").at(-1)));
  const completed = () => current.log.filter(({ message }) => message === "completed");
  await current.until(() => completed().length >= ids.size);
  assertEquals(completed().length, ids.size);
  for (const path of clients.paths) {
    const { body } = await current.get(path);
    // A release does not count as an attempt.
    assertEquals([body.status, body.attempt], ["completed", 1]);
  }
  const logged = (sought: string) => old.log.filter(({ message }) => message === sought).length;
  assertEquals([logged("claimed"), logged("released"), logged("completed")], [3, 3, 0]);
  assertEquals(old.log.filter(({ level }) => level === "ERROR"), []);
});
