/**
 * Updates the service again and again without a pause, as `docs/operations.md` says, behind nginx.
 * Clients create and poll jobs meanwhile. Ends with a table, and with an error if a request failed or
 * a job was lost. `deno task updates [number of updates]`
 */
import { systemClock } from "../lib/clock.ts";
import { localCertificate } from "../testing/local_certificate.ts";
import { Program, workDirectory } from "../testing/program.ts";
import { hasProxy, startProxy } from "../testing/proxy.ts";

/** As in the recipe: nginx may still send requests to the old version in this time. */
const PAUSE_MS = 5_000;

/** Longer than the four seconds for running jobs, so that a stop interrupts some. */
const JOB_MS = 6_000;

/** The clients, and the pause of each between two jobs. */
const CLIENTS = 4;
const CLIENT_PAUSE_MS = 120;

/** How long the clients go on before the first update and after each one. */
const STEADY_MS = 2_000;

/** The last jobs may be repeated once. */
const LAST_JOBS_MS = 2 * JOB_MS;

const PATH = "/api/itineraries";
const env = {
  SAMPLE_DELAY_MS: String(JOB_MS),
  TRUSTED_PROXIES: "1",
  // No job waits for a slot.
  WORKER_CONCURRENCY: "400",
};

/** Clients of the service, and what they were answered. */
class Clients {
  readonly ids: string[] = [];
  readonly failures: string[] = [];
  requests = 0;
  isStopped = false;
  readonly #url: string;
  readonly #client = Deno.createHttpClient({ caCerts: [localCertificate] });

  constructor(url: string) {
    this.#url = url;
  }

  /** Creates jobs, and polls each once, until it is stopped. */
  async run(): Promise<void> {
    while (!this.isStopped) {
      const job = await this.#send(PATH, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ destination: "Tokyo, Japan", durationDays: 3 }),
      });
      if (job) {
        this.ids.push(job.jobId);
        await this.#send(`${PATH}/${job.jobId}`);
      }
      await systemClock.wait(CLIENT_PAUSE_MS);
    }
  }

  async #send(path: string, init: RequestInit = {}): Promise<{ jobId: string } | null> {
    this.requests++;
    try {
      const response = await fetch(this.#url + path, { ...init, client: this.#client });
      if (response.ok) return await response.json();
      this.failures.push(`${response.status} ${await response.text()}`);
    } catch (error) {
      this.failures.push(String(error));
    }
    return null;
  }
}

if (!hasProxy("nginx")) throw new Error("Cannot measure updates: install nginx");
const updates = Number(Deno.args[0] ?? 4);
await using data = await workDirectory();
await using directory = await workDirectory();
let current = new Program(data.path, { env });
await using proxy = await startProxy("nginx", {
  upstream: await current.url(),
  directory: directory.path,
});
const clients = new Clients(proxy.url);
const running = Promise.all(Array.from({ length: CLIENTS }, () => clients.run()));
await systemClock.wait(STEADY_MS);
for (let update = 0; update < updates; update++) {
  const next = new Program(data.path, { env });
  await proxy.reload(await next.url());
  await systemClock.wait(PAUSE_MS);
  await current.end("SIGTERM");
  current = next;
  await systemClock.wait(STEADY_MS);
}
clients.isStopped = true;
await running;
await systemClock.wait(LAST_JOBS_MS);

const bodies = await Promise.all(
  clients.ids.map(async (id) => (await current.get(`${PATH}/${id}`)).body),
);
await current.end("SIGTERM");
const completed = bodies.filter(({ status }) => status === "completed");
const lateMs = completed.map(({ createdAt, completedAt }) =>
  Date.parse(completedAt) - Date.parse(createdAt) - JOB_MS
);
console.table({
  updates,
  requests: clients.requests,
  "failed requests": clients.failures.length,
  jobs: bodies.length,
  "completed jobs": completed.length,
  "jobs that ended over a second late": lateMs.filter((ms) => ms > 1_000).length,
  "the latest, in milliseconds": Math.max(...lateMs),
});
console.log(clients.failures.join("\n"));
// Not `Deno.exit()`, which would leave nginx running.
Deno.exitCode = clients.failures.length > 0 || completed.length < bodies.length ? 1 : 0;
