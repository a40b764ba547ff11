/**
 * The events that `GET …/:id/events` sends for each snapshot of a job. The id of an event holds the
 * number and a hash of the parts that the client has. Any instance can therefore continue a stream
 * that broke at another one, and the service stores nothing about its clients.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { hashJson } from "../../lib/hash.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { presentJob } from "./presenter.ts";

/** A server-sent event; `data` is JSON. */
export interface JobEvent {
  /** `reset`: the plan is written again, so the parts so far are void. `end`: the last event. */
  event: "progress" | "item" | "reset" | "end";
  id: string;
  data: string;
}

/** The id of the last event. A client that has it has everything. */
export const END = "end";

/** The position of a client that has no parts. */
const START = "0-";

/** Long enough to tell one plan from another one of the same job. */
const DIGEST_CHARACTERS = 16;

/** The events of one job for one client. */
export class JobEvents {
  readonly #kind: PublicKind;
  /** The id of the last event that the client has. */
  #position: string;
  #lastProgress = "";

  /** @param position the id of the last event that the client received, if any */
  constructor(kind: PublicKind, position = START) {
    this.#kind = kind;
    this.#position = position;
  }

  /** Returns the events that bring the client up to this snapshot. */
  *next(snapshot: JobSnapshot): Generator<JobEvent> {
    const { job } = snapshot;
    const { partial, ...rest } = presentJob(this.#kind, snapshot);
    if (!isEnded(job)) {
      yield* this.#items(partial ?? []);
      const progress = JSON.stringify(rest);
      if (progress === this.#lastProgress) return;
      this.#lastProgress = progress;
      yield { event: "progress", id: this.#position, data: progress };
      return;
    }
    if (job.state === "succeeded") yield* this.#items(this.#kind.itemsOf(snapshot.result));
    yield { event: "end", id: END, data: JSON.stringify({ ...rest, partial }) };
  }

  *#items(items: readonly unknown[]): Generator<JobEvent> {
    let count = Number.parseInt(this.#position);
    if (!(count <= items.length && positionAt(items, count) === this.#position)) {
      count = 0;
      this.#position = START;
      yield { event: "reset", id: START, data: "{}" };
    }
    for (const [index, item] of items.entries()) {
      if (index < count) continue;
      this.#position = positionAt(items, index + 1);
      yield { event: "item", id: this.#position, data: JSON.stringify({ index, item }) };
    }
  }
}

/** Returns the id of the event after which a client has the first `count` parts of a plan. */
function positionAt(items: readonly unknown[], count: number): string {
  if (count === 0) return START;
  return `${count}-${hashJson(items.slice(0, count)).slice(0, DIGEST_CHARACTERS)}`;
}
