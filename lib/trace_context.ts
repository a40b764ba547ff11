/**
 * The trace of a job (https://www.w3.org/TR/trace-context/). It comes from the request that creates
 * the job, the record stores it, and each worker of the job continues it.
 *
 * With `OTEL_DENO`, Deno traces `Deno.serve` and `fetch` itself. But it cannot know which request
 * the work on a job belongs to. Without `OTEL_DENO`, this module only stores what the client sent.
 * @module
 */
import {
  type Context,
  context,
  createTraceState,
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";
import { z } from "zod";
import { describeError } from "./log.ts";

/** `version-traceId-parentId-flags`. Versions after 00 may append more fields. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The version that this module writes. */
const VERSION = "00";

/** The length that the standard requires all participants to pass on. Longer values are dropped. */
const MAX_TRACESTATE_LENGTH = 512;

/** The stored form of a trace. */
export const TraceContext = z.object({
  /** In version 00: the trace, the parent span of the work, and whether the trace is sampled. */
  traceparent: z.string().refine((header) => parseTraceparent(header) !== null),
  /** Data of tracing systems, to be passed on. */
  tracestate: z.string().max(MAX_TRACESTATE_LENGTH).nullable(),
});
export type TraceContext = z.infer<typeof TraceContext>;

/**
 * Returns the trace for a job from the request that creates it: from the active span, else from the
 * headers.
 *
 * @returns `null` if the request has no trace; invalid headers are ignored
 */
export function traceOf(headers: Headers): TraceContext | null {
  const sent = parseTraceparent(headers.get("traceparent"));
  const active = trace.getActiveSpan()?.spanContext();
  const parent = active && isSpanContextValid(active) ? active : sent;
  if (!parent) return null;
  // The state applies only to the trace that the client sent.
  const state = sent?.traceId === parent.traceId ? headers.get("tracestate") : null;
  return { traceparent: formatTraceparent(parent), tracestate: normalizeTracestate(state) };
}

/** The span of the work, before the work begins. */
export interface WorkSpan {
  /** A verb and its object: `process itinerary`. */
  name: string;
  attributes: Record<string, string | number>;
}

/**
 * Runs the work in a span that continues the stored trace, else in the first span of a new trace.
 * Calls of the work become children of the span.
 *
 * @throws what `work` throws; the span records it too
 */
export async function inTrace<T>(
  stored: TraceContext | null,
  { name, attributes }: WorkSpan,
  work: () => Promise<T>,
): Promise<T> {
  const options = { kind: SpanKind.CONSUMER, attributes };
  // Not a child of the active span: that belongs to the unrelated request that woke the worker.
  const parent = contextOf(stored);
  const span = trace.getTracer("tripwright").startSpan(name, options, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work);
  } catch (error) {
    const type = error instanceof Error ? error.constructor.name : typeof error;
    markFailed(span, { type, message: describeError(error) });
    throw error;
  } finally {
    span.end();
  }
}

/**
 * Records the outcome of the current work in its span.
 *
 * @param errorType the code of what failed; unset: nothing failed
 */
export function recordOutcome(outcome: string, errorType?: string): void {
  const span = trace.getActiveSpan();
  span?.setAttribute("tripwright.outcome", outcome);
  if (span && errorType !== undefined) markFailed(span, { type: errorType });
}

function markFailed(span: Span, { type, message }: { type: string; message?: string }): void {
  span.setAttribute("error.type", type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: message ?? type });
}

/** Returns the id of a trace; `null` if there is none. */
export function traceIdOf(stored: TraceContext | null): string | null {
  return parseTraceparent(stored?.traceparent)?.traceId ?? null;
}

function contextOf(stored: TraceContext | null): Context {
  const parent = parseTraceparent(stored?.traceparent);
  if (!parent) return ROOT_CONTEXT;
  const traceState = createTraceState(stored?.tracestate ?? "");
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true, traceState });
}

function parseTraceparent(header: string | null | undefined): SpanContext | null {
  const [, version, traceId, spanId, flags, more] = header?.match(TRACEPARENT) ?? [];
  if (!traceId || !spanId || !flags || (version === VERSION && more)) return null;
  // Only this flag has a known meaning in other versions.
  const known = version === VERSION ? 0xff : TraceFlags.SAMPLED;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & known };
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return [VERSION, traceId, spanId, traceFlags.toString(16).padStart(2, "0")].join("-");
}

/** Removes invalid members. Returns `null` if nothing is left, or if the header is too long. */
function normalizeTracestate(header: string | null): string | null {
  if (header === null || header.length > MAX_TRACESTATE_LENGTH) return null;
  return createTraceState(header).serialize() || null;
}
