/**
 * Measures the calls of a model that a job makes: a span and the metrics of each.
 * @module
 */
import type { Clock } from "../../lib/clock.ts";
import { JobError } from "../../lib/job/failure.ts";
import type { Source } from "../../lib/job/job_record.ts";
import { SAMPLE_WRITER } from "../../lib/job/timeline.ts";
import type { JobMetrics } from "../../lib/metrics/job_metrics.ts";
import type { ChatTurn, ResponseTurn } from "../../lib/model/model.ts";
import { inModelSpan, type ModelAnswer } from "../../lib/model_trace.ts";
import { Interruption } from "./interruption.ts";

export interface ModelCallsOptions {
  /** The kind of the job. */
  kind: string;
  /** What answers. */
  source: Source;
  metrics: JobMetrics;
  clock: Clock;
}

/** The answer to a call; `null`: there is none to join. */
type Answer = ChatTurn | ResponseTurn | null;

/** The type of an error in the words of the conventions, if it has no other. */
const OTHER_ERROR = "_OTHER";

/** The calls of one attempt. */
export class ModelCalls {
  readonly #options: ModelCallsOptions;

  constructor(options: ModelCallsOptions) {
    this.#options = options;
  }

  /**
   * Runs a call.
   *
   * @param request `model`: the configured model. `maxTokens`: unset if the call joins a response
   * @throws what `call` throws
   */
  async run<T extends Answer>(
    request: { model: string; maxTokens?: number },
    call: () => Promise<T>,
  ): Promise<T> {
    const { kind, source, metrics, clock } = this.#options;
    const isSample = source === "sample";
    const provider = isSample ? SAMPLE_WRITER : "openai";
    const model = isSample ? SAMPLE_WRITER : request.model;
    const startedAt = clock.now();
    const end = (error?: unknown) =>
      metrics.modelCalled({
        kind,
        model,
        provider,
        durationMs: clock.now() - startedAt,
        ...error !== undefined && { errorType: errorTypeOf(error), failure: failureOf(error) },
      });
    const span = { model, provider, maxTokens: request.maxTokens };
    try {
      const answer = await inModelSpan(span, call, { describe, errorTypeOf });
      end();
      return answer;
    } catch (error) {
      end(error);
      throw error;
    }
  }
}

function describe(answer: Answer): ModelAnswer | null {
  if (answer === null) return null;
  const { responseId, usage, truncated } = answer;
  const callsTools = "calls" in answer && answer.calls.length > 0;
  const finishReason = truncated ? "length" : callsTools ? "tool_calls" : "stop";
  return { responseId, usage, finishReason };
}

function errorTypeOf(error: unknown): string {
  if (error instanceof JobError) return error.failure.code;
  return error instanceof Interruption ? "interrupted" : OTHER_ERROR;
}

/** Returns the code of a call that failed; `undefined` if this service has ended it. */
function failureOf(error: unknown) {
  if (error instanceof JobError) return error.failure.code;
  return error instanceof Interruption ? undefined : "internal" as const;
}
