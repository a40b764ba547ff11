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
    const content = contentOf(this.#kind, snapshot);
    if (content.end === null || snapshot.job.state === "succeeded") yield* this.#items(content);
    if (content.end !== null) yield { event: "end", id: END, data: content.end };
    else if (content.progress !== this.#lastProgress) {
      this.#lastProgress = content.progress;
      yield { event: "progress", id: this.#position, data: content.progress };
    }
  }

  *#items(content: Content): Generator<JobEvent> {
    let count = Number.parseInt(this.#position);
    if (!(count <= content.count && content.positionAt(count) === this.#position)) {
      count = 0;
      this.#position = START;
      yield { event: "reset", id: START, data: "{}" };
    }
    for (let index = count; index < content.count; index++) {
      this.#position = content.positionAt(index + 1);
      yield { event: "item", id: this.#position, data: content.itemAt(index) };
    }
  }
}

/** What the events of one snapshot say. It is built once for all clients that get the snapshot. */
class Content {
  /** The data of the progress event. */
  readonly progress: string;
  /** The data of the last event; `null`: the job has not ended. */
  readonly end: string | null;
  readonly #items: readonly unknown[];
  readonly #positions: string[] = [START];
  readonly #texts: string[] = [];

  constructor(kind: PublicKind, snapshot: JobSnapshot) {
    const { job, result } = snapshot;
    const { partial, ...rest } = presentJob(kind, snapshot);
    this.progress = JSON.stringify(rest);
    this.end = isEnded(job) ? JSON.stringify({ ...rest, partial }) : null;
    this.#items = job.state === "succeeded" ? kind.itemsOf(result) : partial ?? [];
  }

  /** The number of parts. */
  get count(): number {
    return this.#items.length;
  }

  /** Returns the id of the event after which a client has the first `count` parts of the plan. */
  positionAt(count: number): string {
    return this.#positions[count] ??= `${count}-${
      hashJson(this.#items.slice(0, count)).slice(0, DIGEST_CHARACTERS)
    }`;
  }

  /** Returns the data of the event of a part. */
  itemAt(index: number): string {
    return this.#texts[index] ??= JSON.stringify({ index, item: this.#items[index] });
  }
}

const contents = new WeakMap<JobSnapshot, Content>();

function contentOf(kind: PublicKind, snapshot: JobSnapshot): Content {
  let content = contents.get(snapshot);
  if (!content) contents.set(snapshot, content = new Content(kind, snapshot));
  return content;
}
