/**
 * What operators see and do, by section.
 * @module
 */
import type { Alerts } from "./alerts.ts";
import type { Audit } from "./audit.ts";
import type { History } from "./history.ts";
import type { OperatorJobs } from "./operator_jobs.ts";

/** The services for operators of one instance. */
export interface Operator {
  /** What operators have done. */
  readonly audit: Audit;
  /** What fires, and what has fired. */
  readonly alerts: Alerts;
  /** What all instances have done, and which instances run. */
  readonly history: History;
  /** Single jobs, and lists of jobs. */
  readonly jobs: OperatorJobs;
}
