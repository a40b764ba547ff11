/**
 * What `generate` is given to work with: checkpointed steps, a model behind the breaker, and a signal
 * that aborts as soon as the job is known to be somebody else's.
 * @module
 */
import { getLogger } from "@logtape/logtape";
import type { z } from "zod";
import { BlobTooLargeError } from "../lib/blob.ts";
import type { Breaker } from "../lib/breaker.ts";
import type { Clock } from "../lib/clock.ts";
import type { JobStore, Lease } from "../lib/job_store.ts";
import type { Model, ModelProvider } from "../lib/model.ts";
import { retry } from "../lib/retry.ts";
import type { JobContext, JobKind } from "./kind.ts";

/** Why a worker stops working on a job that has not ended. */
export class Interruption extends Error {
  override name = "Interruption";
  /**
   * @param why `lost`: the job is another's now; `stopping`: this instance shuts down; `over`: the
   * attempt has ended already
   */
  constructor(readonly why: "lost" | "stopping" | "over") {
    super(`Interrupted: ${why}`);
  }
}

/** What was paid for is worth a few tries to store it: about 6 s in all. */
const KV_TRIES = 6;
const KV_WAIT_MS = 200;

/** No lease is shorter: within this time after a look nobody else has taken the job. */
const LOOK_MS = 1_000;

const log = getLogger(["tripwright", "job"]);

/** What a context needs, whatever the job. */
export interface ContextServices {
  store: JobStore;
  model: ModelProvider;
  breaker: Breaker;
  clock: Clock;
}

export interface ContextOptions extends ContextServices {
  lease: Lease;
  /** Is aborted when the job turns out to be lost. */
  abort: AbortController;
  /** Collects the steps that are under way. */
  steps: Set<Promise<unknown>>;
  kind: JobKind;
  /** As the kind's schema returned it. */
  request: unknown;
}

/** Creates the context of one attempt. */
export function createContext(options: ContextOptions): JobContext {
  const { lease, abort, steps, kind, request, store, clock } = options;
  const { signal } = abort;
  /** The last step was one that an earlier attempt had finished. */
  let resuming = false;
  /** When it was last looked whether the job is still this worker's. */
  let lookedAt = -Infinity;

  /** Whoever lost the job learns of it when it next reads or writes, and works no further. */
  function own<T>(answer: T): Exclude<T, "lost"> {
    if (answer === "lost") abort.abort(new Interruption("lost"));
    signal.throwIfAborted();
    return answer as Exclude<T, "lost">;
  }

  async function run<T>(name: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const key = { name, promptVersion: kind.promptVersion };
    const ids = { jobId: lease.job.id, kind: kind.name, attempt: lease.job.attempt, step: name };
    lookedAt = clock.now();
    const found = own(await persist(() => store.readStep(lease, key), clock));
    const saved = schema.safeParse(found?.output);
    resuming = saved.success;
    if (saved.success) {
      log.info("step resumed", ids);
      return saved.data;
    }
    const startedAt = clock.now();
    const output = await work();
    // Also after an abort: it is paid for, and if the job is lost, the store knows.
    own(await persist(() => store.saveStep(lease, key, output), clock));
    log.info("step", { ...ids, durationMs: clock.now() - startedAt });
    return output;
  }

  /** Waits for the breaker. Whoever was frozen on the way looks once more whose the job is. */
  function beforeCall<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    return options.breaker.guard(lease.job, signal, async () => {
      if (clock.now() - lookedAt >= LOOK_MS) own(await persist(() => store.look(lease), clock));
      return await call();
    });
  }

  return {
    model: guarded(options.model(() => kind.sample(request)), beforeCall),
    signal,
    now: () => clock.now(),
    step(name, schema, work) {
      const step = run(name, schema, work);
      steps.add(step);
      step.catch(() => {}).then(() => steps.delete(step));
      return step;
    },
    async report(progress) {
      // A resumed attempt comes past what was reported already; progress does not go backwards.
      if (!resuming) own(await persist(() => store.report(lease, progress), clock));
    },
  };
}

/** The same model, each call of which goes through `guard`. */
function guarded({ source, chat, respond }: Model, guard: Guard): Model {
  return {
    source,
    chat: (request, signal) => guard(signal, () => chat(request, signal)),
    respond: (request, signal) => guard(signal, () => respond(request, signal)),
  };
}

type Guard = <T>(signal: AbortSignal, call: () => Promise<T>) => Promise<T>;

/** Reads or writes, again and again if KV fails for a moment. */
export function persist<T>(access: () => Promise<T>, clock: Clock): Promise<T> {
  const when = (error: unknown) => !(error instanceof BlobTooLargeError);
  return retry(access, { tries: KV_TRIES, waitMs: KV_WAIT_MS, clock, when });
}
