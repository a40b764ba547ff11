/**
 * The context of `generate()`: steps with checkpoints, a model behind the breaker, and progress.
 * Its signal aborts as soon as this worker must stop work on the job.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import type { Breaker } from "../../lib/store/breaker.ts";
import type { FoundStep } from "../../lib/store/checkpoint_store.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Lease } from "../../lib/store/job_commit.ts";
import type { StepName } from "../../lib/store/job_keys.ts";
import type { Source } from "../../lib/job/job_record.ts";
import type { JobStore } from "../../lib/store/job_store.ts";
import {
  type BilledTurn,
  type Failure,
  type FailureCode,
  JobError,
} from "../../lib/job/failure.ts";
import { describeError } from "../../lib/log.ts";
import {
  type CallOptions,
  type ChatRequest,
  ChatTurn,
  type Model,
  type ResponseRequest,
  ResponseTurn,
  type TurnEvent,
} from "../../lib/model/model.ts";
import { type Progress, reasonToWait } from "../../lib/job/progress.ts";
import { persist } from "../../lib/store/persist.ts";
import { SAMPLE_WRITER, type StepEvent } from "../../lib/job/timeline.ts";
import type { Turns } from "../../lib/turns.ts";
import { costOf, type ModelPrice, tokensOf } from "../../lib/usage.ts";
import type { JobContext, JobRefinement, PlanParts, StepDetails } from "../kind.ts";
import { Interruption } from "./interruption.ts";
import { idsOf } from "./job_log.ts";
import type { ModelCalls } from "./model_calls.ts";
import { ProgressBoard } from "./progress_board.ts";
import { endResponse } from "./response_cleaner.ts";

/** No lease is shorter, so no other worker can claim the job within this time after a check. */
const CHECK_VALID_MS = 1_000;

const log = getLogger(["tripwright", "job"]);

export interface AttemptContextOptions {
  lease: Lease;
  /** The context aborts it when the job is lost. */
  abort: AbortController;
  /** Dispatches `wake` when a response that the job waits for may have ended. */
  wake: EventTarget;
  /** The prompt version of the kind. Steps of another version are not resumed. */
  promptVersion: string;
  /** The plan that the job changes; `null`: it writes a new one. */
  refinement: JobRefinement | null;
  /** The progress of earlier attempts. */
  progress: Progress;
  /** Turns of earlier attempts that were billed but failed. */
  failedTurns: readonly StepEvent[];
  store: JobStore;
  model: Model;
  /** Measures the calls of the model. */
  calls: ModelCalls;
  breaker: Breaker;
  clock: Clock;
  turns: Turns;
  /** Prices by model name. */
  prices: Readonly<Record<string, ModelPrice>>;
}

/** The options of a call whose events the context shows. */
type TurnOptions = CallOptions & Required<Pick<CallOptions, "onEvent">>;

/** What is known of the cost of a turn that runs. */
interface OpenTurn {
  /** The model got the request, or an earlier attempt sent it. */
  isSent: boolean;
  /** The model has begun its answer. */
  hasBegun: boolean;
  /** A later attempt can join the answer, and learns what it cost. */
  isResumable: boolean;
}

/** A model may be at work on an answer when a call fails with one of these. */
const SILENT_CODES: ReadonlySet<FailureCode> = new Set(
  ["timeout", "connection_lost", "deadline_exceeded"],
);

/** A step of which nothing is stored. */
const UNKNOWN_STEP: FoundStep = { responseId: null, orphanId: null };

/** The context of one attempt. */
export class AttemptContext implements JobContext {
  /** The source of the plan. */
  readonly source: Source;
  /** The tokens of the steps that this attempt resumed. */
  savedTokens = 0;
  /** See {@link JobContext.keep}; `undefined`: there is no such plan. */
  kept: unknown = undefined;
  readonly #options: AttemptContextOptions;
  readonly #board: ProgressBoard;
  /** The members that identify the job in the log. */
  readonly #ids: Record<string, unknown>;
  /** The running steps. */
  readonly #steps = new Set<Promise<unknown>>();
  /** The turns that run. */
  readonly #openTurns = new Set<OpenTurn>();
  /** Whether a turn has failed without a report of its cost. */
  #hasLostCost = false;
  /** The names of the steps that this attempt has begun. */
  readonly #begun = new Set<string>();
  /** When the context last checked that this worker holds the job. */
  #checkedAt: number;

  constructor(options: AttemptContextOptions) {
    const { lease, lease: { job }, store, clock, progress, failedTurns } = options;
    this.#options = options;
    this.#checkedAt = job.claimedAt;
    this.source = options.model.source;
    this.#ids = idsOf(job);
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

  get startedAt(): number {
    const { startedAt, claimedAt } = this.#options.lease.job;
    return startedAt ?? claimedAt;
  }

  get refinement(): JobRefinement | null {
    return this.#options.refinement;
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
    const { model, calls } = this.#options;
    const ask = (options: TurnOptions, { turn }: { turn: OpenTurn }) =>
      this.#guard(
        options,
        turn,
        (guarded) => calls.run(request, () => model.chat(request, guarded)),
      );
    return this.#turn(name, ChatTurn, { model: request.model, parts, ask });
  }

  async respond(name: string, request: ResponseRequest, parts: PlanParts): Promise<ResponseTurn> {
    const { model, calls } = this.#options;
    const turn = await this.#turn(name, ResponseTurn, {
      model: request.model,
      parts,
      ask: async (options, { openId, turn }) => {
        // The breaker does not apply: the response is already paid for.
        const join = (id: string) =>
          calls.run({ model: request.model }, () => model.join(id, options));
        const joined = openId === null ? null : await join(openId);
        if (openId !== null) log.info(joined ? "response joined" : "response not found", this.#ids);
        if (joined) return joined;
        if (openId !== null) this.#loseCost(turn);
        const respond = (guarded: CallOptions) =>
          calls.run(request, () => model.respond(request, guarded));
        return await this.#guard(options, turn, respond);
      },
    });
    this.#board.addSummaries(turn.reasoningSummaries);
    return turn;
  }

  keep(plan: unknown): void {
    this.kept = plan;
  }

  showResearch(message: string, tools?: readonly string[]): void {
    this.#board.research(message, tools);
  }

  /** Resolves when all running steps are stored or have failed. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#steps);
  }

  /** The steps that this attempt has finished or resumed, and the failed turns of all attempts. */
  get steps(): readonly StepEvent[] {
    return this.#board.steps;
  }

  /** Whether a model was called, and no later attempt can learn what that cost. */
  get isUnpriced(): boolean {
    if (this.source === "sample") return false;
    return this.#hasLostCost || this.#openTurns.values().some((turn) => isPaidInVain(turn));
  }

  /** The progress so far, which may not have been written yet. */
  get progress(): Progress {
    return this.#board.progress;
  }

  /** Writes the remaining progress, and stops writing progress. */
  async close(): Promise<void> {
    await this.#board.close();
  }

  /** Stops writing progress, because the commit that ends the job writes the rest. */
  async discardProgress(): Promise<void> {
    await this.#board.discard();
  }

  #turn<T extends ChatTurn>(
    name: string,
    schema: z.ZodType<T>,
    { model, parts, ask }: {
      model: string;
      parts: PlanParts;
      ask: (
        options: TurnOptions,
        open: { openId: string | null; turn: OpenTurn },
      ) => Promise<T>;
    },
  ): Promise<T> {
    const { wake, lease: { job: { owner: caller } } } = this.#options;
    const describe = ({ responseId, usage }: BilledTurn) => {
      const costUsd = usage && costOf(usage, this.#options.prices[model]);
      const writer = this.source === "sample" ? SAMPLE_WRITER : model;
      return { turn: { model: writer, responseId, usage, costUsd } };
    };
    const turn: OpenTurn = { isSent: false, hasBegun: false, isResumable: false };
    const run = async (openId: string | null) => {
      turn.isSent = turn.isResumable = openId !== null;
      const startedAt = this.clock.now();
      this.#board.think(parts);
      const onEvent = (event: TurnEvent) => this.#onEvent(event, name, { openId, turn });
      try {
        const answer = await ask({ signal: this.signal, onEvent, wake, caller }, { openId, turn });
        // The answers of many jobs may arrive at the same time.
        await this.#options.turns.next();
        return answer;
      } catch (error) {
        if (error instanceof JobError && error.spent) {
          const failed = { failed: error.failure.code, ...describe(error.spent) };
          await this.#saveFailedTurn(this.#event(name, { startedAt, ...failed }));
        }
        throw error;
      }
    };
    return this.#track(this.#watchCost(turn, this.#step(name, schema, { run, details: describe })));
  }

  /** Notes if a turn fails, and nothing tells what it cost. */
  async #watchCost<T>(turn: OpenTurn, step: Promise<T>): Promise<T> {
    this.#openTurns.add(turn);
    try {
      return await step;
    } catch (error) {
      if (isPaidInVain(turn, error)) this.#loseCost(turn);
      throw error;
    } finally {
      this.#openTurns.delete(turn);
    }
  }

  #loseCost(turn: OpenTurn): void {
    this.#hasLostCost = true;
    turn.isSent = turn.hasBegun = turn.isResumable = false;
  }

  /** Records the cost of a failed turn, best effort: the failure itself matters more. */
  async #saveFailedTurn(event: StepEvent): Promise<void> {
    const { store, lease } = this.#options;
    try {
      await this.#persist(() =>
        store.checkpoints.saveFailedTurn(lease, this.#keyOf(event.name), event)
      );
      this.#board.addStep(event, { resumed: false, savedTokens: this.#totalSavedTokens });
    } catch (error) {
      log.warning("failed turn not saved", { ...this.#ids, error: describeError(error) });
    }
  }

  /** Returns the timeline event of a step that ends now. */
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

  async #onEvent(
    event: TurnEvent,
    name: string,
    { openId, turn }: { openId: string | null; turn: OpenTurn },
  ): Promise<void> {
    turn.hasBegun = true;
    // The streams of many jobs may bring text at the same time.
    await this.#options.turns.whenFree();
    if (event.type === "started" && event.resumable && event.responseId !== openId) {
      await this.#saveResponse(event.responseId, name);
      turn.isResumable = true;
    }
    this.#board.onTurnEvent(event);
  }

  /**
   * Stores the id of a background response. If that fails, no attempt can join it: it is canceled.
   */
  async #saveResponse(responseId: string, name: string): Promise<void> {
    const { store, lease } = this.#options;
    const save = () => store.checkpoints.saveResponse(lease, this.#keyOf(name), responseId);
    const saved = await this.#persist(save).catch((error) => {
      this.#cancelResponse(responseId);
      throw error;
    });
    if (saved === "lost") this.#cancelResponse(responseId);
    this.#requireHeld(saved);
  }

  /** Cancels a response without waiting, because the provider may be slow. */
  #cancelResponse(responseId: string): void {
    endResponse(this.#options.model, responseId, this.#ids);
  }

  async #step<T>(
    name: string,
    schema: z.ZodType<T>,
    { run, details }: {
      run: (openId: string | null) => Promise<T>;
      details: (output: T) => StepDetails;
    },
  ): Promise<T> {
    const { store, lease } = this.#options;
    const ids = { ...this.#ids, step: name };
    this.signal.throwIfAborted();
    const found = this.#isNew(name) ? UNKNOWN_STEP : await this.#readStep(name);
    const saved = "output" in found ? schema.safeParse(found.output) : null;
    if (saved?.success && "event" in found) {
      if (found.event.turn?.usage) this.savedTokens += tokensOf(found.event.turn.usage);
      this.#board.addStep(found.event, { resumed: true, savedTokens: this.#totalSavedTokens });
      log.info("step resumed", ids);
      return saved.data;
    }
    const open = "responseId" in found ? found : { responseId: null, orphanId: null };
    if (open.orphanId !== null) {
      this.#cancelResponse(open.orphanId);
      this.#hasLostCost = true;
    }
    const startedAt = this.clock.now();
    const output = await run(open.responseId);
    const event = this.#event(name, { startedAt, ...details(output) });
    // Also after an abort, because the step is paid for. The store rejects the write of a lost job.
    const save = () => store.checkpoints.saveStep(lease, this.#keyOf(name), { event, output });
    this.#requireHeld(await this.#persist(save));
    this.#board.addStep(event, { resumed: false, savedTokens: this.#totalSavedTokens });
    log.info("step", { ...ids, durationMs: event.durationMs });
    return output;
  }

  /** Returns whether nothing can be stored of a step, and a check of the lease is not due. */
  #isNew(name: string): boolean {
    const isNew = this.#options.lease.isFirst && !this.#begun.has(name) && !this.#mustCheck;
    this.#begun.add(name);
    return isNew;
  }

  async #readStep(name: string): Promise<FoundStep> {
    const { store, lease } = this.#options;
    this.#checkedAt = this.clock.now();
    const read = () => store.checkpoints.readStep(lease, this.#keyOf(name));
    return this.#requireHeld(await this.#persist(read));
  }

  /** Whether the last check of the lease is too long ago. */
  get #mustCheck(): boolean {
    return this.clock.now() - this.#checkedAt >= CHECK_VALID_MS;
  }

  #keyOf(name: string): StepName {
    return { name, promptVersion: this.#options.promptVersion };
  }

  get #totalSavedTokens(): number {
    return this.#options.lease.job.savedTokens + this.savedTokens;
  }

  #track<T>(step: Promise<T>): Promise<T> {
    this.#steps.add(step);
    step.catch(() => {}).then(() => this.#steps.delete(step));
    return step;
  }

  /**
   * Waits for the breaker, and calls the model. After a long wait, it checks again that this worker
   * holds the job.
   */
  #guard<T>(
    options: TurnOptions,
    turn: OpenTurn,
    call: (options: TurnOptions) => Promise<T>,
  ): Promise<T> {
    const { breaker, store, lease } = this.#options;
    const onWait = ({ code }: Failure) => this.#board.wait(reasonToWait(code));
    const hasNothing = this.steps.length === 0;
    const wait = { signal: this.signal, onWait, hasNothing };
    return breaker.guard(lease.job, wait, async (onAnswer) => {
      if (this.#mustCheck) {
        this.#requireHeld(await this.#persist(() => store.leaseStatus(lease)));
      }
      this.#board.resume();
      turn.isSent = true;
      return await call({
        ...options,
        onEvent: (event) => {
          // A server may fail between the start of an answer and its first words.
          if (event.type !== "started") onAnswer();
          return options.onEvent(event);
        },
      });
    });
  }

  /** Aborts the attempt if a read or write reports that the job is lost. */
  #requireHeld<T>(answer: T): Exclude<T, "lost"> {
    if (answer === "lost") this.#options.abort.abort(new Interruption("lost"));
    this.signal.throwIfAborted();
    return answer as Exclude<T, "lost">;
  }

  #persist<T>(access: () => Promise<T>): Promise<T> {
    return persist(access, this.#options.clock);
  }
}

/**
 * Returns whether a turn costs money, and nothing tells how much.
 *
 * @param error why it failed; unset: it still runs
 */
function isPaidInVain({ isSent, hasBegun, isResumable }: OpenTurn, error?: unknown): boolean {
  if (!isSent || isResumable) return false;
  if (!(error instanceof JobError)) return true;
  // A failed turn with `spent` is a step of its own.
  if (error.spent) return false;
  return hasBegun || SILENT_CODES.has(error.failure.code) && !error.unanswered;
}
