/**
 * What operators see and do, by section.
 * @module
 */
import type { SessionStore } from "../../lib/store/session_store.ts";
import type { Health } from "../engine/health.ts";
import type { Alerts } from "./alerts.ts";
import type { Audit } from "./audit.ts";
import type { OperatorControls } from "./controls.ts";
import type { History } from "./history.ts";
import type { OperatorKeys } from "./operator_keys.ts";
import type { BulkJobs } from "./bulk_jobs.ts";
import type { OperatorJobs } from "./operator_jobs.ts";

/** The services for operators of one instance. */
export interface Operator {
  /** What operators have done. */
  readonly audit: Audit;
  /** Jobs that replay or cancel many jobs. */
  readonly bulk: BulkJobs;
  /** What is paused, the breakers and the instances. */
  readonly controls: OperatorControls;
  /** The health of this instance and of what it depends on. */
  readonly health: Health;
  /** What fires, and what has fired. */
  readonly alerts: Alerts;
  /** What all instances have done, and which instances run. */
  readonly history: History;
  /** Single jobs, and lists of jobs. */
  readonly jobs: OperatorJobs;
  /** API keys. */
  readonly keys: OperatorKeys;
  /** The names of the kinds of job that callers create. */
  readonly kinds: readonly string[];
  /** The sessions of the dashboard. */
  readonly sessions: SessionStore;
}
