/**
 * Requests that create jobs, and what becomes of them.
 * @module
 */
import type { Caller } from "../../lib/caller.ts";
import type { JobRecord, QueuedJob } from "../../lib/job/job_record.ts";
import type { TraceContext } from "../../lib/trace_context.ts";
import type { Budget, QueueFull } from "./admission.ts";
import type { DayOver } from "./daily_limits.ts";
import type { CostSpent } from "./key_costs.ts";
import type { RequestRefused } from "./refinement_draft.ts";

/** The options of a request that creates a job. */
export interface SubmitOptions {
  caller?: Caller;
  /** The id of the address of a request without an API key. Unset: not known. */
  sender?: string | undefined;
  /** The caller's idempotency key: a repeated request with this key returns the same job. */
  idempotencyKey?: string | undefined;
  /** The callers that share the key, as a name. Unset: the key belongs to the caller. */
  idempotencyScope?: string | undefined;
  /** Whether a repeated request creates another job if the first one failed or was canceled. */
  replacesFailed?: boolean | undefined;
  /** The id of the caller that takes turns with others. Unset: the id of `caller`. */
  turnOf?: string | undefined;
  /** The URL that receives the callback. */
  callbackUrl?: string | null | undefined;
  /** The trace that the work belongs to. */
  trace?: TraceContext | null;
  /**
   * Checks whether the caller may create a job. It is not called for a repeated request. It throws
   * to refuse the job, and `JobService.submit()` then throws the same error.
   */
  permit?: () => Promise<void> | void;
  /** The same, but called last: a job that the service refuses does not count for its day. */
  permitDay?: () => Promise<void> | void;
}

/** The options of a request that changes the plan of a job. */
export interface RefineOptions extends SubmitOptions {
  /** Returns whether the caller may see the job with the plan. Unset: it may see every job. */
  maySee?: ((job: JobRecord) => boolean) | undefined;
}

/** An accepted job. */
export interface Submission {
  outcome: "accepted";
  /** The job at the time of its acceptance. */
  job: QueuedJob;
  /** Whether an earlier request with the same idempotency key created the job. */
  isRepeated: boolean;
  /** Its place, if it must wait. Unset: this instance works on it already, or it is repeated. */
  waitsAt?: number;
  /** The caller's remaining jobs of today; `null`: no limit, or not known. */
  budget: Budget | null;
}

/** Why a request did not create a job. Nothing was stored. */
export type Refusal =
  | RequestRefused
  /** A different request was accepted with the same idempotency key. */
  | { outcome: "key reused" }
  /** The caller has used its daily budget. */
  | { outcome: "budget spent"; budget: Budget }
  | CostSpent
  | QueueFull
  /** The disk of the database is full, or will soon be. */
  | { outcome: "storage full" }
  | DayOver
  /** An operator has paused the intake. `note`: for travelers. */
  | { outcome: "intake paused"; note: string | null }
  /** This instance shuts down. */
  | { outcome: "stopping" };
