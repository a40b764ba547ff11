/**
 * The answers to `GET` for one job, with their entity tags. They are cached in memory: of a job that
 * has ended until it expires, because it never changes, of another job as long as reads return the
 * same snapshot.
 * @module
 */
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { Clock } from "../../lib/clock.ts";
import { ExpiringCache } from "../../lib/expiring_cache.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { presentJob } from "./presenter.ts";

/** About a thousand plans of 30,000 characters: 32 MB, or twice that for non-Latin scripts. */
const CACHE_CHARACTERS = 32 * 1024 * 1024;

/** The size of a view without its body: the record (mostly the request) and the cache entry. */
const OVERHEAD_CHARACTERS = 4_096;

/** The answer for one snapshot of a job. */
export class JobView {
  readonly job: JobRecord;
  /** See {@link JobSnapshot}. */
  readonly version: string;
  #present: (() => string) | undefined;
  #body: string | undefined;

  constructor(kind: PublicKind, snapshot: JobSnapshot) {
    this.job = snapshot.job;
    this.version = snapshot.version;
    this.#present = () => JSON.stringify(presentJob(kind, snapshot));
  }

  /** The strong entity tag (RFC 9110, section 8.8.3), with its quotes. */
  get etag(): string {
    return `"${this.version}"`;
  }

  /** The JSON body, built on first use: a client that has this version does not need it. */
  get body(): string {
    this.#body ??= this.#present!();
    // Releases the snapshot, and with it the plan.
    this.#present = undefined;
    return this.#body;
  }
}

/** Creates and caches the views of jobs. */
export class JobViews {
  readonly #jobs: JobService;
  readonly #finished: ExpiringCache<JobView>;
  readonly #unfinished = new WeakMap<JobSnapshot, JobView>();

  constructor(jobs: JobService, clock: Clock) {
    this.#jobs = jobs;
    this.#finished = new ExpiringCache({ clock, maxSize: CACHE_CHARACTERS });
  }

  /** Returns the job as it is now; `null` if there is no such job of this kind. */
  async read(kind: PublicKind, id: string): Promise<JobView | null> {
    const finished = this.#finished.get(id);
    if (finished?.job.kind === kind.name) return finished;
    const snapshot = await this.#jobs.read(kind, id);
    return snapshot && this.viewOf(kind, snapshot);
  }

  /** Creates the view of a snapshot that the caller already has. */
  viewOf(kind: PublicKind, snapshot: JobSnapshot): JobView {
    const known = this.#unfinished.get(snapshot);
    if (known) return known;
    const view = new JobView(kind, snapshot);
    if (isEnded(view.job)) this.#keep(view);
    else this.#unfinished.set(snapshot, view);
    return view;
  }

  #keep(view: JobView): void {
    const { id, expiresAt } = view.job;
    const size = view.body.length + OVERHEAD_CHARACTERS;
    this.#finished.set(id, view, { size, expiresAt });
  }
}
