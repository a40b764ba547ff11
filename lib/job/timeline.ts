/**
 * What happened to a job, in order: what an operator reads first. The job's transitions are kept in
 * its record, each by the commit that makes it; steps are told by their checkpoints.
 * @module
 */
import { z } from "zod";
import { Failure } from "./failure.ts";
import { type JobUsage, totalOf, Usage } from "../usage.ts";

const at = z.int().nonnegative();
const attempt = z.int().nonnegative();

/** A transition of the job. Times are epoch milliseconds. */
export const Transition = z.discriminatedUnion("event", [
  z.object({ event: z.literal("accepted"), at }),
  z.object({
    event: z.literal("claimed"),
    at,
    attempt,
    instance: z.string(),
    /** The identical job whose plan it takes over, in place of generating one. */
    follows: z.string().optional(),
  }),
  z.object({ event: z.literal("retried"), at, attempt, failure: Failure, runAt: at }),
  /** Put back, its attempt not counted. */
  z.object({ event: z.literal("released"), at, attempt, runAt: at }),
  /** Taken away from an instance that died. */
  z.object({ event: z.literal("rescued"), at, attempt }),
  z.object({ event: z.literal("completed"), at, attempt, source: z.string() }),
  z.object({ event: z.literal("failed"), at, attempt, failure: Failure }),
  z.object({ event: z.literal("canceled"), at }),
  /** So many transitions were left out here. */
  z.object({ event: z.literal("omitted"), at, count: z.int().positive() }),
]);
export type Transition = z.infer<typeof Transition>;

/** A finished step, or a failed model turn that was paid for. */
export const StepEvent = z.object({
  event: z.literal("step"),
  /** When it was finished. */
  at,
  /** The attempt that paid for it; 0 if another job did, of which this one is a replay. */
  attempt,
  name: z.string(),
  durationMs: z.int().nonnegative(),
  /** For a turn of a model. */
  turn: z.object({
    model: z.string(),
    responseId: z.string(),
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
  }).nullable(),
  /** For a call of a tool: its name, and whether the model was told of an error. */
  tool: z.object({ name: z.string(), failed: z.boolean() }).nullable(),
  /** The failure code of a failed turn. */
  failed: z.string().nullable().default(null),
});
export type StepEvent = z.infer<typeof StepEvent>;

export type TimelineEvent = Transition | StepEvent;

/**
 * Most jobs have three transitions, one that has used up all its attempts and was put back now and
 * then about twenty. 50 of them take some 10 KB of a record.
 */
export const MAX_TRANSITIONS = 50;

/** Adds a transition; when there are too many, the oldest but the first are left out. */
export function withTransition(timeline: Transition[], transition: Transition): Transition[] {
  const longer = [...timeline, transition];
  if (longer.length <= MAX_TRANSITIONS) return longer;
  const [first, second, third, ...rest] = longer as [Transition, Transition, Transition];
  const count = (second.event === "omitted" ? second.count : 1) + 1;
  return [first, { event: "omitted", at: third.at, count }, ...rest];
}

/**
 * Both kinds of events. Transitions stay in the order in which they were committed, whatever the clocks
 * of the instances said; steps follow the claim under which they were done.
 */
export function mergeTimeline(transitions: Transition[], steps: StepEvent[]): TimelineEvent[] {
  const rest = new Set(steps.toSorted((a, b) => a.at - b.at));
  const take = (isDue: (step: StepEvent) => boolean) => {
    const due = [...rest].filter(isDue);
    for (const step of due) rest.delete(step);
    return due;
  };
  const merged = transitions.flatMap((transition, n): TimelineEvent[] => {
    if (transition.event !== "claimed") return [transition];
    // A job that was put back is claimed for the same attempt again.
    const again = transitions.slice(n + 1).find((later) =>
      later.event === "claimed" && later.attempt === transition.attempt
    );
    const { attempt } = transition;
    return [
      transition,
      ...take((step) => step.attempt === attempt && !(again && step.at >= again.at)),
    ];
  });
  // Steps of another job, of which this is a replay, and those whose claim was left out.
  return [...merged.slice(0, 1), ...rest, ...merged.slice(1)];
}

/** The transitions in a record. It skips transitions that only another version knows. */
export const Timeline = z.array(z.unknown()).transform((entries) =>
  entries.flatMap((entry) => Transition.safeParse(entry).data ?? [])
);

/**
 * Sums the tokens and cost of finished steps. Steps that another job paid for cost nothing.
 *
 * @param savedTokens what did not have to be paid for again
 */
export function usageOf(steps: readonly StepEvent[], savedTokens: number): JobUsage | null {
  const paid = steps.filter(({ attempt }) => attempt > 0);
  return totalOf(paid.flatMap(({ turn }) => turn ?? []), savedTokens);
}
