/**
 * The events that `GET …/:id/events` sends for each version of a job. The id of an event holds the
 * number and a hash of the parts that the client has. Any instance can therefore continue a stream
 * that broke at another one, and the service stores nothing about its clients.
 *
 * - `progress`: the job as `GET` shows it, without its plan
 * - `item`: a part of the plan
 * - `reset`: the plan is written again, so the parts so far are void
 * - `end`: the last event, with the whole job
 * @module
 */
import { encodeEvent, type JobContent, START } from "./job_content.ts";

const RESET = encodeEvent("reset", { id: START, data: "{}" });

/** The events of one job for one client. */
export class JobEvents {
  /** The id of the last event that the client has. */
  #position: string;
  #lastProgress: string | null = null;

  /** @param position the id of the last event that the client received, if any */
  constructor(position = START) {
    this.#position = position;
  }

  /**
   * Returns the encoded events that bring the client up to this version. Streams share the bytes,
   * which must not be changed or transferred.
   */
  *next(content: JobContent): Generator<Uint8Array> {
    if (content.hasParts) yield* this.#parts(content);
    else yield content.after(0);
    if (content.progress === null || content.progress === this.#lastProgress) return;
    this.#lastProgress = content.progress;
    yield content.progressFor(this.#position);
  }

  *#parts(content: JobContent): Generator<Uint8Array> {
    let count = Number.parseInt(this.#position);
    if (!(count <= content.count && content.positionAt(count) === this.#position)) {
      count = 0;
      yield RESET;
    }
    this.#position = content.positionAt(content.count)!;
    const rest = content.after(count);
    if (rest.length > 0) yield rest;
  }
}
