/**
 * What a page knows of the versions of a trip when the server could not tell it. That is a page that
 * needs an API key: only its script has the key.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { idOf, isEnded, type Job, jobIdOf, kindOf } from "../../client/job.ts";
import { openClient } from "../session.ts";
import type { Part, PlanShape } from "./plan_shape.ts";
import type { ShapingState, Version } from "./state.ts";

/**
 * Returns the state of the server, or what the job itself and the plan that it changes tell.
 *
 * @param options `isOwn`: whether this browser may change the plan; others need no such state
 */
export function useKnownState(
  job: Job,
  { state, shape, isOwn }: {
    state: ShapingState | null;
    shape: PlanShape | null;
    isOwn: boolean;
  },
): ShapingState | null {
  const isMissing = state === null && isOwn && shape !== null;
  const [base, setBase] = useState<Part[] | null>(null);
  const { refines } = job;
  useEffect(() => {
    if (!isMissing || refines === null) return;
    const left = new AbortController();
    openClient().get(jobIdOf(kindOf(job), refines), { signal: left.signal })
      .then((parent) => isEnded(parent) && setBase([...shape.partsOf(parent)]))
      // It has expired, or the network is away. The page then shows the plan without marks.
      .catch(() => {});
    return () => left.abort();
  }, [isMissing, refines]);
  if (!isMissing) return state;
  return { formId: "", versions: versionsOf(job), base, diff: null, compared: null, refused: null };
}

/** Returns the versions that led to a job, and the job itself. */
function versionsOf(job: Job): Version[] {
  const { createdAt, status, lineage } = job;
  return [...lineage, idOf(job)].map((id, index) => {
    const isShown = index === lineage.length;
    return {
      id,
      number: index + 1,
      createdAt: isShown ? createdAt : null,
      status: isShown ? status : "completed",
      from: index || null,
      asked: null,
    };
  });
}
