/**
 * What operators see and do, by section.
 * @module
 */
import type { Audit } from "./audit.ts";
import type { OperatorJobs } from "./operator_jobs.ts";
import type { OperatorKeys } from "./operator_keys.ts";

/** The services for operators of one instance. */
export interface Operator {
  /** What operators have done. */
  readonly audit: Audit;
  /** Single jobs, and lists of jobs. */
  readonly jobs: OperatorJobs;
  /** API keys. */
  readonly keys: OperatorKeys;
}
