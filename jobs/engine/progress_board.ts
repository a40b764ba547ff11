/**
 * Shows how far a job is: what the model thinks, the parts of the plan that are finished, and what it
 * has cost. It never keeps the work waiting, and nothing depends on it.
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
  /** What the job shows already. */
  before: Progress;
  /** What earlier attempts have paid for in vain. */
  failedTurns: readonly StepEvent[];
}

/** A turn of the model that is under way. */
interface Turn {
  parts: PlanParts;
  items: PartialItems;
  summaries: string[];
}

/** Two writes a second at the most, whatever happens. */
const PAUSE_MS = 500;

const log = getLogger(["tripwright", "job"]);

/** What one attempt shows. */
export class ProgressBoard {
  readonly #options: ProgressBoardOptions;
  readonly #closed = new AbortController();
  readonly #steps: StepEvent[];
  #progress: Progress;
  /** The last step was one that an earlier attempt had finished. */
  #resumed = false;
  /** The turn repeats what it has said already, because it was joined. */
  #repeats = false;
  /** What the turn that is being written has said, as far as it is known. */
  #turn: Turn | null = null;
  /** The reasoning of the turns that are finished. */
  #summaries: string[] = [];
  /** There is something to show. */
  #changed = false;
  #writing: Promise<void> | undefined;
  #nextAt = -Infinity;

  constructor(options: ProgressBoardOptions) {
    this.#options = options;
    this.#progress = options.before;
    this.#steps = [...options.failedTurns];
  }

  /** The model is being asked for these parts. */
  think(parts: PlanParts): void {
    this.#turn = newTurn(parts);
    this.#show("thinking", this.#summaries.length === 0 ? "Reading the wish" : "Thinking it over");
  }

  /** Something is being looked up. */
  research(message: string): void {
    this.#show("researching", message);
  }

  /** The model has said something. */
  hear(event: TurnEvent): void {
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
        const finished = items.write(event.delta);
        const { partial, phase } = this.#progress;
        if (this.#repeats && items.items.length < partial.length) break;
        if (finished || phase !== "writing") this.#showItems(items.items, parts);
      }
    }
  }

  /**
   * A step is finished. One that an earlier attempt has finished was shown by it, and so was, perhaps,
   * more: that stays until there is something new.
   */
  addStep(step: StepEvent, { resumed, savedTokens }: { resumed: boolean; savedTokens: number }) {
    this.#steps.push(step);
    this.#resumed = resumed;
    if (resumed) return;
    const openaiResponseId = step.turn?.responseId ?? this.#progress.openaiResponseId;
    this.#change({ openaiResponseId, usage: usageOf(this.#steps, savedTokens) });
  }

  /** A turn is finished, and this is what it has said of its reasoning. */
  addSummaries(summaries: string[]): void {
    this.#summaries.push(...summaries);
    const all = [...this.#summaries];
    if (!this.#resumed) return this.#change({ reasoningSummaries: all });
    this.#progress = { ...this.#progress, reasoningSummaries: this.#longer(all) };
  }

  /** What is repeated takes nothing back that was shown already. */
  #longer(summaries: string[]): string[] {
    const shown = this.#progress.reasoningSummaries;
    return summaries.length < shown.length ? shown : summaries;
  }

  /** Writes what has not been written yet, and nothing after that. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#writing;
  }

  #showItems(items: readonly unknown[], { noun, count }: PlanParts): void {
    const isLast = items.length === count;
    const next = `${noun} ${items.length + 1}${count === null ? "" : ` of ${count}`}`;
    this.#show("writing", isLast ? "Finishing the plan" : `Writing ${next}`, items);
  }

  #show(phase: Phase, message: string, items: readonly unknown[] = this.#progress.partial): void {
    const of = this.#turn?.parts.count ?? this.#progress.of;
    this.#change({ phase, message, step: items.length, of, partial: [...items] });
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
      // Not longer than a pause: the clock may have been set back.
      await clock.wait(Math.min(PAUSE_MS, this.#nextAt - clock.now()), this.#closed.signal);
      this.#changed = false;
      this.#nextAt = clock.now() + PAUSE_MS;
      try {
        await write(this.#progress);
      } catch (error) {
        log.warning("progress not shown", { jobId, error: describeError(error) });
      }
    }
  }
}

function newTurn(parts: PlanParts): Turn {
  return { parts, items: new PartialItems(parts), summaries: [] };
}
