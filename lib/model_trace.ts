/**
 * The spans of calls to a model, by OpenTelemetry's semantic conventions for generative AI. They are
 * children of the span of the work (`trace_context.ts`). They never contain a prompt or an answer.
 *
 * https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 * @module
 */
import { type Attributes, context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/** A call, before it begins. */
export interface ModelCallSpan {
  /** The requested model. */
  model: string;
  /** The provider, in the words of the conventions. */
  provider: string;
  /** The largest size of the answer in tokens. Unset: the call joins a running one. */
  maxTokens?: number | undefined;
}

/** The answer to a call. */
export interface ModelAnswer {
  responseId: string;
  /** Why the model stopped: `stop`, `length` or `tool_calls`. */
  finishReason: string;
  /** `null`: not known. */
  usage: { inputTokens: number; outputTokens: number; cachedTokens: number } | null;
}

/** A longer name is not a name of a model. */
const MAX_MODEL_CHARACTERS = 200;

/**
 * Runs a call of a model in a span.
 *
 * @param describe returns the facts about the answer; `null`: there is none
 * @param errorTypeOf returns the type of an error, which must not contain text of the provider
 * @throws what `call` throws
 */
export async function inModelSpan<T>(
  { model, provider, maxTokens }: ModelCallSpan,
  call: () => Promise<T>,
  { describe, errorTypeOf }: {
    describe: (answer: T) => ModelAnswer | null;
    errorTypeOf: (error: unknown) => string;
  },
): Promise<T> {
  const attributes: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": provider,
    "gen_ai.request.model": model,
    ...maxTokens !== undefined && { "gen_ai.request.max_tokens": maxTokens },
  };
  const options = { kind: SpanKind.CLIENT, attributes };
  const span = trace.getTracer("tripwright").startSpan(`chat ${model}`, options);
  try {
    const answer = await context.with(trace.setSpan(context.active(), span), call);
    const facts = describe(answer);
    if (facts) span.setAttributes(attributesOf(facts));
    return answer;
  } catch (error) {
    span.setAttribute("error.type", errorTypeOf(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** Records in the span of the current call which model the provider says it has used. */
export function recordResponseModel(model: string | null | undefined): void {
  if (!model) return;
  const span = trace.getActiveSpan();
  span?.setAttribute("gen_ai.response.model", model.slice(0, MAX_MODEL_CHARACTERS));
}

function attributesOf({ responseId, finishReason, usage }: ModelAnswer): Attributes {
  return {
    "gen_ai.response.id": responseId,
    "gen_ai.response.finish_reasons": [finishReason],
    ...usage && {
      "gen_ai.usage.input_tokens": usage.inputTokens,
      "gen_ai.usage.output_tokens": usage.outputTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens,
    },
  };
}
