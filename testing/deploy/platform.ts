/**
 * Deno Deploy, simulated: it runs the program in instances, and is the address that clients call.
 *
 * - Requests start instances. They go to any instance that is ready or starting, or to a new one.
 * - An instance is stopped some time after its last request and the last byte of its answers: SIGINT,
 *   and five seconds later SIGKILL. A request that waits for its answer does not keep it alive.
 * - At times an instance is stopped although it has requests. New ones go to other instances.
 * - A run of a cron is a request to an instance. While it lasts, the next runs are skipped.
 * - The database is that of the platform, over KV Connect: there is no queue. What is read with
 *   `consistency: "eventual"` may be old.
 * - An instance may do everything but write files. Its only other flag is the preloaded
 *   `runtime.ts`, which is this simulation's own.
 *
 * Source: https://docs.deno.com/deploy/reference/ of August 2026.
 * @module
 */
import { join } from "node:path";
import { CRON_PATH } from "./paths.ts";
import { HostedKv, type KvRequests } from "../kv_connect/hosted_kv.ts";
import { passedOn } from "../local_server.ts";
import { Program, workDirectory } from "../program.ts";
import { root } from "../source_files.ts";

/** An instance is stopped when it had no request and sent nothing for a time from here… */
const MIN_IDLE_MS = 5_000;
/** …to here. */
const MAX_IDLE_MS = 10 * 60_000;
/** The time from SIGINT to SIGKILL. It is never scaled: the program counts on it. */
const KILL_AFTER_MS = 5_000;
/** The pause between two runs of a cron. */
const CRON_MS = 60_000;

/** How the database is named to the program, in {@link HostedKv.requests}. */
const CLIENT = "app";

export interface DeployOptions {
  /** The environment of the app. */
  env?: Record<string, string>;
  /** The path of Deno, by default of the Deno that runs this. */
  deno?: string;
  /** The platform's times are divided by this number, but for the five seconds before SIGKILL. */
  scale?: number;
  /** How old eventual reads are, in milliseconds. */
  lagMs?: number;
  /** How long each request to the database takes, in milliseconds. */
  latencyMs?: number;
  /** How many instances run at once, at most. */
  maxInstances?: number;
  /** One request in this many starts another instance. */
  requestsPerStart?: number;
  /** Returns a number from 0 up to, but not including, 1. */
  random?: () => number;
  /** The average time between two stops of instances that may have requests; 0: there are none. */
  evictionMs?: number;
  /** Whether only the caller runs crons and stops instances, and the clock does neither. */
  isManual?: boolean;
}

/** What the platform counts. */
export interface DeployCounts {
  /** Requests of clients. */
  requests: number;
  /** Requests of clients that no instance has answered: its process ended. */
  unanswered: number;
  /** Answers to clients that lack their end, for the same reason. */
  cut: number;
  /** Instances that were started, at all. */
  started: number;
  /** The most instances at once. */
  most: number;
  /** Instances that ended by themselves. */
  crashed: number;
  /** Instances that were stopped… */
  stopped: number;
  /** …of these, the ones that the platform needed for something else… */
  evicted: number;
  /** …and the ones that took longer than five seconds. */
  killed: number;
  cronRuns: number;
  /** Runs that were not started, because an earlier one lasted… */
  skippedCronRuns: number;
  /** …and runs whose instance was stopped before their end. */
  cutCronRuns: number;
  /** The time in which instances ran, together, in milliseconds. */
  instanceMs: number;
  /** The longest time from SIGINT to the end of a process, in milliseconds. */
  longestStopMs: number;
}

/** One process of the program. */
interface Instance {
  program: Program;
  startedAt: number;
  /** Stops it when it has had no traffic for some time. */
  idle: ReturnType<typeof setTimeout> | undefined;
  /** Resolves when its process has ended, if it has been stopped. */
  end: Promise<void> | undefined;
}

/** The platform; `await using` ends it with all instances. */
export class DeployPlatform implements AsyncDisposable {
  readonly counts: DeployCounts = {
    requests: 0,
    unanswered: 0,
    cut: 0,
    started: 0,
    most: 0,
    crashed: 0,
    stopped: 0,
    evicted: 0,
    killed: 0,
    cronRuns: 0,
    skippedCronRuns: 0,
    cutCronRuns: 0,
    instanceMs: 0,
    longestStopMs: 0,
  };
  readonly kv: HostedKv;
  /** All programs so far, also ended ones, for their output. */
  readonly programs: Program[] = [];
  readonly #options: Required<DeployOptions>;
  readonly #directory: AsyncDisposable & { path: string };
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** The instances that take requests. */
  readonly #ready = new Set<Instance>();
  readonly #all: Instance[] = [];
  readonly #cronRuns = new Map<string, Promise<void>>();
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  #eviction: ReturnType<typeof setTimeout> | undefined;

  private constructor(directory: AsyncDisposable & { path: string }, options: DeployOptions) {
    this.#directory = directory;
    this.#options = {
      env: {},
      deno: Deno.execPath(),
      scale: 1,
      lagMs: 0,
      latencyMs: 0,
      maxInstances: 4,
      requestsPerStart: 20,
      random: Math.random,
      evictionMs: 0,
      isManual: false,
      ...options,
    };
    this.kv = new HostedKv(this.#options);
    const listen = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
    this.#server = Deno.serve(listen, (request) => this.#answer(request));
  }

  /** Deploys the program: starts an instance, which names its crons. */
  static async start(options: DeployOptions = {}): Promise<DeployPlatform> {
    const platform = new DeployPlatform(await workDirectory(), options);
    try {
      await platform.#deploy();
      return platform;
    } catch (error) {
      await platform[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #deploy(): Promise<void> {
    const { isManual, scale } = this.#options;
    const answer = await this.#forward(this.#choose(), new Request(`http://host${CRON_PATH}`));
    const names = await answer.json();
    if (isManual) return;
    for (const name of names) {
      this.#timers.push(setInterval(() => this.runCron(name), CRON_MS / scale));
    }
    this.#evictLater();
  }

  /** Stops any instance after some time, whatever it does, and again after that. */
  #evictLater(): void {
    const { evictionMs, scale, random } = this.#options;
    if (evictionMs === 0) return;
    this.#eviction = setTimeout(() => {
      const instance = [...this.#ready][Math.floor(random() * this.#ready.size)];
      if (instance) {
        this.counts.evicted++;
        this.#stop(instance);
      }
      this.#evictLater();
    }, 2 * random() * evictionMs / scale);
  }

  /** The address of the app, without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** How many requests the app has sent to its database. */
  get kvRequests(): KvRequests {
    return this.kv.requests(CLIENT);
  }

  /** How many instances take requests. */
  get size(): number {
    return this.#ready.size;
  }

  /** Runs a cron. Resolves when the run has ended, or at once if an earlier one still lasts. */
  async runCron(name: string): Promise<void> {
    if (this.#cronRuns.has(name)) return void this.counts.skippedCronRuns++;
    this.counts.cronRuns++;
    const request = new Request(`http://host${CRON_PATH}${name}`, { method: "POST" });
    const run = this.#forward(this.#choose(), request)
      .then((answer) => answer.body?.cancel())
      .then(() => {}, () => void this.counts.cutCronRuns++)
      .finally(() => this.#cronRuns.delete(name));
    this.#cronRuns.set(name, run);
    await run;
  }

  /**
   * Stops all instances, as the platform does with idle ones. Resolves when they have ended.
   *
   * @param options `isHurried`: sends a second SIGINT, which ends the wait for running jobs
   */
  async stopInstances({ isHurried = false } = {}): Promise<void> {
    const instances = [...this.#ready];
    for (const instance of instances) this.#stop(instance);
    if (isHurried) {
      await Promise.all(instances.map(({ program }) => program.untilLogged("stopping")));
      for (const { program } of instances) if (!program.hasEnded) program.signal("SIGINT");
    }
    await Promise.all(this.#all.map(({ end }) => end));
  }

  async #answer(request: Request): Promise<Response> {
    this.counts.requests++;
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(CRON_PATH)) return new Response(null, { status: 404 });
    try {
      return await this.#forward(this.#choose(), request, () => {
        if (!request.signal.aborted) this.counts.cut++;
      });
    } catch {
      this.counts.unanswered++;
      return new Response("No instance has answered", { status: 502 });
    }
  }

  /** Returns the instance for a request, which may be a new one. */
  #choose(): Instance {
    const { random, requestsPerStart, maxInstances } = this.#options;
    const ready = [...this.#ready];
    const isNew = ready.length === 0 ||
      (ready.length < maxInstances && random() * requestsPerStart < 1);
    return isNew ? this.#start() : ready[Math.floor(random() * ready.length)]!;
  }

  #start(): Instance {
    const { env, deno } = this.#options;
    const config = ["--config", join(root, "deno.json"), "--frozen"];
    const own = ["--deny-write", "--preload", join(root, "testing/deploy/runtime.ts")];
    const program = new Program(this.#directory.path, {
      command: [deno, "run", "--quiet", "--allow-all", ...config, ...own, join(root, "main.ts")],
      env: {
        ...env,
        DENO_DEPLOY: "1",
        DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0",
        DENO_KV_DEFAULT_PATH: this.kv.url(CLIENT),
        DENO_KV_ACCESS_TOKEN: this.kv.token,
        KV_PATH: "",
      },
    });
    const instance: Instance = {
      program,
      startedAt: Date.now(),
      idle: undefined,
      end: undefined,
    };
    this.programs.push(program);
    this.#all.push(instance);
    this.#ready.add(instance);
    this.counts.started++;
    this.counts.most = Math.max(this.counts.most, this.#ready.size);
    return instance;
  }

  /**
   * Sends a request to an instance.
   *
   * @param onCut is called if the answer ends too early
   * @throws if the instance ends before it answers
   */
  async #forward(
    instance: Instance,
    request: Request,
    onCut: () => void = () => {},
  ): Promise<Response> {
    const onTraffic = () => this.#noteTraffic(instance);
    // Else it could be stopped before it has started.
    clearTimeout(instance.idle);
    try {
      const address = await instance.program.url();
      onTraffic();
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${address}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body: request.body,
        redirect: "manual",
        signal: request.signal,
      });
      onTraffic();
      return passedOn(answer, answer.body && relayed(answer.body, { onTraffic, onCut }));
    } catch (error) {
      onTraffic();
      throw error;
    }
  }

  /** Notes a request, or a part of an answer. The instance may be stopped some time after it. */
  #noteTraffic(instance: Instance): void {
    const { random, scale, isManual } = this.#options;
    clearTimeout(instance.idle);
    if (instance.end) return;
    if (instance.program.hasEnded) {
      if (this.#ready.delete(instance)) this.counts.crashed++;
      return;
    }
    if (isManual) return;
    // Short times are as frequent as long ones.
    const idleMs = MIN_IDLE_MS * (MAX_IDLE_MS / MIN_IDLE_MS) ** random();
    instance.idle = setTimeout(() => this.#stop(instance), idleMs / scale);
  }

  #stop(instance: Instance): void {
    clearTimeout(instance.idle);
    this.#ready.delete(instance);
    instance.end = this.#end(instance);
  }

  async #end({ program, startedAt }: Instance): Promise<void> {
    const signaledAt = Date.now();
    this.counts.stopped++;
    const kill = setTimeout(() => {
      this.counts.killed++;
      program.signal("SIGKILL");
    }, KILL_AFTER_MS);
    if (!program.hasEnded) program.signal("SIGINT");
    await program.ended();
    clearTimeout(kill);
    const now = Date.now();
    this.counts.instanceMs += now - startedAt;
    this.counts.longestStopMs = Math.max(this.counts.longestStopMs, now - signaledAt);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#eviction);
    await this.stopInstances();
    await Promise.all(this.#cronRuns.values());
    await this.#server.shutdown();
    await this.kv[Symbol.asyncDispose]();
    await this.#directory[Symbol.asyncDispose]();
  }
}

/** Passes on a body. Calls `onTraffic` with each part of it, and `onCut` if it breaks. */
function relayed(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { onTraffic, onCut }: { onTraffic: () => void; onCut: () => void },
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { value, done } = await reader.read();
        onTraffic();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        onCut();
        controller.error(error);
      }
    },
    // The client has left.
    cancel: (reason) => reader.cancel(reason),
  });
}
