/**
 * Clients of a service on the simulated Deno Deploy, most of which leave. Some poll or read a stream
 * until their plan is there, and some come back much later. Others never ask again, and half of
 * these leave in the middle of a stream.
 */
import { z } from "zod";
import { isEnded, JobRecord } from "../../lib/job/job_record.ts";
import type { DeployPlatform } from "../../testing/deploy/platform.ts";
import { type LocalServer, serveLocally } from "../../testing/local_server.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";
import { type Chance, wait } from "../chance.ts";
import { requestBodies, tripName } from "../faulty_model.ts";

/** What clients do after their `POST`. */
export const manners = [
  "waits",
  "reads a stream",
  "comes back",
  "leaves a stream",
  "never asks",
] as const;
export type Manner = typeof manners[number];

/** What clients do, in turn, unless told otherwise: most leave, and half never ask again. */
const mixedManners: readonly Manner[] = [
  "never asks",
  "comes back",
  "leaves a stream",
  "reads a stream",
  "never asks",
  "comes back",
  "leaves a stream",
  "waits",
];

/** Clients that never ask again get a callback. */
const hasCallback = (manner: Manner) => manner === "never asks" || manner === "leaves a stream";

/** How often a client sends a request again that no instance has answered. */
const TRIES = 5;
const TRY_AGAIN_MS = 200;

/** One job, as its client knows it. */
export interface Trip {
  client: string;
  id: string;
  path: string;
  manner: Manner;
  /** The last status that the client has seen. */
  status: string;
}

export interface ClientsOptions {
  /** How many jobs they create. */
  jobs: number;
  /** What they do, in turn. */
  manners?: readonly Manner[];
  /** How many of them come at once. */
  burst: number;
  /** The average pause before the next ones come, in milliseconds. */
  quietMs: number;
  /** The longest time after which a client comes back, in milliseconds. */
  absenceMs: number;
  /** The pause between two polls, in milliseconds. */
  pollMs: number;
  apiKey: string;
  chance: Chance;
  /** Receives the callbacks of the clients that never ask again. */
  receiver: CallbackReceiver;
}

const Accepted = z.object({ status: z.string() });

const Delivery = z.object({ type: z.string() });

/** A receiver of callbacks; `await using` stops it. */
export class CallbackReceiver implements AsyncDisposable {
  /** How often each job was delivered, by the name of its client. */
  readonly delivered = new Map<string, number>();
  /** How many deliveries it has refused. */
  refused = 0;
  readonly #server: LocalServer;
  #arrived = Promise.withResolvers<void>();

  /** @param refuses returns whether it refuses the first delivery to a client */
  constructor(refuses: (client: string) => boolean = () => false) {
    const known = new Set<string>();
    this.#server = serveLocally(async (request, { pathname }) => {
      const client = pathname.slice(1);
      const { type } = Delivery.parse(await request.json());
      if (!type.endsWith(".completed")) return new Response(null, { status: 400 });
      if (!known.has(client) && refuses(client)) {
        known.add(client);
        this.refused++;
        return new Response(null, { status: 503 });
      }
      this.delivered.set(client, (this.delivered.get(client) ?? 0) + 1);
      this.#arrived.resolve();
      this.#arrived = Promise.withResolvers();
      return new Response(null, { status: 204 });
    });
  }

  /** Returns the address for the callback of a client. */
  urlFor(client: string): string {
    return `${this.#server.url}/${client}`;
  }

  /** What the service must allow: its host and port. */
  get host(): string {
    return new URL(this.#server.url).host;
  }

  /** Resolves when the jobs of these clients were delivered. */
  async untilDelivered(clients: readonly string[]): Promise<void> {
    while (!clients.every((client) => this.delivered.has(client))) {
      await withWaitLimit(this.#arrived.promise, () => `callbacks after ${this.delivered.size}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}

/** Sends a request, and reads the answer. Sends it again if no instance has answered it. */
async function send(url: string, init: RequestInit): Promise<{ headers: Headers; text: string }> {
  for (let n = 1;; n++) {
    try {
      const answer = await fetch(url, init);
      const text = await answer.text();
      if (answer.status < 500 || n === TRIES) return { headers: answer.headers, text };
    } catch (error) {
      if (n === TRIES) throw error;
    }
    await wait(TRY_AGAIN_MS);
  }
}

/**
 * Reads a stream to its end, or until it breaks.
 *
 * @param options `leaves`: ends the connection after the first bytes
 */
async function readStream(
  url: string,
  { headers, leaves }: { headers: Record<string, string>; leaves: boolean },
): Promise<void> {
  try {
    const { body } = await fetch(url, { headers });
    // The end of the loop cancels the body, which closes the connection.
    for await (const _ of body!) if (leaves) break;
  } catch {
    // Its instance was stopped. The client goes on with a poll.
  }
}

/**
 * Creates jobs of both kinds, and does what the clients do. Resolves when the last client that asks
 * has its plan.
 *
 * @throws {Error} if a job was not accepted
 */
export async function runClients(
  platform: DeployPlatform,
  options: ClientsOptions,
): Promise<Trip[]> {
  const { jobs, burst, quietMs, chance } = options;
  const clients: Promise<Trip>[] = [];
  for (let n = 0; n < jobs; n++) {
    if (n > 0 && n % burst === 0) await chance.pause(quietMs);
    clients.push(runClient(platform, { ...options, n }));
  }
  return await Promise.all(clients);
}

async function runClient(
  platform: DeployPlatform,
  { n, chance, apiKey, receiver, absenceMs, pollMs, manners = mixedManners }:
    & ClientsOptions
    & { n: number },
): Promise<Trip> {
  const kinds = Object.entries(requestBodies);
  const [path, bodyFor] = kinds[n % kinds.length]!;
  const manner = manners[Math.floor(n / kinds.length) % manners.length]!;
  const client = `client-${n}`;
  const callback = hasCallback(manner) ? { callbackUrl: receiver.urlFor(client) } : {};
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const { text, headers: answered } = await send(platform.url + path, {
    method: "POST",
    headers: { ...headers, "idempotency-key": client },
    body: JSON.stringify({ ...bodyFor(tripName(n)), ...callback }),
  });
  const location = answered.get("location");
  if (location === null) throw new Error(`${tripName(n)} was not accepted: ${text}`);
  const { status } = Accepted.parse(JSON.parse(text));
  const trip: Trip = { client, id: location.split("/").at(-1)!, path: location, manner, status };
  const url = platform.url + location;
  if (manner === "comes back") await wait(absenceMs * chance.next());
  if (manner === "leaves a stream") {
    await readStream(`${url}/events`, { headers, leaves: true });
  }
  while (!hasCallback(manner) && trip.status === "processing") {
    if (manner === "reads a stream") {
      await readStream(`${url}/events`, { headers, leaves: false });
    } else await wait(pollMs);
    const { text } = await send(url, { headers });
    trip.status = Accepted.parse(JSON.parse(text)).status;
  }
  return trip;
}

/** Reads the records of all jobs, callbacks included, without a request to an instance. */
export async function readRecords(platform: DeployPlatform): Promise<Map<string, JobRecord>> {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", platform.kv.token);
  using kv = await Deno.openKv(platform.kv.url("observer"));
  const records = new Map<string, JobRecord>();
  for await (const { value } of kv.list({ prefix: ["job"] })) {
    const job = JobRecord.parse(value);
    records.set(job.id, job);
  }
  return records;
}

/** What a run has shown. Without faults, only `completed` is above 0. */
export interface Verdict {
  completed: number;
  lost: number;
  stuck: number;
  "ended otherwise": number;
  "completed twice": number;
  "callbacks missing": number;
}

/** Compares the jobs of the clients with the records and the logs. */
export function judge(
  trips: readonly Trip[],
  { records, platform, receiver }: {
    records: ReadonlyMap<string, JobRecord>;
    platform: DeployPlatform;
    receiver: CallbackReceiver;
  },
): Verdict {
  const ends = new Map<unknown, number>();
  for (const { message, jobId } of platform.programs.flatMap(({ log }) => log)) {
    if (message === "completed") ends.set(jobId, (ends.get(jobId) ?? 0) + 1);
  }
  const found = trips.flatMap(({ id }) => records.get(id) ?? []);
  const called = trips.filter(({ manner }) => hasCallback(manner));
  return {
    completed: found.filter(({ state }) => state === "succeeded").length,
    lost: trips.length - found.length,
    stuck: found.filter((job) => !isEnded(job)).length,
    "ended otherwise": found.filter((job) => isEnded(job) && job.state !== "succeeded").length,
    "completed twice": trips.filter(({ id }) => (ends.get(id) ?? 0) > 1).length,
    "callbacks missing": called.filter(({ client }) => !receiver.delivered.has(client)).length,
  };
}
