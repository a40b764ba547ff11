/**
 * Jobs as `GET` shows them, each with its entity tag. What has ended never changes again, so it is
 * kept in memory and served from there.
 * @module
 */
import { LRUCache } from "lru-cache";
import type { JobService } from "../../jobs/engine/job_service.ts";
import type { Clock } from "../../lib/clock.ts";
import type { PublicKind } from "../../jobs/kind.ts";
import { isEnded, type JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { presentJob } from "./presenter.ts";

/** About a thousand plans of 30,000 characters: 32 MB, or twice that where letters are not Latin. */
const CACHE_CHARACTERS = 32 * 1024 * 1024;

/** What a view takes beside its body: the record, of which the request is most, and the entry. */
const OVERHEAD_CHARACTERS = 4_096;

/** A job as one look at it found it. */
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

  /** A strong entity tag (RFC 9110, section 8.8.3), with its quotes. */
  get etag(): string {
    return `"${this.version}"`;
  }

  /** The JSON answer. It is made when it is first asked for: whoever has this version needs none. */
  get body(): string {
    this.#body ??= this.#present!();
    // Lets go of the plan.
    this.#present = undefined;
    return this.#body;
  }
}

/** The views of all jobs. */
export class JobViews {
  readonly #jobs: JobService;
  readonly #clock: Clock;
  readonly #finished = new LRUCache<string, JobView>({
    maxSize: CACHE_CHARACTERS,
    sizeCalculation: ({ body }) => body.length + OVERHEAD_CHARACTERS,
  });

  constructor(jobs: JobService, clock: Clock) {
    this.#jobs = jobs;
    this.#clock = clock;
  }

  /** The job as it is now; `null` if there is none of this kind. */
  async read(kind: PublicKind, id: string): Promise<JobView | null> {
    const finished = this.#finished.get(id);
    if (finished?.job.kind === kind.name && this.#clock.now() < finished.job.expiresAt) {
      return finished;
    }
    const snapshot = await this.#jobs.read(kind, id);
    return snapshot && this.viewOf(kind, snapshot);
  }

  /** A look at a job that somebody else has taken. */
  viewOf(kind: PublicKind, snapshot: JobSnapshot): JobView {
    const view = new JobView(kind, snapshot);
    if (isEnded(view.job)) this.#finished.set(view.job.id, view);
    return view;
  }
}
