/**
 * What `generate` is given to work with: checkpointed steps, a model behind the breaker whose turns
 * are shown as they are written, and a signal that aborts as soon as the job is known to be somebody
 * else's.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import { BlobTooLargeError } from "../../lib/store/blob.ts";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import type { StepName } from "../../lib/store/job_keys.ts";
import type { Source } from "../../lib/job/job_record.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import { JobError, type Spent } from "../../lib/job/failure.ts";
import { describeError } from "../../lib/log.ts";
import {
  type CallOptions,
  type ChatRequest,
  ChatTurn,
  type ModelProvider,
  type ResponseRequest,
  ResponseTurn,
  type TurnEvent,
} from "../../lib/model/model.ts";
import type { Progress } from "../../lib/job/progress.ts";
import { retry } from "../../lib/retry.ts";
import type { StepEvent } from "../../lib/job/timeline.ts";
import { costOf, type ModelPrice, tokensOf } from "../../lib/usage.ts";
import type { JobContext, JobKind, PlanParts, StepDetails } from "../kind.ts";
import { ProgressBoard } from "./progress_board.ts";

/** Why a worker stops working on a job that has not ended. */
export class Interruption extends Error {
  override name = "Interruption";
  /**
   * @param why `lost`: the job is another's now; `stopping`: this instance shuts down; `over`: the
   * attempt has ended already
   */
  constructor(readonly why: "lost" | "stopping" | "over") {
    super(`Interrupted: ${why}`);
  }
}

/** What was paid for is worth a few tries to store it: about 6 s in all. */
const KV_TRIES = 6;
const KV_WAIT_MS = 200;

/** No lease is shorter: within this time after a look nobody else has taken the job. */
const LOOK_MS = 1_000;

const log = getLogger(["tripwright", "job"]);

/** What a context needs, whatever the job. */
export interface ContextServices {
  store: JobStore;
  model: ModelProvider;
  breaker: Breaker;
  clock: Clock;
  /** By the name of the model. */
  prices: Readonly<Record<string, ModelPrice>>;
}

export interface ContextOptions extends ContextServices {
  lease: Lease;
  /** Is aborted when the job turns out to be lost. */
  abort: AbortController;
  /** Says that a response that the job waits for may have ended. */
  wake: EventTarget;
  kind: JobKind;
  /** As the kind's schema returned it. */
  request: unknown;
  /** What the job shows already. */
  progress: Progress;
  /** What earlier attempts have paid for in vain. */
  failedTurns: readonly StepEvent[];
}

/** The context of one attempt. */
export class AttemptContext implements JobContext {
  /** Who writes the plan. */
  readonly source: Source;
  /** Tokens of steps that this attempt found finished. */
  savedTokens = 0;
  readonly #options: ContextOptions;
  readonly #model;
  readonly #board: ProgressBoard;
  readonly #ids: Record<string, unknown>;
  /** The steps that are under way. */
  readonly #steps = new Set<Promise<unknown>>();
  /** When it was last looked whether the job is still this worker's. */
  #lookedAt = -Infinity;

  constructor(options: ContextOptions) {
    const { lease, lease: { job }, store, clock, kind, request, model } = options;
    const { progress, failedTurns } = options;
    this.#options = options;
    this.#model = model(() => kind.sample?.(request), kind.sampleReasoning);
    this.source = this.#model.source;
    this.#ids = { jobId: job.id, kind: kind.name, attempt: job.attempt };
    this.#board = new ProgressBoard({
      jobId: job.id,
      clock,
      before: progress,
      failedTurns,
      write: async (progress) => {
        const written = await this.#persist(() => store.checkpoints.report(lease, progress));
        if (written === "lost") options.abort.abort(new Interruption("lost"));
      },
    });
  }

  get id(): string {
    return this.#options.lease.job.id;
  }

  get attempt(): number {
    return this.#options.lease.job.attempt;
  }

  get signal(): AbortSignal {
    return this.#options.abort.signal;
  }

  get clock(): Clock {
    return this.#options.clock;
  }

  step<T>(
    name: string,
    schema: z.ZodType<T>,
    run: () => Promise<T>,
    details: (output: T) => StepDetails = () => ({}),
  ): Promise<T> {
    return this.#track(this.#step(name, schema, { run, details }));
  }

  chat(name: string, request: ChatRequest, parts: PlanParts): Promise<ChatTurn> {
    const ask = (options: CallOptions) =>
      this.#beforeCall(() => this.#model.chat(request, options));
    return this.#turn(name, ChatTurn, { model: request.model, parts, ask });
  }

  async respond(name: string, request: ResponseRequest, parts: PlanParts): Promise<ResponseTurn> {
    const turn = await this.#turn(name, ResponseTurn, {
      model: request.model,
      parts,
      ask: async (options, begun) => {
        // It is paid for already, so the breaker has no say in it.
        const joined = begun === null ? null : await this.#model.join(begun, options);
        if (begun !== null) log.info(joined ? "response joined" : "response gone", this.#ids);
        return joined ?? await this.#beforeCall(() => this.#model.respond(request, options));
      },
    });
    this.#board.addSummaries(turn.reasoningSummaries);
    return turn;
  }

  showResearch(message: string): void {
    this.#board.research(message);
  }

  /** Resolves when what is under way has been stored. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#steps);
  }

  /** Shows what has not been shown yet, and nothing after that. */
  async close(): Promise<void> {
    await this.#board.close();
  }

  #turn<T extends ChatTurn>(
    name: string,
    schema: z.ZodType<T>,
    { model, parts, ask }: {
      model: string;
      parts: PlanParts;
      ask: (options: CallOptions, begun: string | null) => Promise<T>;
    },
  ): Promise<T> {
    const { wake } = this.#options;
    const describe = ({ responseId, usage }: Spent) => {
      const costUsd = usage && costOf(usage, this.#options.prices[model]);
      const writer = this.source === "sample" ? "sample" : model;
      return { turn: { model: writer, responseId, usage, costUsd } };
    };
    const run = async (begun: string | null) => {
      const startedAt = this.clock.now();
      this.#board.think(parts);
      const onEvent = (event: TurnEvent) => this.#hear(event, name, begun);
      try {
        return await ask({ signal: this.signal, onEvent, wake }, begun);
      } catch (error) {
        if (error instanceof JobError && error.spent) {
          const failed = { failed: error.failure.code, ...describe(error.spent) };
          await this.#saveFailedTurn(this.#event(name, { startedAt, ...failed }));
        }
        throw error;
      }
    };
    return this.#track(this.#step(name, schema, { run, details: describe }));
  }

  /** Enters a turn into the books that came to nothing. What it came to is more important. */
  async #saveFailedTurn(event: StepEvent): Promise<void> {
    const { store, lease } = this.#options;
    try {
      await this.#persist(() =>
        store.checkpoints.saveFailedTurn(lease, this.#keyOf(event.name), event)
      );
      this.#board.addStep(event, { resumed: false, savedTokens: this.#savedInAll });
    } catch (error) {
      log.warning("turn not entered", { ...this.#ids, error: describeError(error) });
    }
  }

  /** A step that has ended now. */
  #event(
    name: string,
    { startedAt, ...more }: { startedAt: number } & Partial<StepEvent>,
  ): StepEvent {
    const at = this.clock.now();
    return {
      event: "step",
      at,
      attempt: this.#options.lease.job.attempt,
      name,
      durationMs: Math.max(0, at - startedAt),
      turn: null,
      tool: null,
      failed: null,
      ...more,
    };
  }

  async #hear(event: TurnEvent, name: string, begun: string | null): Promise<void> {
    if (event.type === "started" && event.resumable && event.responseId !== begun) {
      await this.#keep(event.responseId, name);
    }
    this.#board.hear(event);
  }

  /** Remembers a response that goes on by itself; one that nobody could find again is stopped. */
  async #keep(responseId: string, name: string): Promise<void> {
    const { store, lease } = this.#options;
    const save = () => store.checkpoints.saveResponse(lease, this.#keyOf(name), responseId);
    const saved = await this.#persist(save).catch((error) => {
      this.#stopResponse(responseId);
      throw error;
    });
    if (saved === "lost") this.#stopResponse(responseId);
    this.#own(saved);
  }

  #stopResponse(responseId: string): void {
    this.#model.cancel(responseId).catch((error) =>
      log.warning("response not canceled", { ...this.#ids, error: describeError(error) })
    );
  }

  async #step<T>(
    name: string,
    schema: z.ZodType<T>,
    { run, details }: {
      run: (begun: string | null) => Promise<T>;
      details: (output: T) => StepDetails;
    },
  ): Promise<T> {
    const { store, lease } = this.#options;
    const ids = { ...this.#ids, step: name };
    this.signal.throwIfAborted();
    this.#lookedAt = this.clock.now();
    const found = this.#own(
      await this.#persist(() => store.checkpoints.readStep(lease, this.#keyOf(name))),
    );
    const saved = "output" in found ? schema.safeParse(found.output) : null;
    if (saved?.success && "event" in found) {
      if (found.event.turn?.usage) this.savedTokens += tokensOf(found.event.turn.usage);
      this.#board.addStep(found.event, { resumed: true, savedTokens: this.#savedInAll });
      log.info("step resumed", ids);
      return saved.data;
    }
    const begun = "responseId" in found ? found : { responseId: null, orphanId: null };
    if (begun.orphanId !== null) this.#stopResponse(begun.orphanId);
    const startedAt = this.clock.now();
    const output = await run(begun.responseId);
    const event = this.#event(name, { startedAt, ...details(output) });
    // Also after an abort: it is paid for, and if the job is lost, the store knows.
    const save = () => store.checkpoints.saveStep(lease, this.#keyOf(name), { event, output });
    this.#own(await this.#persist(save));
    this.#board.addStep(event, { resumed: false, savedTokens: this.#savedInAll });
    log.info("step", { ...ids, durationMs: event.durationMs });
    return output;
  }

  #keyOf(name: string): StepName {
    return { name, promptVersion: this.#options.kind.promptVersion };
  }

  get #savedInAll(): number {
    return this.#options.lease.job.savedTokens + this.savedTokens;
  }

  #track<T>(step: Promise<T>): Promise<T> {
    this.#steps.add(step);
    step.catch(() => {}).then(() => this.#steps.delete(step));
    return step;
  }

  /** Waits for the breaker. Whoever was frozen on the way looks once more whose the job is. */
  #beforeCall<T>(call: () => Promise<T>): Promise<T> {
    const { breaker, store, lease } = this.#options;
    return breaker.guard(lease.job, this.signal, async () => {
      if (this.clock.now() - this.#lookedAt >= LOOK_MS) {
        this.#own(await this.#persist(() => store.look(lease)));
      }
      return await call();
    });
  }

  /** Whoever lost the job learns of it when it next reads or writes, and works no further. */
  #own<T>(answer: T): Exclude<T, "lost"> {
    if (answer === "lost") this.#options.abort.abort(new Interruption("lost"));
    this.signal.throwIfAborted();
    return answer as Exclude<T, "lost">;
  }

  #persist<T>(access: () => Promise<T>): Promise<T> {
    return persist(access, this.#options.clock);
  }
}

/** Reads or writes, again and again if KV fails for a moment. */
export function persist<T>(access: () => Promise<T>, clock: Clock): Promise<T> {
  const when = (error: unknown) => !(error instanceof BlobTooLargeError);
  return retry(access, { tries: KV_TRIES, waitMs: KV_WAIT_MS, clock, when });
}
