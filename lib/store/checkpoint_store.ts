/**
 * What a worker leaves while it works on a job, and a later attempt finds again: the steps that are
 * finished, the response that the job waits for, and what the job shows.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import { z } from "zod";
import { BlobRef } from "../job/blob_ref.ts";
import { BlobUnreadableError, readBlob } from "./blob.ts";
import type { Clock } from "../clock.ts";
import { JobCommit, type Lease, type Written } from "./job_commit.ts";
import { keys, prefixes, type StepName } from "./job_keys.ts";
import type { QueuedJob } from "../job/job_record.ts";
import type { Progress } from "../job/progress.ts";
import { decodeProgress, encodeProgress } from "./progress_codec.ts";
import { StepEvent } from "../job/timeline.ts";

/** A finished step, and where its output is. */
const StepRecord = z.object({
  event: StepEvent,
  /** `null` for a failed turn. */
  output: BlobRef.nullable(),
});

/** A response that goes on at the model's side, and the step that waits for it. */
const OpenResponse = z.object({
  responseId: z.string(),
  promptVersion: z.string(),
  name: z.string(),
});

/** What is there of a step: its output, or at least a response that may become its output. */
export type FoundStep =
  | { output: unknown; event: StepEvent }
  | {
    /** A response that was begun for this step. */
    responseId: string | null;
    /** A response to another version of the prompt. No attempt will wait for it. */
    orphanId: string | null;
  };

const log = getLogger(["tripwright", "store"]);

/** The checkpoints of the jobs of one KV database. */
export class CheckpointStore {
  readonly #kv: Deno.Kv;
  readonly #clock: Clock;

  constructor(kv: Deno.Kv, clock: Clock) {
    this.#kv = kv;
    this.#clock = clock;
  }

  /**
   * Stores the output of a finished step, so that no later attempt has to pay for it again. A
   * response that the step has waited for is done with.
   *
   * @throws {BlobTooLargeError} if the output does not fit
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
    // An attempt that is put back is not counted, so its number alone would not do.
    const name = `${step.name}/failed-${event.turn?.responseId ?? job.attempt}`;
    commit.put(keys.step(job.id, { ...step, name }), { event, output: null }, job);
    return await commit.commitFor(lease);
  }

  /**
   * What an earlier attempt has left of a step. Output that cannot be read is reported, and counts as
   * not there.
   *
   * @returns `"lost"` if the job is no longer the lease's: what it has not finished is another's to do
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

  /** The steps of a job that are finished, in no order. */
  async steps(id: string): Promise<StepEvent[]> {
    const found = [];
    for await (const { value } of this.#kv.list({ prefix: prefixes.step(id) })) {
      const step = StepRecord.safeParse(value);
      if (step.success) found.push(step.data.event);
    }
    return found;
  }

  /** Gives a new job the steps that another one has finished, one commit for each. */
  async copySteps(from: string, to: QueuedJob): Promise<void> {
    const copy = async ({ key: [sort, , ...rest] }: { key: Deno.KvKey }, value: unknown) => {
      await this.#begin().put([sort!, to.id, ...rest], value, to).commit();
    };
    for await (const entry of this.#kv.list({ prefix: prefixes.output(from) })) {
      await copy(entry, entry.value);
    }
    for await (const entry of this.#kv.list({ prefix: prefixes.step(from) })) {
      const step = StepRecord.safeParse(entry.value).data;
      // It was not the new job that paid for it.
      if (step) await copy(entry, { ...step, event: { ...step.event, attempt: 0 } });
    }
  }

  /** Remembers a response that goes on by itself, so that a later attempt can wait for it. */
  async saveResponse(lease: Lease, step: StepName, responseId: string): Promise<Written> {
    const { job } = lease;
    const { promptVersion, name } = step;
    return await this.#begin().checkLease(lease)
      .put(keys.response(job.id), { responseId, promptVersion, name }, job)
      .put(keys.responseOwner(responseId), job.id, job)
      .commitFor(lease);
  }

  /** The response that a job was waiting for when it was last worked on. */
  async openResponse(id: string): Promise<string | null> {
    const { value } = await this.#kv.get(keys.response(id));
    return OpenResponse.safeParse(value).data?.responseId ?? null;
  }

  /** Shows how far the job is. */
  async report(lease: Lease, progress: Progress): Promise<Written> {
    const { job } = lease;
    return await this.#begin().checkLease(lease)
      .put(keys.progress(job.id), encodeProgress(progress), job)
      .commitFor(lease);
  }

  /** Reads what earlier attempts stored: the progress, and the failed turns. */
  async readBefore(id: string): Promise<{ progress: Progress; failedTurns: StepEvent[] }> {
    const { value } = await this.#kv.get(keys.progress(id));
    const failedTurns = (await this.steps(id)).filter(({ failed }) => failed !== null);
    return { progress: decodeProgress(value), failedTurns };
  }

  #begin(): JobCommit {
    return new JobCommit(this.#kv, this.#clock);
  }
}
