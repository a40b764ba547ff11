/**
 * Runs wishes through the real engine.
 * @module
 */
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import type { Clock } from "../../lib/clock.ts";
import { measure } from "./measure.ts";
import type { WishResult, Work } from "./run.ts";
import type { Wish } from "./wish.ts";

/** Short enough to measure when the first part of a plan becomes visible. */
const POLL_MS = 100;

export interface WishRunnerOptions {
  jobs: JobService;
  kinds: readonly PublicKind[];
  clock: Clock;
}

/** What became of one turn of a wish. */
interface Turn {
  /** The id of the job; `null`: the engine has refused it. */
  id: string | null;
  request: unknown;
  startedAt: number;
  /** `null` if there is none. */
  plan: unknown;
  failure: WishResult["failure"];
  /** One entry, or none if the engine has refused the job. */
  work: Work[];
}

/** The answer of the engine to a request. */
type Answer = { outcome: "accepted"; job: { id: string } } | { outcome: string };

/** Runs wishes, each with its second turn. */
export class WishRunner {
  readonly #jobs: JobService;
  readonly #kinds: ReadonlyMap<string, PublicKind>;
  readonly #clock: Clock;

  constructor({ jobs, kinds, clock }: WishRunnerOptions) {
    this.#jobs = jobs;
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]));
    this.#clock = clock;
  }

  /** Writes the plan of a wish, changes it if the wish has a second turn, and measures the result. */
  async run(wish: Wish): Promise<WishResult> {
    const kind = this.#kinds.get(wish.kind)!;
    const request = kind.request.parse(wish.request);
    const first = await this.#follow(kind, request, await this.#jobs.submit(kind, request));
    const second = wish.refine && first.plan !== null
      ? await this.#refine(kind, wish, first)
      : null;
    const last = second ?? first;
    return {
      label: wish.label,
      kind: kind.name,
      failure: last.failure,
      ...measure(wish, { ...last, base: second && first.plan }),
      work: [...first.work, ...second?.work ?? []],
      request: last.request,
      plan: last.plan,
    };
  }

  async #refine(kind: PublicKind, { refine }: Wish, { id, request }: Turn): Promise<Turn> {
    const change = kind.refinement!.change.parse(refine!.change);
    const answer = await this.#jobs.refine(kind, { parentId: id!, change });
    return await this.#follow(kind, request, answer);
  }

  /** Waits for the end of a job. */
  async #follow(kind: PublicKind, request: unknown, answer: Answer): Promise<Turn> {
    if ("job" in answer && answer.outcome === "accepted") {
      return await this.#untilEnded(kind, answer.job.id);
    }
    const failure = { code: "refused", message: answer.outcome };
    return { id: null, request, startedAt: this.#clock.now(), plan: null, failure, work: [] };
  }

  /** Polls a job like a client until it ends. */
  async #untilEnded(kind: PublicKind, id: string): Promise<Turn> {
    let firstPartAt: number | null = null;
    for (;;) {
      const { job, progress, result } = (await this.#jobs.read(kind, id))!;
      if (progress.partial.length > 0) firstPartAt ??= this.#clock.now();
      if ("finishedAt" in job) {
        const { finishedAt, request, usage, attempt } = job;
        const startedAt = job.startedAt ?? job.createdAt;
        // The end of the job shows all parts.
        if (result) firstPartAt = Math.min(firstPartAt ?? Infinity, finishedAt);
        const failure = job.state === "failed" ? job.failure : null;
        const work = {
          attempts: attempt,
          ...await this.#steps(kind, id),
          latencyMs: finishedAt - startedAt,
          firstPartMs: firstPartAt && Math.max(0, firstPartAt - startedAt),
          usage,
        };
        return { id, request, startedAt, plan: result ?? null, failure, work: [work] };
      }
      await this.#clock.wait(POLL_MS);
    }
  }

  async #steps(kind: PublicKind, id: string) {
    const { events } = (await this.#jobs.timeline(kind, id))!;
    const steps = events.filter((event) => event.event === "step");
    return {
      turns: steps.filter(({ turn }) => turn).length,
      toolCalls: steps.filter(({ tool }) => tool).length,
      failedToolCalls: steps.filter(({ tool }) => tool?.failed).length,
    };
  }
}
