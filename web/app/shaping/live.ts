/**
 * A changed plan while the model writes it: the parts that stay, and the parts that are finished.
 * @module
 */
import { isEnded, type Job } from "../../client/job.ts";
import type { Asked, Part, PartRef, PlanShape } from "./plan_shape.ts";

interface Change {
  shape: PlanShape;
  /** The parts of the plan that is changed; `null`: the job writes a new plan. */
  base: readonly Part[] | null;
  asked: Asked;
}

/**
 * Returns a job with the parts that it keeps. The service shows only what it has written.
 *
 * @returns the job itself if it has ended, or changes no plan
 */
export function withKeptParts(job: Job, { shape, base, asked }: Change): Job {
  if (base === null || isEnded(job)) return job;
  const written = shape.partsOf(job);
  // Shortly before its end, a job has all parts. Parts with a number tell their places themselves.
  const isWhole = written.length > 1 && written.length >= base.length;
  if (isWhole && written.every((part) => shape.numberOf(part) === null)) return job;
  const parts = [...base.slice(0, shape.countOf(job) ?? base.length)];
  for (const part of written) {
    // Without a number, only a change of one part tells where it belongs.
    const number = shape.numberOf(part) ?? asked.part ?? parts.length + 1;
    parts[number - 1] = part;
  }
  return shape.withParts(job, parts.filter((part) => part !== undefined));
}

/** The parts that a change writes, by their numbers in the plan. */
export interface ChangedParts {
  /** The part that is being written; `null`: the model chooses. */
  current: number | null;
  /** The part that was finished last; `null`: none yet, or not known. */
  finished: number | null;
}

/**
 * Returns which parts of a plan a change writes. Its progress counts only these.
 *
 * @returns `null` if the job writes a new plan
 */
export function changedParts(
  job: Job,
  { shape, asked }: Omit<Change, "base">,
): ChangedParts | null {
  if (job.refines === null) return null;
  const latest = shape.partsOf(job).at(-1);
  const current = asked.part ?? null;
  return { current, finished: latest === undefined ? null : shape.numberOf(latest) ?? current };
}

/** Returns the part or the item that the model is writing; `null`: it has chosen none yet. */
export function beingWritten(job: Job, { shape, base, asked }: Change): PartRef | null {
  if (base === null || isEnded(job) || asked.part === undefined) return null;
  if (shape.partsOf(job).length > 0) return null;
  return { part: asked.part - 1, index: asked.item === undefined ? undefined : asked.item - 1 };
}
