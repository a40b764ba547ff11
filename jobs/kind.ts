/**
 * What a kind of job is. Everything else (routes, storage, retries, logs) is the same for all kinds.
 * @module
 */
import type { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import type { Source } from "../lib/job/job_record.ts";
import type { ChatRequest, ChatTurn, ResponseRequest, ResponseTurn } from "../lib/model/model.ts";
import type { ItemsFormat } from "../lib/model/partial_items.ts";
import type { Progress } from "../lib/job/progress.ts";
import type { StepEvent } from "../lib/job/timeline.ts";
import type { HttpContract } from "./contract.ts";

/** What the engine has to know of a kind of job. */
export interface JobKind<Request = unknown, Result = unknown> {
  /** Stored in each record: never to be changed. */
  readonly name: string;
  /** Checks the stored request before it is worked on. */
  readonly request: z.ZodType<Request>;
  /** Checks the finished plan, when it is made and when it is read. */
  readonly result: z.ZodType<Result>;
  /** Changes with every change of the prompt; steps of another version are not resumed. */
  readonly promptVersion: string;
  /**
   * Writes the plan. Whatever costs money or time is a {@link JobContext.step}.
   *
   * @throws {JobError} saying why there is none
   */
  generate(request: Request, context: JobContext): Promise<Result>;
  /** Makes a plan up, always the same one for the same request; unset where no model is needed. */
  sample?(request: Request): Result;
  /** What the sample generator says of its reasoning; unset where the kind shows none. */
  readonly sampleReasoning?: readonly string[];
  /**
   * How many of its jobs may run at once in an instance, but never more than a quarter of the slots;
   * of one owner, half of that. Unset, as many as there are slots.
   */
  readonly maxRunning?: number;
}

/**
 * A kind of job that clients ask for: one folder in `kinds/`, one line in `registry.ts`. What it
 * presents has the types that {@link asked} and {@link answered} describe.
 */
export interface PublicKind<
  Request = unknown,
  Result = unknown,
  Asked extends z.ZodObject = z.ZodObject,
  Answered extends z.ZodObject = z.ZodObject,
> extends JobKind<Request, Result> {
  readonly http: HttpContract;
  /** Checks the body of a `POST`. */
  readonly request: z.ZodObject & z.ZodType<Request>;
  sample(request: Request): Result;
  /** A usual wish, for the documentation. */
  readonly example: object;
  /** How long a job usually takes, in milliseconds. */
  readonly expectedMs: number;
  /** The members of the public answer that tell what was asked for. */
  readonly asked: Asked;
  /** The members of the public answer that only this kind has, beside those. */
  readonly answered: Answered;
  /** What a wish looks like from outside. */
  presentRequest(request: Request): z.output<Asked>;
  /** The result, or as much as there is of it. */
  presentResult(job: { result: Result | null; progress: Progress }): z.output<Answered>;
  /** The parts of a plan, as they are shown while it is written. */
  itemsOf(result: Result): readonly unknown[];
}

/** The parts in which a plan is shown while it is written. */
export interface PlanParts extends ItemsFormat {
  /** What one of them is called: day. */
  noun: string;
  /** How many there will be; `null` if that is the model's choice. */
  count: number | null;
}

/** What a kind of job tells of a step beyond its name. */
export type StepDetails = Partial<Pick<StepEvent, "turn" | "tool">>;

/** What `generate` is given to work with. */
export interface JobContext {
  /** The job's. */
  readonly id: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** Aborts when the job is no longer this worker's to finish. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /**
   * Does a piece of work once: its output is stored before the next step begins, and a later attempt
   * gets it from there.
   *
   * @param name unique within the job
   * @param schema of the output, which has to survive JSON
   * @param details what the timeline tells of it
   */
  step<T>(
    name: string,
    schema: z.ZodType<T>,
    run: () => Promise<T>,
    details?: (output: T) => StepDetails,
  ): Promise<T>;
  /** Asks the model, as a step. The job shows the `parts` of the plan as they are written. */
  chat(name: string, request: ChatRequest, parts: PlanParts): Promise<ChatTurn>;
  /** The same with the Responses API; a response that an earlier attempt began is joined. */
  respond(name: string, request: ResponseRequest, parts: PlanParts): Promise<ResponseTurn>;
  /** Shows that the job looks something up, in one sentence for people. */
  showResearch(message: string): void;
}

/** A plan and who wrote it. */
export interface Plan {
  result: unknown;
  source: Source;
  /** The prompt that wrote it; unset, that of its kind. */
  promptVersion?: string;
}
