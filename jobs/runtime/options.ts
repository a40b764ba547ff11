/**
 * What a runtime needs from outside.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import type { EndedJob } from "../../lib/job/job_record.ts";
import type { Metrics } from "../../lib/metrics/metrics.ts";
import type { ModelProvider } from "../../lib/model/model.ts";
import type { InstanceLocks } from "../../lib/store/instance_locks.ts";
import type { StorageSpace } from "../../lib/store/storage_space.ts";
import type { PublicKind } from "../kind.ts";
import type { Notice } from "../kinds/callback/kind.ts";
import type { Kv } from "../../lib/platform/kv.ts";

/** The dependencies of the runtime. */
export interface RuntimeOptions {
  kv: Kv;
  clock: Clock;
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number;
  /** This instance's id. Unset: a new one. */
  holder?: string | undefined;
  /** Finds dead instances quickly if the database is a file. */
  locks?: InstanceLocks | undefined;
  /** Watches the space for the database. Unset: only failed writes show that it is full. */
  storage?: StorageSpace | undefined;
  /** The kinds of job. Unset: the kinds of the registry. */
  kinds?: readonly PublicKind[] | undefined;
  /** The model. Unset: the configured model. */
  model?: ModelProvider | undefined;
  /** Returns the content of a callback. Unset: the runtime sends no callbacks. */
  noticeOf?: ((kinds: readonly PublicKind[], job: EndedJob) => Notice) | undefined;
  /** Counts what the instance does. Unset: new metrics. */
  metrics?: Metrics | undefined;
}
