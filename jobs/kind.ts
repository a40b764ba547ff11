/**
 * What a kind of job is. Everything else (routes, storage, retries, logs) is the same for all kinds.
 * @module
 */
import type { z } from "zod";
import type { Source } from "../lib/job_record.ts";
import type { Model } from "../lib/model.ts";
import type { Progress } from "../lib/progress.ts";

/** A kind of job: one file in this folder, one line in `registry.ts`. */
export interface JobKind<Request = unknown, Result = unknown> {
  /** Stored in each record: never to be changed. */
  readonly name: string;
  readonly http: HttpContract;
  /** Checks the body of a `POST`, and the stored request before it is worked on. */
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
  /** Makes a plan up, always the same one for the same request. */
  sample(request: Request): Result;
  /** The members of the public answer that only this kind has. */
  present(job: { request: Request; result: Result | null; progress: Progress }): object;
}

/** How the outside sees a kind of job; the old clients' contract. */
export interface HttpContract {
  /** `POST` makes a job, `GET {path}/{id}` shows it. */
  path: string;
  /** The member that holds the job's id. */
  idName: string;
  /** The status of an accepted `POST`. */
  acceptedStatus: 200 | 202;
  /** `error` of the 404. */
  notFound: string;
}

/** What `generate` is given to work with. */
export interface JobContext {
  readonly model: Model;
  /** Aborts when the job is no longer this worker's to finish. */
  readonly signal: AbortSignal;
  /** Now, in epoch milliseconds. */
  now(): number;
  /**
   * Does a piece of work once: its output is stored before the next step begins, and a later attempt
   * gets it from there.
   *
   * @param name unique within the job
   * @param schema of the output, which has to survive JSON
   */
  step<T>(name: string, schema: z.ZodType<T>, run: () => Promise<T>): Promise<T>;
  /** Replaces what the job shows of itself while it runs. */
  report(progress: Progress): Promise<void>;
}

/** A plan and who wrote it. */
export interface Plan {
  result: unknown;
  source: Source;
}
