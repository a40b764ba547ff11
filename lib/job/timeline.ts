/**
 * The events of a job in order, for operators. Each transition is stored in the record by its own
 * commit. The events of steps are stored in their checkpoints.
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
    /** The leader whose plan or failure the job takes over. */
    follows: z.string().optional(),
  }),
  z.object({ event: z.literal("retried"), at, attempt, failure: Failure, runAt: at }),
  /** Put back at a shutdown or for an open breaker. The attempt is not counted. */
  z.object({
    event: z.literal("released"),
    at,
    attempt,
    /** Why the model refused the call of the job. */
    failure: Failure.optional(),
    runAt: at,
  }),
  /** Put back after its instance died. */
  z.object({ event: z.literal("rescued"), at, attempt }),
  z.object({ event: z.literal("completed"), at, attempt, source: z.string() }),
  z.object({ event: z.literal("failed"), at, attempt, failure: Failure }),
  z.object({ event: z.literal("canceled"), at }),
  /** The number of transitions that were removed here. */
  z.object({ event: z.literal("omitted"), at, count: z.int().positive() }),
]);
export type Transition = z.infer<typeof Transition>;

/** A finished step, or a turn that was billed but failed. */
export const StepEvent = z.object({
  event: z.literal("step"),
  /** When it was finished. */
  at,
  /** The attempt that paid for it; 0 if this job is a replay and the original job paid. */
  attempt,
  name: z.string(),
  durationMs: z.int().nonnegative(),
  /** Only for turns. */
  turn: z.object({
    model: z.string(),
    responseId: z.string(),
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
  }).nullable(),
  /** Only for tool calls. `failed`: the model got an error as the result. */
  tool: z.object({ name: z.string(), failed: z.boolean() }).nullable(),
  /** The failure code of a failed turn. */
  failed: z.string().nullable().default(null),
});
export type StepEvent = z.infer<typeof StepEvent>;

export type TimelineEvent = Transition | StepEvent;

/**
 * Most jobs have three transitions. A job that uses all attempts and is sometimes released has
 * about twenty. 50 transitions take about 10 KB of a record.
 */
export const MAX_TRANSITIONS = 50;

/** Adds a transition. If there are too many, it removes the oldest ones except the first. */
export function withTransition(timeline: Transition[], transition: Transition): Transition[] {
  const longer = [...timeline, transition];
  if (longer.length <= MAX_TRANSITIONS) return longer;
  const [first, second, third, ...rest] = longer as [Transition, Transition, Transition];
  const count = (second.event === "omitted" ? second.count : 1) + 1;
  return [first, { event: "omitted", at: third.at, count }, ...rest];
}

/**
 * Merges transitions and steps. Transitions keep the order of their commits, because the clocks of
 * instances may differ. Steps follow the claim of their attempt.
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
    // A released job is claimed again with the same attempt number.
    const again = transitions.slice(n + 1).find((later) =>
      later.event === "claimed" && later.attempt === transition.attempt
    );
    const { attempt } = transition;
    return [
      transition,
      ...take((step) => step.attempt === attempt && !(again && step.at >= again.at)),
    ];
  });
  // The rest: steps of the job that this job replays, and steps whose claim was removed.
  return [...merged.slice(0, 1), ...rest, ...merged.slice(1)];
}

/** The transitions in a record. Reading skips transitions of unknown types from other versions. */
export const Timeline = z.array(z.unknown()).transform((entries) =>
  entries.flatMap((entry) => Transition.safeParse(entry).data ?? [])
);

/** The `model` of a turn that the sample generator wrote. */
export const SAMPLE_WRITER = "sample";

/**
 * Adds up what finished steps have cost. Steps that another job has paid for are not counted.
 *
 * @returns `costUsd`: the known part, in US dollars. `isUnpriced`: a server has not reported the
 * tokens of an answer. `isComplete`: the cost of each answer is known, and there is an answer.
 */
export function costOfSteps(steps: readonly StepEvent[]) {
  const paid = steps.filter(({ attempt }) => attempt > 0).flatMap(({ turn }) => turn ?? []);
  return {
    costUsd: paid.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
    isUnpriced: paid.some(({ model, usage }) => usage === null && model !== SAMPLE_WRITER),
    isComplete: paid.length > 0 && paid.every(({ costUsd }) => costUsd !== null),
  };
}

/**
 * Adds up the usage of finished steps. Steps that another job has paid for are not counted.
 *
 * @param savedTokens tokens that did not have to be paid again
 */
export function usageOf(steps: readonly StepEvent[], savedTokens: number): JobUsage | null {
  const paid = steps.filter(({ attempt }) => attempt > 0);
  return totalOf(paid.flatMap(({ turn }) => turn ?? []), savedTokens);
}
