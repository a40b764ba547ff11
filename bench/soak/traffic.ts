/**
 * Sends the requests of a soak, checks each answer, and remembers the jobs.
 */
import { isDeepStrictEqual } from "node:util";
import { type Chance, wait } from "../chance.ts";
import { plans, requestBodies, tripName } from "../faulty_model.ts";
import type { ProgramGroup } from "../program_group.ts";
import type { Findings } from "./findings.ts";

/** A path of the API that creates jobs. */
export type JobPath = keyof typeof requestBodies;

/** All such paths. */
export const jobPaths = Object.keys(requestBodies) as JobPath[];

/** A request, with what its answer must be. */
export interface Sent {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: BodyInit;
  /** The allowed statuses. */
  expected: readonly number[];
  /** The place of the process; by default a random one. */
  to?: number;
  /** Sent without the API key, from a random address. */
  isStranger?: boolean;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** A job that the service has accepted. */
export interface Trip {
  name: string;
  kind: JobPath;
  /** The address of the job. */
  path: string;
  id: string;
  acceptedAt: number;
  /** The first final answer, with its ETag. */
  final?: { body: string; etag: string | null };
  /** A `DELETE` was sent, or was also accepted. */
  cancellation?: "asked" | "accepted";
}

export interface TrafficOptions {
  group: ProgramGroup;
  chance: Chance;
  findings: Findings;
  apiKey: string;
  /** How long a job can be read. */
  ttlMs: number;
}

/** No request of a soak takes this long: the longest wait on purpose is two seconds. */
const ANSWER_MS = 30_000;

/** Longer than all retries of a job. */
const STUCK_MS = 90_000;

/** After this time, a client may have left its job. Most jobs take less than a second. */
const FOLLOWED_MS = 15_000;

/** A job is not read in its last seconds, because it may expire before the answer. */
const MARGIN_MS = 10_000;

/** How many finished jobs can be read again. */
const KEPT_TRIPS = 200;

/** Idle connections are closed after this time, so that they do not count as descriptors. */
const POOL_IDLE_MS = 1_000;

/** The only failure that the faults of the model may cause: its plan was malformed twice. */
const EXPECTED_FAILURE = "invalid_output";

/** How many addresses strangers have. All of them send requests during the warm-up. */
const STRANGERS = 200;

/** Letters and digits. */
const BASE36 = 36;

/** The client side of a soak. */
export class Traffic {
  readonly chance: Chance;
  readonly findings: Findings;
  /** Jobs that have not ended, as far as the client knows. */
  readonly open = new Map<string, Trip>();
  /** The last jobs that have ended. */
  readonly finished: Trip[] = [];
  /** How many requests, accepted jobs and expected failures there were. */
  readonly counts = { requests: 0, jobs: 0, failed: 0, unanswered: 0 };
  readonly #options: TrafficOptions;
  #client = newClient();

  constructor(options: TrafficOptions) {
    this.#options = options;
    this.chance = options.chance;
    this.findings = options.findings;
  }

  /** Returns a name that no other job has. */
  newName(): string {
    return tripName(this.counts.jobs++);
  }

  /** Returns a text that is different each time. */
  newText(): string {
    return this.chance.next().toString(BASE36).slice(2);
  }

  /** Whether a job can still be read for some seconds. */
  isReadable({ acceptedAt }: Trip): boolean {
    return Date.now() < acceptedAt + this.#options.ttlMs - MARGIN_MS;
  }

  /** Returns a random job that has ended and can be read, if there is one. */
  anyFinished(): Trip | undefined {
    const readable = this.finished.filter((trip) => this.isReadable(trip));
    return readable.length > 0 ? this.chance.pick(readable) : undefined;
  }

  /** The URL of the current program of a place. */
  async urlOf(place: number): Promise<string> {
    return await this.#options.group.running[place]!.url();
  }

  /** A random place. */
  anyPlace(): number {
    return this.chance.below(this.#options.group.running.length);
  }

  /**
   * Sends a request.
   *
   * @param use reads the response; by default it reads the text
   * @returns the answer; `null` if the process was stopped meanwhile
   */
  async send(sent: Sent): Promise<Answer | null>;
  async send<T>(sent: Sent, use: (response: Response) => Promise<T>): Promise<T | null>;
  async send(sent: Sent, use: (response: Response) => Promise<unknown> = readAnswer) {
    const { path, to: place = this.anyPlace(), expected } = sent;
    const { running } = this.#options.group;
    const program = running[place]!;
    const what = `${sent.method ?? "GET"} ${path}`;
    this.counts.requests++;
    try {
      const url = await program.url() + path;
      const response = await fetch(url, this.#requestOf(sent));
      const { status } = response;
      if (expected.includes(status)) return await use(response);
      const text = await response.text();
      if (program === running[place]) {
        this.findings.add("wrong status", `${what}: ${status} ${text}`);
      }
    } catch (error) {
      if (program === running[place]) this.findings.add("no answer", `${what}: ${error}`);
    }
    this.counts.unanswered++;
    return null;
  }

  #requestOf({ method = "GET", headers = {}, body, isStranger = false }: Sent) {
    const stranger = { "x-forwarded-for": `10.0.0.${this.chance.below(STRANGERS)}` };
    return {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(isStranger ? stranger : { authorization: `Bearer ${this.#options.apiKey}` }),
        ...headers,
      },
      redirect: "manual" as const,
      client: this.#client,
      signal: AbortSignal.timeout(ANSWER_MS),
    };
  }

  /**
   * Creates a job of a random kind.
   *
   * @returns the job; `null` if the process was stopped meanwhile, so that it may or may not exist
   */
  async create(
    options: {
      name?: string;
      kind?: JobPath;
      headers?: Record<string, string>;
      members?: object;
      /** The place of the process; by default a random one. */
      to?: number;
    } = {},
  ): Promise<Trip | null> {
    const { name = this.newName(), kind = this.chance.pick(jobPaths), to = this.anyPlace() } =
      options;
    const { headers = {}, members = {} } = options;
    const answer = await this.send({
      to,
      method: "POST",
      path: kind,
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...requestBodies[kind](name), ...members }),
      expected: [200, 202],
    });
    if (!answer) return null;
    const path = answer.headers.get("location")!;
    const id = path.split("/").at(-1)!;
    const trip = this.open.get(id) ?? this.finished.find((other) => other.id === id) ??
      { name, kind, path, id, acceptedAt: Date.now() };
    if (!trip.final) this.open.set(id, trip);
    return trip;
  }

  /**
   * Checks an answer about a job, and remembers the first final one.
   *
   * @returns whether the job has ended
   */
  hear(trip: Trip, { text, headers }: Pick<Answer, "text" | "headers">): boolean {
    const job = JSON.parse(text);
    if (job.status === "processing") {
      if (trip.final) this.findings.add("changed after its end", `${trip.path}: processing`);
      return false;
    }
    const etag = headers.get("etag");
    if (trip.final) {
      if (trip.final.body !== text) this.findings.add("changed after its end", `${trip.path}`);
      return true;
    }
    trip.final = { body: text, etag };
    this.#checkEnd(trip, job);
    this.open.delete(trip.id);
    this.finished.push(trip);
    if (this.finished.length > KEPT_TRIPS) this.finished.shift();
    return true;
  }

  // deno-lint-ignore no-explicit-any -- this is the check of its members
  #checkEnd({ kind, name, path, cancellation }: Trip, job: any): void {
    const isCanceled = job.status === "canceled";
    if (isCanceled ? !cancellation : cancellation === "accepted") {
      this.findings.add("wrong end", `${path}: ${job.status}`);
    } else if (job.status === "failed" && job.failure.code === EXPECTED_FAILURE) {
      this.counts.failed++;
    } else if (job.status === "failed") {
      this.findings.add("failed", `${path}: ${job.failure.code} ${job.error}`);
    } else if (job.status === "completed" && !hasPlan(kind, { name, job })) {
      this.findings.add("wrong plan", `${path}: ${JSON.stringify(job)}`);
    }
  }

  /** Reads a job once. @returns whether it has ended; `null` without an answer */
  async read(trip: Trip, headers: Record<string, string> = {}): Promise<boolean | null> {
    const answer = await this.send({ path: trip.path, headers, expected: [200, 304] });
    if (!answer) return null;
    return answer.status === 304 ? trip.final !== undefined : this.hear(trip, answer);
  }

  /** Reads the open jobs that no client follows any more. */
  async readAbandoned(): Promise<void> {
    for (const trip of this.open.values()) {
      if (Date.now() > trip.acceptedAt + FOLLOWED_MS) await this.#readOpen(trip);
    }
  }

  /** Reads the open jobs until all have ended. A job that does not end is a finding. */
  async settle(): Promise<void> {
    const until = Date.now() + STUCK_MS;
    while (this.open.size > 0 && Date.now() < until) {
      for (const trip of this.open.values()) await this.#readOpen(trip);
      await wait(100);
    }
    for (const trip of this.open.values()) this.#addStuck(trip);
  }

  async #readOpen(trip: Trip): Promise<void> {
    if (this.isReadable(trip)) await this.read(trip);
    else this.#addStuck(trip);
  }

  #addStuck({ id, path, acceptedAt }: Trip): void {
    this.findings.add("stuck", `${path}: ${Math.round((Date.now() - acceptedAt) / 1_000)} s`);
    this.open.delete(id);
  }

  /** The counts, as text. */
  get summary(): string {
    const { requests, jobs, failed, unanswered } = this.counts;
    const parts = [
      `${requests} requests`,
      `${jobs} jobs`,
      `${failed} with malformed plans`,
      `${unanswered} requests lost with process B`,
    ];
    return parts.join(", ");
  }

  /** Closes all idle connections. */
  closeConnections(): void {
    this.#client.close();
    this.#client = newClient();
  }
}

function newClient(): Deno.HttpClient {
  return Deno.createHttpClient({ poolIdleTimeout: POOL_IDLE_MS });
}

async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

/** Whether a finished job has the plan that the model wrote for it. */
// deno-lint-ignore no-explicit-any -- the comparison is the check
function hasPlan(kind: JobPath, { name, job }: { name: string; job: any }): boolean {
  return kind === "/api/itineraries"
    ? isDeepStrictEqual(job.itinerary, plans[kind](name).days)
    : isDeepStrictEqual(job.bundles, plans[kind](name).bundles);
}
