/**
 * What a worker stores while it works on a job, for a later attempt: checkpoints of finished steps,
 * the response that the job waits for, and the progress.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { BlobRef } from "../job/blob_ref.ts";
import { BlobUnreadableError, readBlob } from "./blob.ts";
import type { Clock } from "../clock.ts";
import { JobCommit, type Lease, type Written } from "./job_commit.ts";
import { keys, prefixes, shortId, type StepName } from "./job_keys.ts";
import type { QueuedJob } from "../job/job_record.ts";
import type { Progress } from "../job/progress.ts";
import { decodeProgress, encodeProgress } from "./progress_codec.ts";
import { StepEvent } from "../job/timeline.ts";
import type { Kv, KvKey } from "../platform/kv.ts";

/** A finished step, with the reference to its output. */
const StepRecord = z.object({
  event: StepEvent,
  /** `null` for a failed turn. */
  output: BlobRef.nullable(),
});

/** A background response, and the step that waits for it. */
const OpenResponse = z.object({
  responseId: z.string(),
  promptVersion: z.string(),
  name: z.string(),
});

/** The stored state of a step: its output, or a response that may become its output. */
export type FoundStep =
  | { output: unknown; event: StepEvent }
  | {
    /** The background response of this step. */
    responseId: string | null;
    /** A response to another version of the prompt. No attempt will wait for it. */
    orphanId: string | null;
  };

const log = getLogger(["tripwright", "store"]);

/** The checkpoints of the jobs of one KV database. */
export class CheckpointStore {
  readonly #kv: Kv;
  readonly #clock: Clock;

  constructor(kv: Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Stores the checkpoint of a finished step, so that no later attempt pays for it again. Deletes
   * the entry of the response that the step waited for.
   *
   * @throws {BlobTooLargeError} if the output is too large
   */
  async saveStep(
    lease: Lease,
    step: StepName,
    { event, output }: { event: StepEvent; output: unknown },
  ): Promise<Written> {
    const { job } = lease;
    const commit = this.#begin().checkLease(lease);
    if (event.turn) commit.delete(keys.response(job.id));
    const ref = commit.putBlob(keys.output(job.id, step), output, job);
    commit.put(keys.step(job.id, step), { event, output: ref }, job);
    return await commit.commitFor(lease);
  }

  /** Stores the usage of a failed turn that was paid for. */
  async saveFailedTurn(lease: Lease, step: StepName, event: StepEvent): Promise<Written> {
    const { job } = lease;
    const commit = this.#begin().checkLease(lease).delete(keys.response(job.id));
    // A released attempt does not count, so the number of the attempt alone is not unique.
    const { responseId } = event.turn ?? {};
    const name = `${step.name}/failed-${responseId ? shortId(responseId) : job.attempt}`;
    commit.put(keys.step(job.id, { ...step, name }), { event, output: null }, job);
    return await commit.commitFor(lease);
  }

  /**
   * Reads the checkpoint of a step. Unreadable output is reported and treated as missing.
   *
   * @returns `"lost"` if the lease has ended; the step then belongs to another attempt
   */
  async readStep(lease: Lease, step: StepName): Promise<FoundStep | "lost"> {
    const { id } = lease.job;
    const [record, entry, response] = await this.#kv.getMany(
      [keys.job(id), keys.step(id, step), keys.response(id)],
    );
    if (record.versionstamp !== lease.versionstamp) return "lost";
    const open = OpenResponse.safeParse(response.value).data;
    const isOfPrompt = open?.promptVersion === step.promptVersion;
    const unfinished = {
      responseId: isOfPrompt && open.name === step.name ? open.responseId : null,
      orphanId: open && !isOfPrompt ? open.responseId : null,
    };
    if (entry.value === null) return unfinished;
    try {
      const { event, output: ref } = StepRecord.parse(entry.value);
      if (ref === null) return unfinished;
      return { event, output: await readBlob(this.#kv, { key: keys.output(id, step), ref }) };
    } catch (error) {
      if (!(error instanceof z.ZodError || error instanceof BlobUnreadableError)) throw error;
      log.error("step not readable", { jobId: id, step: step.name });
      return unfinished;
    }
  }

  /**
   * Reads the output of a step without a lease, for operators.
   *
   * @returns `undefined` if the step is not finished, or cannot be read
   */
  async readOutput(id: string, step: StepName): Promise<unknown> {
    const { value } = await this.#kv.get(keys.step(id, step));
    const ref = StepRecord.safeParse(value).data?.output;
    if (!ref) return undefined;
    try {
      return await readBlob(this.#kv, { key: keys.output(id, step), ref });
    } catch (error) {
      if (!(error instanceof BlobUnreadableError)) throw error;
      return undefined;
    }
  }

  /** Lists the finished steps of a job, in no particular order. */
  async steps(id: string): Promise<StepEvent[]> {
    const found = [];
    for await (const { value } of this.#kv.list({ prefix: prefixes.step(id) })) {
      const step = StepRecord.safeParse(value);
      if (step.success) found.push(step.data.event);
    }
    return found;
  }

  /** Copies the checkpoints of a job to a new one, one commit for each entry. */
  async copySteps(from: string, to: QueuedJob): Promise<void> {
    const copy = async ({ key: [type, , ...rest] }: { key: KvKey }, value: unknown) => {
      await this.#begin().put([type!, to.id, ...rest], value, to).commit();
    };
    for await (const entry of this.#kv.list({ prefix: prefixes.output(from) })) {
      await copy(entry, entry.value);
    }
    for await (const entry of this.#kv.list({ prefix: prefixes.step(from) })) {
      const step = StepRecord.safeParse(entry.value).data;
      // The old job paid for the step.
      if (step) await copy(entry, { ...step, event: { ...step.event, attempt: 0 } });
    }
  }

  /** Stores the id of a background response, so that a later attempt can join it. */
  async saveResponse(lease: Lease, step: StepName, responseId: string): Promise<Written> {
    const { job } = lease;
    const { promptVersion, name } = step;
    return await this.#begin().checkLease(lease)
      .put(keys.response(job.id), { responseId, promptVersion, name }, job)
      .put(keys.responseOwner(responseId), job.id, job)
      .put(keys.storedResponse(job.id, responseId), responseId, job)
      .commitFor(lease);
  }

  /** Reads the id of the response that the last attempt waited for. */
  async openResponse(id: string): Promise<string | null> {
    const { value } = await this.#kv.get(keys.response(id));
    return OpenResponse.safeParse(value).data?.responseId ?? null;
  }

  /** Lists the background responses of a job, in no particular order. */
  async storedResponses(id: string): Promise<string[]> {
    const found = [];
    for await (const { value } of this.#kv.list({ prefix: prefixes.storedResponse(id) })) {
      if (typeof value === "string") found.push(value);
    }
    return found;
  }

  /** Stores the progress of a job. */
  async report(lease: Lease, progress: Progress): Promise<Written> {
    const { job } = lease;
    return await this.#begin().checkLease(lease)
      .put(keys.progress(job.id), encodeProgress(progress), job)
      .commitFor(lease);
  }

  /** Reads what earlier attempts stored: the progress, and the failed turns. */
  async readEarlierAttempts(id: string): Promise<{ progress: Progress; failedTurns: StepEvent[] }> {
    const { value } = await this.#kv.get(keys.progress(id));
    const failedTurns = (await this.steps(id)).filter(({ failed }) => failed !== null);
    return { progress: decodeProgress(value), failedTurns };
  }

  #begin(): JobCommit {
    return new JobCommit(this.#kv, this.#clock);
  }
}
