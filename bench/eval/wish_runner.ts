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

/** What became of one job. */
interface EndedJob {
  id: string;
  request: unknown;
  startedAt: number;
  /** `null` if the job has failed. */
  plan: unknown;
  failure: WishResult["failure"];
  work: Work;
}

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

  /**
   * Writes the plan of a wish, changes it if the wish has a second turn, and measures the result.
   *
   * @throws if the engine does not accept a job
   */
  async run(wish: Wish): Promise<WishResult> {
    const kind = this.#kinds.get(wish.kind)!;
    const submitted = await this.#jobs.submit(kind, kind.request.parse(wish.request));
    const first = await this.#untilEnded(kind, idOf(wish, submitted));
    const second = wish.refine && kind.refinement && first.failure === null
      ? await this.#refine(kind, { wish, parentId: first.id })
      : null;
    const last = second ?? first;
    return {
      label: wish.label,
      kind: kind.name,
      failure: last.failure,
      ...measure(wish, {
        request: last.request,
        startedAt: last.startedAt,
        // Without its second turn, a wish of two turns has no plan.
        plan: wish.refine && !second ? null : last.plan,
        base: second ? first.plan : null,
      }),
      work: [first.work, ...second ? [second.work] : []],
      request: last.request,
      plan: last.plan,
    };
  }

  async #refine(
    kind: PublicKind,
    { wish, parentId }: { wish: Wish; parentId: string },
  ): Promise<EndedJob> {
    if (!kind.refinement) throw new Error(`${wish.label}: plans of ${kind.name} cannot be changed`);
    const change = kind.refinement.change.parse(wish.refine!.change);
    return await this.#untilEnded(
      kind,
      idOf(wish, await this.#jobs.refine(kind, { parentId, change })),
    );
  }

  /** Polls a job like a client until it ends. */
  async #untilEnded(kind: PublicKind, id: string): Promise<EndedJob> {
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
        const plan = result ?? null;
        const work = {
          attempts: attempt,
          ...await this.#steps(kind, id),
          latencyMs: finishedAt - startedAt,
          firstPartMs: firstPartAt && Math.max(0, firstPartAt - startedAt),
          usage,
        };
        return { id, request, startedAt, plan, failure, work };
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

/** @throws if the engine has refused the job */
function idOf({ label }: Wish, answer: { outcome: string; job?: { id: string } }): string {
  if (answer.outcome !== "accepted") throw new Error(`${label}: ${answer.outcome}`);
  return answer.job!.id;
}
