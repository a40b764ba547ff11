/**
 * The events of a job: what `GET …/:id/events` says of each state in which it finds the job. An event's
 * id tells how many parts of the plan the client has and what they are, so any instance can go on
 * where the connection to another one broke, and nothing has to be remembered for any client.
 * @module
 */
import type { PublicKind } from "../../jobs/kind.ts";
import { hashJson } from "../../lib/hash.ts";
import { isEnded } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { presentJob } from "./presenter.ts";

/** An event as it goes over the wire; `data` is JSON. */
export interface JobEvent {
  /** `reset`: the parts so far are of a plan that was given up. `end`: the last event. */
  event: "progress" | "item" | "reset" | "end";
  id: string;
  data: string;
}

/** The id of the last event: whoever has it has everything. */
export const END = "end";

/** What a client has that has nothing. */
const START = "0-";

/** Enough of a hash to tell a plan from another one of the same job. */
const DIGEST_CHARACTERS = 16;

/** What happened to one job, for one client. */
export class JobEvents {
  readonly #kind: PublicKind;
  /** The id of the last event that the client has. */
  #position: string;
  #lastProgress = "";

  /** @param position the id of the last event that the client has got, if any */
  constructor(kind: PublicKind, position = START) {
    this.#kind = kind;
    this.#position = position;
  }

  /** What the client has not heard yet, now that the job is in this state. */
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

/** The id of the event after which a client has the first `count` parts of a plan. */
function positionAt(items: readonly unknown[], count: number): string {
  if (count === 0) return START;
  return `${count}-${hashJson(items.slice(0, count)).slice(0, DIGEST_CHARACTERS)}`;
}
