/**
 * The trace of a job: read from the request that creates the job, stored with it, and continued by its
 * worker (https://www.w3.org/TR/trace-context/).
 *
 * Deno traces `Deno.serve` and `fetch` by itself when `OTEL_DENO` is set; what it cannot know is that
 * the work on a job belongs to the request that asked for it. When it is not set, all of this does
 * nothing, but for storing what the client has sent.
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

/** `version-traceId-parentId-flags`; a version after 00 may bring more. */
const TRACEPARENT =
  /^(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** The version that is written here. */
const VERSION = "00";

/** What every participant has to be able to pass on; longer ones are left out. */
const MAX_TRACESTATE_LENGTH = 512;

/** What is stored of a trace. */
export const TraceContext = z.object({
  /** In version 00: the trace, the span that comes before the work, and whether it is sampled. */
  traceparent: z.string().refine((header) => parseTraceparent(header) !== null),
  /** What tracing systems want to be passed on. */
  tracestate: z.string().max(MAX_TRACESTATE_LENGTH).nullable(),
});
export type TraceContext = z.infer<typeof TraceContext>;

/**
 * The trace of the job that a request makes: that of the active span if there is one, else what the
 * headers say.
 *
 * @returns `null` if the request belongs to no trace; headers that are not valid count as none
 */
export function traceOf(headers: Headers): TraceContext | null {
  const sent = parseTraceparent(headers.get("traceparent"));
  const active = trace.getActiveSpan()?.spanContext();
  const parent = active && isSpanContextValid(active) ? active : sent;
  if (!parent) return null;
  // The state is about the trace that the client has sent, and of no other.
  const state = sent?.traceId === parent.traceId ? headers.get("tracestate") : null;
  return { traceparent: formatTraceparent(parent), tracestate: normalizeTracestate(state) };
}

/** What is known of the work before it begins. */
export interface WorkSpan {
  /** What is done, and to what: `process itinerary`. */
  name: string;
  attributes: Record<string, string | number>;
}

/**
 * Works in a span that continues the trace; without one, in the first span of a new trace. The calls
 * that the work makes become children of the span.
 *
 * @throws what `work` throws; the span tells of it, too
 */
export async function inTrace<T>(
  stored: TraceContext | null,
  { name, attributes }: WorkSpan,
  work: () => Promise<T>,
): Promise<T> {
  const options = { kind: SpanKind.CONSUMER, attributes };
  // Not below the active span: it is that of whatever request happened to wake the worker.
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
 * Says in the span of the work that is under way what it has come to.
 *
 * @param errorType what went wrong, as a code; unset, nothing did
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

function contextOf(stored: TraceContext | null): Context {
  const parent = parseTraceparent(stored?.traceparent);
  if (!parent) return ROOT_CONTEXT;
  const traceState = createTraceState(stored?.tracestate ?? "");
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true, traceState });
}

function parseTraceparent(header: string | null | undefined): SpanContext | null {
  const [, version, traceId, spanId, flags, more] = header?.match(TRACEPARENT) ?? [];
  if (!traceId || !spanId || !flags || (version === VERSION && more)) return null;
  // Of the flags of another version, only this one is known.
  const known = version === VERSION ? 0xff : TraceFlags.SAMPLED;
  return { traceId, spanId, traceFlags: parseInt(flags, 16) & known };
}

function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return [VERSION, traceId, spanId, traceFlags.toString(16).padStart(2, "0")].join("-");
}

/** Without members that are not valid; `null` if nothing is left, or it is too long. */
function normalizeTracestate(header: string | null): string | null {
  if (header === null || header.length > MAX_TRACESTATE_LENGTH) return null;
  return createTraceState(header).serialize() || null;
}
