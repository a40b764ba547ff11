/**
 * The interface of a kind of job. Everything else (routes, storage, retries, logs) is the same for
 * all kinds.
 * @module
 */
import type { z } from "zod";
import type { Clock } from "../lib/clock.ts";
import type { PlanWarning } from "../lib/job/plan_warning.ts";
import type { Source } from "../lib/job/job_record.ts";
import type { ChatRequest, ChatTurn, ResponseRequest, ResponseTurn } from "../lib/model/model.ts";
import type { ItemsFormat } from "../lib/model/partial_items.ts";
import type { Progress } from "../lib/job/progress.ts";
import type { StepEvent } from "../lib/job/timeline.ts";
import type { HttpContract } from "./contract.ts";

/** The part of a kind of job that the engine uses. */
export interface JobKind<Request = unknown, Result = unknown> {
  /** Stored in each record, so it must never change. */
  readonly name: string;
  /** Parses the stored request before an attempt. */
  readonly request: z.ZodType<Request>;
  /** Parses the plan, both when it is written and when it is read. */
  readonly result: z.ZodType<Result>;
  /** Changes with every change of the prompt. Steps of another version are not resumed. */
  readonly promptVersion: string;
  /**
   * Writes the plan. All work that costs money or time must be a {@link JobContext.step}.
   *
   * @throws {JobError} with the reason why there is no plan
   * @throws {Postponement} if the job must continue later
   */
  generate(request: Request, context: JobContext): Promise<Result>;
  /**
   * Invents a plan, the same for equal requests, for the documentation and for placeholders. Unset if
   * the kind needs no model.
   */
  sample?(request: Request): Result;
  /**
   * Writes what the sample generator answers. It may load data, and it is the same for equal requests
   * and times. Unset: {@link sample}.
   */
  writeSample?(request: Request, context: SampleContext): Promise<unknown>;
  /**
   * Writes what the sample generator answers for a change of a plan. It is the same for equal
   * arguments. Unset if the kind has no refinements.
   */
  writeSampleChange?(
    request: Request,
    refinement: JobRefinement,
    context: SampleContext,
  ): Promise<unknown>;
  /** The reasoning summaries of the sample generator. Unset if the kind shows no reasoning. */
  readonly sampleReasoning?: readonly string[];
  /**
   * How many jobs of this kind may run at once in an instance. The engine lowers the value to a
   * quarter of the slots (at least 1). One owner may have half of this limit, rounded up. Unset:
   * only the number of slots limits the kind.
   */
  readonly maxRunning?: number;
  /** Jobs of this kind are rare, and may start some seconds late. */
  readonly isRare?: boolean;
}

/** What the sample generator knows of a job besides its request. */
export interface SampleContext {
  /** See {@link JobContext.startedAt}. */
  startedAt: number;
}

/**
 * A kind of job that clients can create. It has a folder in `kinds/` and a line in each of four
 * registries; CONTRIBUTING.md has the steps. The `present…()` functions return the types that
 * {@link requestMembers} and {@link resultMembers} describe.
 */
export interface PublicKind<
  Request = unknown,
  Result = unknown,
  RequestMembers extends z.ZodObject = z.ZodObject,
  ResultMembers extends z.ZodObject = z.ZodObject,
> extends JobKind<Request, Result> {
  readonly http: HttpContract;
  /** Parses the body of a `POST`. */
  readonly request: z.ZodObject & z.ZodType<Request>;
  sample(request: Request): Result;
  /** A typical request, for the documentation. */
  readonly example: object;
  /**
   * Writes the plan that the first page of the web app shows as an example. Unset: the page shows
   * none of this kind.
   */
  writeExample?(): Promise<{ request: Request; result: Result }>;
  /** How callers change its plans. Unset: they cannot. */
  readonly refinement?: KindRefinement<Request, Result>;
  /** How long a job usually takes, in milliseconds. */
  readonly expectedMs: number;
  /**
   * The tokens of a plan in all turns together, rather too many than too few. `DAILY_COST_USD` uses
   * them until a plan tells what plans cost. Unset: a plan costs nothing.
   */
  readonly typicalUse?: TypicalUse;
  /** The members of the public answer that repeat the request. */
  readonly requestMembers: RequestMembers;
  /** The members of the public answer that only this kind has, besides `requestMembers`. */
  readonly resultMembers: ResultMembers;
  /**
   * The same members of a finished plan from which a reader has removed parts, for files of it.
   * Unset: readers cannot edit a plan.
   */
  readonly editedMembers?: z.ZodObject;
  /**
   * Returns why a new request cannot be accepted now, although its schema accepts it. Stored requests
   * stay valid. Unset: there are no such reasons.
   *
   * @param options `now`: epoch milliseconds; `base`: the request of the plan that the job changes
   */
  objectionsTo?(
    request: Request,
    options: { now: number; base?: Request },
  ): readonly RequestIssue[];
  /** Returns the public form of a request. */
  presentRequest(request: Request): z.output<RequestMembers>;
  /** Returns the public form of the result, or of the available part of it. */
  presentResult(job: { result: Result | null; progress: Progress }): z.output<ResultMembers>;
  /** What {@link itemsOf} returns, for the description of `partial`. Unset: it is left open. */
  readonly part?: z.ZodType;
  /** Returns the parts of a plan, in the form in which progress shows them. */
  itemsOf(result: Result): readonly unknown[];
  /** Returns what a traveller should check in a plan. Unset: the kind does not review its plans. */
  warningsOf?(result: Result): readonly PlanWarning[];
}

/** How callers change the plans of a kind: `POST …/refinements`. */
export interface KindRefinement<Request = unknown, Result = unknown, Change = unknown> {
  /** Parses the body of a `POST`. */
  readonly change: z.ZodObject & z.ZodType<Change>;
  /** A typical change, for the documentation. */
  readonly example: object;
  /**
   * Checks whether a plan can be changed in this way. It must not change its arguments.
   *
   * @param parent the job whose plan is to be changed
   */
  merge(parent: RefinedPlan<Request, Result>, change: Change): MergedChange<Request>;
}

/** The request and the plan of a job that is to be refined. */
export interface RefinedPlan<Request, Result> {
  request: Request;
  plan: Result;
}

/** What a change makes of a request, or why the change is not possible. */
export type MergedChange<Request> =
  | {
    /** The request of the new job. */
    request: Request;
    /** What {@link JobContext.refinement} tells of the change. It must be JSON. */
    change: unknown;
  }
  | { issues: readonly RequestIssue[] };

/** What is wrong in a request. */
export interface RequestIssue {
  /** Where in the body: `["preferences", "startDate"]`. */
  path: readonly PropertyKey[];
  message: string;
}

/** The plan that a job changes. */
export interface JobRefinement {
  /** The plan to change, as the kind's result schema parses it. */
  readonly base: unknown;
  /** The request that this plan was written for, as the kind's request schema parses it. */
  readonly request: unknown;
  /** The change, as {@link KindRefinement.merge} returned it. */
  readonly change: unknown;
}

/** What a plan usually takes of a model. */
export interface TypicalUse {
  model: string;
  inputTokens: number;
  outputTokens: number;
}

/** The parts of a plan that progress shows while the model writes it. */
export interface PlanParts extends ItemsFormat {
  /** The name of one part: day. */
  noun: string;
  /** How many parts the plan has; `null` if the model decides. */
  count: number | null;
  /**
   * Called with each part as soon as it is written. A part may come again in a later turn. It must
   * not throw.
   */
  onPart?: (part: unknown) => void;
}

/** The facts about a step that the timeline shows besides its name. */
export type StepDetails = Partial<Pick<StepEvent, "turn" | "tool">>;

/** The tools of `generate()`: steps, model calls and progress. */
export interface JobContext {
  /** The id of the job. */
  readonly id: string;
  /** Counted from 1. */
  readonly attempt: number;
  /**
   * When the first attempt began, in epoch milliseconds. It is the same for all attempts, so an
   * attempt on the next day can send the same prompt.
   */
  readonly startedAt: number;
  /** The plan that the job changes; `null`: it writes a new one. */
  readonly refinement: JobRefinement | null;
  /** Aborts when this worker must stop work on the job. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /**
   * Runs a step once: its output is stored before the next step begins, and a later attempt reads
   * the stored output.
   *
   * @param name unique within the job
   * @param schema of the output, which must be JSON
   * @param details what the timeline shows about the step
   *
   * @example A step that asks another service once, however many attempts the job needs
   * ```ts
   * const rate = await context.step("rate", z.number(), () => fetchRate("EUR"));
   * ```
   */
  step<T>(
    name: string,
    schema: z.ZodType<T>,
    run: () => Promise<T>,
    details?: (output: T) => StepDetails,
  ): Promise<T>;
  /**
   * Calls the model, as a step. Progress shows each of the `parts` when it is finished.
   *
   * @example
   * ```ts
   * const format = { name: "plan", schema: TripPlan };
   * const parts = { member: "days", noun: "day", count: 3, schemaAt: () => Day };
   * const { text } = await context.chat("turn-1", { model, messages, format, maxTokens }, parts);
   * ```
   */
  chat(name: string, request: ChatRequest, parts: PlanParts): Promise<ChatTurn>;
  /** The same with the Responses API. It joins a response that an earlier attempt started. */
  respond(name: string, request: ResponseRequest, parts: PlanParts): Promise<ResponseTurn>;
  /**
   * Keeps a plan that can be used while the kind tries to write a better one. The job ends with it
   * if the attempt fails and no other attempt follows, for example at the deadline.
   *
   * @param plan a whole plan, as {@link JobKind.generate} returns it
   */
  keep(plan: unknown): void;
  /**
   * Shows in the progress that the job runs tools.
   *
   * @param message one sentence for people
   * @param tools the names of the tools, for programs
   */
  showResearch(message: string, tools?: readonly string[]): void;
}

/** A plan and its source. */
export interface WrittenPlan {
  result: unknown;
  source: Source;
  /** The version of the prompt that wrote it. Unset: the current version of its kind. */
  promptVersion?: string;
}
