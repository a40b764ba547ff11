/**
 * Sends random requests, random bytes and random answers of a model to the real program, and checks
 * after each what must always be true.
 * @module
 */
import { assert, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { failureKinds } from "../../lib/job/failure.ts";
import { kinds, techno, tokyo } from "../app.ts";
import { serveLocally } from "../local_server.ts";
import { Program, workDirectory } from "../program.ts";
import { withWaitLimit } from "../wait_limit.ts";
import { type HostileAnswer, hostileAnswer, hostileResponse } from "./hostile_models.ts";
import { assertRawAnswer, type RawRequest, rawRequest, sendRaw } from "./raw_requests.ts";
import { assertAllowed, KNOWN, request } from "./requests.ts";

/** The keys of the program. No answer and no line of its log may contain them. */
const SECRETS = ["sk-fuzz-c0ffee-secret", `whsec_${btoa("fuzz-webhook-secret")}`];

/** How often a job with a hostile answer is read, each for two seconds, before it counts as stuck. */
const MAX_READS = 30;

/** The result of a job whose model must not be called for now. */
const WAITS = "waits for the model";

/** The program answers `/livez` in less, also on a machine whose processors have other work. */
const LIVE_MS = 5_000;

/** The module that reports in the output when the program is busy with one thing for too long. */
export const WATCH: string = join(import.meta.dirname!, "blocked_loop.ts");

/** Headers that the server adds, and the description does not list. */
const TRANSPORT = ["date", "content-encoding", "transfer-encoding"];

/** What only a bug writes: an error that is not expected, a stack, the report of a long task. */
const BUG = /^\s+at |event loop blocked|Uncaught|\.tsx?:\d+|"level":"(?:ERROR|FATAL)"/;

/** A job that failed because of its model is logged as an error. */
const FAILED_JOB = /"message":"failed","logger":"tripwright\.job"(?!.*"code":"internal")/;

/** Every few cases are of a model. They are the slowest ones. */
const oneCase = fc.oneof(
  { weight: 6, arbitrary: request.map((sent) => ({ of: "request" as const, sent })) },
  { weight: 3, arbitrary: rawRequest.map((sent) => ({ of: "bytes" as const, sent })) },
  {
    weight: 2,
    arbitrary: fc.record({
      of: fc.constant("model" as const),
      answer: hostileAnswer,
      kind: fc.constantFrom(...kinds.map(({ name }) => name)),
    }),
  },
);
type Case = ValueOf<typeof oneCase>;
type ValueOf<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

export interface FuzzOptions {
  seed: number;
  /** The number of cases. */
  count: number;
  /** The path of fast-check to one case, as a failure prints it. */
  path?: string | undefined;
}

/** How often each result was seen. */
export type Seen = Map<string, number>;

/**
 * Runs random cases against the program.
 *
 * @throws {Error} with the seed and the path of the first case that breaks a rule
 */
export async function fuzzProgram({ seed, count, path }: FuzzOptions): Promise<Seen> {
  await using target = new Target();
  const seen: Seen = new Map();
  const property = fc.asyncProperty(oneCase, async (one) => {
    const result = `${one.of}: ${await target.run(one)}`;
    seen.set(result, (seen.get(result) ?? 0) + 1);
    await target.check();
  });
  // A smaller case would need a new program for each try.
  const options = { seed, numRuns: count, endOnFailure: true, ...(path && { path }) };
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(
    property,
    options,
  );
  if (failed) {
    const shown = Deno.inspect(counterexample, {
      depth: 6,
      strAbbreviateSize: 300,
      iterableLimit: 5,
    });
    const where = `--seed ${seed} --path ${counterexamplePath}`;
    throw new Error(`A rule is broken: ${where}\n${shown}`, { cause: errorInstance });
  }
  await target.checkJobs();
  return seen;
}

/** The program, its model server, and the jobs that it has accepted. */
class Target implements AsyncDisposable {
  #answer: HostileAnswer | null = null;
  readonly #over = Promise.withResolvers<void>();
  /** Uses each connection once: the program may close one after a strange request. */
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  readonly #model = serveLocally(() =>
    this.#answer
      ? hostileResponse(this.#answer, this.#over.promise)
      : Response.json({ error: { message: "No answer is prepared" } }, { status: 400 })
  );
  #running: { program: Program; directory: Awaited<ReturnType<typeof workDirectory>> } | null =
    null;
  /** The paths of the accepted jobs. */
  #jobs: string[] = [];
  /** How much of the output is checked. */
  #checked = 0;

  async run(one: Case): Promise<string> {
    if (one.of === "request") return await this.#send(one.sent);
    if (one.of === "bytes") return await this.#sendRaw(one.sent);
    return await this.#ask(one.answer, one.kind);
  }

  async #program(): Promise<Program> {
    if (this.#running) return this.#running.program;
    const directory = await workDirectory();
    const program = new Program(directory.path, {
      preload: WATCH,
      env: {
        OPENAI_API_KEY: SECRETS[0]!,
        OPENAI_WEBHOOK_SECRET: SECRETS[1]!,
        OPENAI_BASE_URL: `${this.#model.url}/v1`,
        OPENAI_TIMEOUT_SECONDS: "2",
        OPENAI_IDLE_SECONDS: "1",
        MAX_ATTEMPTS: "1",
      },
    });
    this.#running = { program, directory };
    this.#checked = 0;
    return program;
  }

  async #send({ method, path, query, headers, body }: ValueOf<typeof request>): Promise<string> {
    const url = await (await this.#program()).url();
    const id = this.#jobs.at(-1)?.split("/").at(-1) ?? crypto.randomUUID();
    const target = new URL(`${url}${path.replace(KNOWN, id)}${query && `?${query}`}`);
    // A client of `fetch` cannot send a wrong length; raw requests do.
    const sent = (headers as [string, string][]).filter(([name]) => name !== "content-length");
    const init = { method, headers: sent, redirect: "manual" as const, client: this.#client };
    const hasBody = method !== "GET" && method !== "HEAD";
    const response = await withWaitLimit(
      fetch(target, hasBody ? { ...init, body } : init),
      () => `${method} ${target}`,
    );
    const text = await this.#bodyOf(response);
    const described = new Headers(response.headers);
    for (const name of TRANSPORT) described.delete(name);
    this.#checkSecrets(text);
    if (method === "POST" && response.ok) this.#keep(response.headers.get("location"));
    const { status } = response;
    return assertAllowed(method, target.pathname, { status, headers: described }, text);
  }

  /** Reads the body, except of a stream, which may be endless. */
  async #bodyOf({ headers, body }: Response): Promise<string> {
    if (headers.get("content-type") !== "text/event-stream") {
      return await withWaitLimit(new Response(body).text(), () => "a body");
    }
    await body?.cancel();
    return "";
  }

  async #sendRaw(raw: RawRequest): Promise<string> {
    const { port } = new URL(await (await this.#program()).url());
    const text = await sendRaw(Number(port), raw);
    this.#checkSecrets(text);
    for (const [, path] of text.matchAll(/^location: (\/api\/\S+)\r$/gm)) this.#keep(path!);
    return assertRawAnswer(text);
  }

  /** Lets the model answer a job, and waits for its end. */
  async #ask(answer: HostileAnswer, name: string): Promise<string> {
    const { http } = kinds.find((kind) => kind.name === name)!;
    const program = await this.#program();
    this.#answer = answer;
    const wish = name === "itinerary" ? tokyo : techno;
    const accepted = await program.post(http.path, wish);
    assert([200, 202].includes(accepted.status), `${accepted.status}`);
    const path = accepted.headers.get("location")!;
    this.#keep(path);
    const result = await this.#endOf(path);
    this.#answer = null;
    // The breaker stops the calls of later jobs too, so they need a new program.
    if (result === WAITS) await this.#stop();
    return result;
  }

  /** Returns how a job ends: `completed`, the code of its failure, or that it waits for the model. */
  async #endOf(path: string): Promise<string> {
    const program = await this.#program();
    for (let n = 0; n < MAX_READS; n++) {
      const { status, body } = await program.get(path, { prefer: "wait=2" });
      assertStrictEquals(status, 200);
      this.#checkSecrets(JSON.stringify(body));
      if (body.status === "completed") return "completed";
      if (body.failure) {
        // `internal` stands for a bug.
        assert(body.failure.code in failureKinds && body.failure.code !== "internal", path);
        return body.failure.code;
      }
      if (/^(?:waiting|retrying)$/.test(body.progress.phase)) return WAITS;
    }
    throw new Error(`The job ${path} is stuck`);
  }

  #keep(path: string | null): void {
    if (path?.startsWith("/api/")) this.#jobs.push(path);
  }

  #checkSecrets(text: string): void {
    for (const secret of SECRETS) assert(!text.includes(secret), "a secret is in the output");
  }

  /** Checks what is true at any time: the program lives, and has logged no bug and no secret. */
  async check(): Promise<void> {
    if (!this.#running) return;
    const { program } = this.#running;
    const live = await fetch(`${await program.url()}/livez`, {
      signal: AbortSignal.timeout(LIVE_MS),
      client: this.#client,
    });
    assertStrictEquals(live.status, 200);
    await live.body?.cancel();
    const output = program.output.slice(this.#checked);
    this.#checked = program.output.length;
    this.#checkSecrets(output);
    const bug = output.split("\n").find((line) => BUG.test(line) && !FAILED_JOB.test(line));
    assert(bug === undefined, bug);
  }

  /** Checks that every accepted job can still be read. */
  async checkJobs(): Promise<void> {
    if (!this.#running) return;
    for (const path of new Set(this.#jobs)) {
      const { status, body } = await this.#running.program.get(path);
      assertStrictEquals(status, 200, `${path}: ${JSON.stringify(body)}`);
    }
    this.#jobs = [];
  }

  async #stop(): Promise<void> {
    if (!this.#running) return;
    await this.check();
    await this.checkJobs();
    await this.#end();
  }

  async #end(): Promise<void> {
    const running = this.#running;
    this.#running = null;
    await running?.program[Symbol.asyncDispose]();
    await running?.directory[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.resolve();
    this.#client.close();
    await this.#end();
    await this.#model[Symbol.asyncDispose]();
  }
}
