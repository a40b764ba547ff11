/**
 * Writes the progress of an attempt: reasoning, finished parts and usage. The attempt never waits
 * for these writes, and a lost write does no harm.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { Clock } from "../../lib/clock.ts";
import { describeError } from "../../lib/log.ts";
import type { TurnEvent } from "../../lib/model/model.ts";
import { PartialItems } from "../../lib/model/partial_items.ts";
import type { Phase, Progress } from "../../lib/job/progress.ts";
import { type StepEvent, usageOf } from "../../lib/job/timeline.ts";
import type { PlanParts } from "../kind.ts";

export interface ProgressBoardOptions {
  write: (progress: Progress) => Promise<void>;
  clock: Clock;
  jobId: string;
  /** The progress of earlier attempts. */
  before: Progress;
  /** The failed but billed turns of earlier attempts. */
  failedTurns: readonly StepEvent[];
}

/** The current turn of the model. */
interface Turn {
  parts: PlanParts;
  items: PartialItems;
  summaries: string[];
}

/** Allows at most two writes a second. */
const PAUSE_MS = 500;

const log = getLogger(["tripwright", "job"]);

/** The progress of one attempt. */
export class ProgressBoard {
  readonly #options: ProgressBoardOptions;
  readonly #closed = new AbortController();
  readonly #steps: StepEvent[];
  #progress: Progress;
  /** Whether an earlier attempt finished the last step. */
  #resumed = false;
  /**
   * Whether the current turn repeats output that is already shown, because it joined a response.
   */
  #repeats = false;
  /** The output of the current turn so far. */
  #turn: Turn | null = null;
  /** The reasoning of the finished turns. */
  #summaries: string[] = [];
  /** Whether there is something to write. */
  #changed = false;
  /** What the job did before it began to wait for the model service. */
  #beforeWait: Pick<Progress, "phase" | "message"> | null = null;
  #writing: Promise<void> | undefined;
  #nextAt = -Infinity;

  constructor(options: ProgressBoardOptions) {
    this.#options = options;
    this.#progress = options.before;
    this.#steps = [...options.failedTurns];
  }

  /** Shows that a turn starts, which may write these parts. */
  think(parts: PlanParts): void {
    this.#turn = newTurn(parts);
    const isFirst = this.#summaries.length === 0;
    this.#show("thinking", isFirst ? "Reading your request" : "Thinking about the plan");
  }

  /** Shows that the job runs tools with these names. */
  research(message: string, tools: readonly string[] = []): void {
    this.#show("researching", message, { tools });
  }

  /** Shows that the job waits for the model service. */
  wait(message: string): void {
    const { phase, message: last } = this.#progress;
    if (phase === "waiting" && message === last) return;
    if (phase !== "waiting") this.#beforeWait = { phase, message: last };
    this.#change({ phase: "waiting", message });
  }

  /** Shows again what the job did before it waited. */
  resume(): void {
    if (this.#beforeWait && this.#progress.phase === "waiting") this.#change(this.#beforeWait);
    this.#beforeWait = null;
  }

  /** Shows an event of the current turn. */
  onTurnEvent(event: TurnEvent): void {
    if (!this.#turn) return;
    const { items, summaries, parts } = this.#turn;
    switch (event.type) {
      case "started":
        this.#turn = newTurn(parts);
        this.#repeats = event.responseId === this.#progress.openaiResponseId;
        if (!this.#repeats) {
          const reasoningSummaries = [...this.#summaries];
          const { responseId: openaiResponseId } = event;
          this.#change({ openaiResponseId, reasoningSummaries, partial: [], step: 0 });
        }
        break;
      case "reasoning":
        summaries.push(event.summary);
        this.#change({ reasoningSummaries: this.#longer([...this.#summaries, ...summaries]) });
        break;
      case "text": {
        const known = items.items.length;
        const finished = items.write(event.delta);
        if (parts.onPart) items.items.slice(known).forEach((part) => parts.onPart!(part));
        const { partial, phase } = this.#progress;
        if (this.#repeats && items.items.length < partial.length) break;
        if (finished || phase !== "writing") this.#showItems(items.items, parts);
      }
    }
  }

  /**
   * Adds a finished step. A resumed step changes nothing, because the earlier attempt has already
   * shown it, and perhaps later progress too.
   */
  addStep(step: StepEvent, { resumed, savedTokens }: { resumed: boolean; savedTokens: number }) {
    this.#steps.push(step);
    this.#resumed = resumed;
    if (resumed) return;
    const openaiResponseId = step.turn?.responseId ?? this.#progress.openaiResponseId;
    this.#change({ openaiResponseId, usage: usageOf(this.#steps, savedTokens) });
  }

  /** Adds the reasoning summaries of a finished turn. */
  addSummaries(summaries: string[]): void {
    this.#summaries.push(...summaries);
    const all = [...this.#summaries];
    if (!this.#resumed) return this.#change({ reasoningSummaries: all });
    this.#progress = { ...this.#progress, reasoningSummaries: this.#longer(all) };
  }

  /** Returns the longer list, so that repeated output never removes summaries that were shown. */
  #longer(summaries: string[]): string[] {
    const shown = this.#progress.reasoningSummaries;
    return summaries.length < shown.length ? shown : summaries;
  }

  /** The steps so far. */
  get steps(): readonly StepEvent[] {
    return this.#steps;
  }

  /** Writes the remaining changes, and stops writing. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }

  /** The progress so far. */
  get progress(): Progress {
    return this.#progress;
  }

  /** Stops writing, without the remaining changes. */
  async discard(): Promise<void> {
    this.#changed = false;
    await this.close();
  }

  #showItems(items: readonly unknown[], { noun, count }: PlanParts): void {
    const isLast = items.length === count;
    const next = `${noun} ${items.length + 1}${count === null ? "" : ` of ${count}`}`;
    this.#show("writing", isLast ? "Finishing the plan" : `Writing ${next}`, { items });
  }

  #show(
    phase: Phase,
    message: string,
    { items = this.#progress.partial, tools = [] }: {
      items?: readonly unknown[];
      tools?: readonly string[];
    } = {},
  ): void {
    const of = this.#turn?.parts.count ?? this.#progress.of;
    const [partial, names] = [[...items], [...tools]];
    this.#change({ phase, message, tools: names, step: items.length, of, partial });
  }

  #change(change: Partial<Progress>): void {
    this.#progress = { ...this.#progress, ...change, updatedAt: this.#options.clock.now() };
    if (this.#closed.signal.aborted) return;
    this.#changed = true;
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  async #write(): Promise<void> {
    const { clock, jobId, write } = this.#options;
    while (this.#changed) {
      // At most one pause, because the clock may have been set back.
      await clock.wait(Math.min(PAUSE_MS, this.#nextAt - clock.now()), this.#closed.signal);
      if (!this.#changed) return;
      this.#changed = false;
      this.#nextAt = clock.now() + PAUSE_MS;
      try {
        await write(this.#progress);
      } catch (error) {
        log.warning("progress not saved", { jobId, error: describeError(error) });
      }
    }
  }
}

function newTurn(parts: PlanParts): Turn {
  return { parts, items: new PartialItems(parts), summaries: [] };
}
