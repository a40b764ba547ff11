/**
 * The history of a job as spans of time: waits, attempts, and the steps of each attempt.
 * @module
 */
import type { Failure } from "../../lib/job/failure.ts";
import type { StepEvent, TimelineEvent, Transition } from "../../lib/job/timeline.ts";
import { usageOf } from "../../lib/job/timeline.ts";
import type { Usage } from "../../lib/usage.ts";

/** Why a job waits: it is new, or what happened to its last attempt. */
export type WaitReason = "new" | "retried" | "released" | "rescued";

/** How an attempt ended. */
export type AttemptOutcome = Exclude<
  Transition["event"],
  "accepted" | "claimed" | "omitted"
>;

interface TimeSpan {
  /** Epoch milliseconds. */
  startedAt: number;
  /** `null`: it goes on. */
  endedAt: number | null;
}

/** A part of the history of a job. */
export type JobSpan =
  | TimeSpan & {
    type: "wait";
    reason: WaitReason;
    /** Why the model refused the call of the last attempt, or why that failed. */
    failure: Failure | null;
  }
  | TimeSpan & {
    type: "attempt";
    attempt: number;
    /** The instance that worked on it. */
    instance: string;
    /** The identical job whose plan or failure this one took over. */
    follows: string | null;
    outcome: AttemptOutcome | null;
    failure: Failure | null;
    /** The sum of its turns; `null`: none, or not known. */
    usage: Usage | null;
    costUsd: number | null;
  }
  | TimeSpan & {
    /** A call of the model, a call of a tool, or other work whose result is stored. */
    type: "turn" | "tool" | "step";
    name: string;
    /** The attempt that paid for it; 0: the job that this one replays. */
    attempt: number;
    model: string | null;
    usage: Usage | null;
    costUsd: number | null;
    /** Whether it failed: a turn with its code, a tool with an error as its result. */
    failed: string | null;
  }
  /** Transitions that the record no longer has. */
  | TimeSpan & { type: "omitted"; count: number };

type Wait = Extract<JobSpan, { type: "wait" }>;
type Attempt = Extract<JobSpan, { type: "attempt" }>;

/** Returns the spans of a merged timeline, in its order. The steps of an attempt follow it. */
export function spansOf(events: readonly TimelineEvent[]): JobSpan[] {
  const spans: JobSpan[] = [];
  let open: Wait | Attempt | null = null;
  let steps: StepEvent[] = [];
  const close = (at: number) => {
    // The clocks of two instances may differ.
    if (open) open.endedAt = Math.max(open.startedAt, at);
    if (open?.type === "attempt") Object.assign(open, totalOf(steps));
    steps = [];
  };
  for (const event of events) {
    if (event.event === "step") {
      spans.push(stepSpan(event));
      steps.push(event);
      continue;
    }
    if (open?.type === "attempt") Object.assign(open, endOf(event));
    close(event.at);
    open = nextSpan(event);
    if (open) spans.push(open);
    if (event.event === "omitted") spans.push(omittedSpan(event));
  }
  const last = open as Wait | Attempt | null;
  if (last?.type === "attempt") Object.assign(last, totalOf(steps));
  return spans;
}

/** Returns the span that begins with a transition. */
function nextSpan(event: Transition): Wait | Attempt | null {
  const span = { startedAt: event.at, endedAt: null };
  switch (event.event) {
    case "accepted":
      return { ...span, type: "wait", reason: "new", failure: null };
    case "retried":
    case "released":
      return { ...span, type: "wait", reason: event.event, failure: event.failure ?? null };
    case "rescued":
      return { ...span, type: "wait", reason: event.event, failure: null };
    case "claimed": {
      const { attempt, instance, follows = null } = event;
      const open = { outcome: null, failure: null, usage: null, costUsd: null };
      return { ...span, type: "attempt", attempt, instance, follows, ...open };
    }
    default:
      return null;
  }
}

/** Returns how an attempt ended. */
function endOf(event: Transition): Partial<Attempt> {
  if (event.event === "accepted" || event.event === "claimed" || event.event === "omitted") {
    return {};
  }
  return { outcome: event.event, failure: "failure" in event ? event.failure ?? null : null };
}

function stepSpan(step: StepEvent): JobSpan {
  const { at, attempt, name, durationMs, turn, tool, failed } = step;
  return {
    type: turn ? "turn" : tool ? "tool" : "step",
    name: tool?.name ?? name,
    attempt,
    startedAt: at - durationMs,
    endedAt: at,
    model: turn?.model ?? null,
    usage: turn?.usage ?? null,
    costUsd: turn?.costUsd ?? null,
    failed: failed ?? (tool?.failed ? "tool_error" : null),
  };
}

function omittedSpan({ at, count }: { at: number; count: number }): JobSpan {
  return { type: "omitted", startedAt: at, endedAt: at, count };
}

/** Adds up what the turns of an attempt have cost. */
function totalOf(steps: readonly StepEvent[]): Pick<Attempt, "usage" | "costUsd"> {
  const total = usageOf(steps, 0);
  if (total === null) return { usage: null, costUsd: null };
  const { savedTokens: _, costUsd, ...usage } = total;
  return { usage, costUsd };
}
