/**
 * All that the page of a trip needs to let its traveler shape the plan.
 * @module
 */
import { useState } from "preact/hooks";
import { idOf, isEnded, type Job } from "../../client/job.ts";
import { focusOn } from "../focus.ts";
import { CHANGE_ID, type Mark, type Menus, type Shaping } from "./context.ts";
import { diffPlans, type PlanDiff } from "./diff.ts";
import { beingWritten, changedParts, withKeptParts } from "./live.ts";
import type { PartRef, PlanShape } from "./plan_shape.ts";
import type { ShapingState } from "./state.ts";
import { useChange } from "./use_change.ts";
import { type EditState, useEdits } from "./use_edits.ts";
import { titlesIn, useHand, useMenusThatClose } from "./use_hand.ts";
import { useKnownState } from "./use_state.ts";

export interface UseShapingOptions {
  /** The shape of the kind of the job; `null`: its plans cannot be changed. */
  shape: PlanShape | null;
  /** What the server told the page; `null`: nothing, for example of a copy of a plan. */
  state: ShapingState | null;
  /** Whether this browser may change the plan. */
  isOwn: boolean;
}

/**
 * Returns the job as the page shows it, the value of `ShapingContext`, and what the other components
 * of this folder need.
 */
export function useShaping(job: Job, { shape, state: served, isOwn }: UseShapingOptions) {
  const state = useKnownState(job, { state: served, shape, isOwn });
  const change = useChange(job);
  const version = state?.versions.find(({ id }) => id === idOf(job)) ?? null;
  const asked = version?.asked ?? {};
  const known = shape && state && { shape, base: state.base, asked };
  const whole = known ? withKeptParts(job, known) : job;
  const diff = shape && state ? diffOf(whole, { shape, state }) : null;
  const edits = useEdits(whole, { shape, diff });
  const hand = useHand(edits, { shape });
  const [part, setPart] = useState(state?.refused?.part ?? "");
  useMenusThatClose();
  const canChange = isOwn && job.status === "completed" && shape !== null && state !== null;
  const menus: Menus | null = !canChange ? null : {
    ...titlesIn(edits.job, shape),
    changeFor: (ref) => changeFor(ref, { job, shape, edits }),
    sending: change.sending,
    describe(part) {
      setPart(String(part + 1));
      showForm();
    },
    hand,
  };
  const writing = known && beingWritten(job, known);
  const isGrowing = !isEnded(job);
  const context: Shaping | null = shape && {
    noun: shape.noun,
    markOf: (ref) => markOf(ref, { diff, writing, edits }),
    menus,
    hasRoom: isOwn && isGrowing && state !== null,
  };
  return {
    /** The job with the parts that a change keeps, and with the edits of this browser. */
    job: edits.job,
    /** Whether further parts will come after those of the job. */
    isGrowing: isGrowing && !(state?.base && shape!.partsOf(whole).length >= shape!.countOf(job)!),
    context,
    /** The parts that a change writes; `null`: the job writes a new plan. */
    changed: shape && changedParts(job, { shape, asked }),
    state,
    /** Whether the server knows who reads the page, so that it can compare versions. */
    isServed: served !== null,
    shape,
    version,
    diff,
    edits,
    change,
    isOwn,
    canChange,
    notice: hand.notice,
    closeNotice: hand.close,
    undo: hand.undo,
    reset: hand.reset,
    part,
    setPart,
  };
}

/** Returns what the form sends to have a part or an item written anew; `null`: a made-up plan stays. */
function changeFor(
  { part, index }: PartRef,
  { job, shape, edits }: {
    job: Job;
    shape: PlanShape;
    edits: EditState;
  },
): string | null {
  if (job.source === "placeholder") return null;
  const original = index !== undefined && { index: edits.originalOf({ part, index }) };
  return JSON.stringify(shape.changeOf({ part, ...original }));
}

export type ShapingPage = ReturnType<typeof useShaping>;

/** Shows the form for own words. */
function showForm(): void {
  focusOn("change-text");
  document.getElementById(CHANGE_ID)!.scrollIntoView({ block: "center" });
}

/**
 * Returns what differs from the version before. The server sends the difference for a finished plan.
 * For a plan that was written while the page was open, the page computes it.
 */
function diffOf(
  job: Job,
  { shape, state }: { shape: PlanShape; state: ShapingState },
): PlanDiff | null {
  const isWithoutPlan = job.status === "failed" || job.status === "canceled";
  if (state.base === null || isWithoutPlan) return state.diff;
  return diffPlans({ before: state.base, after: shape.partsOf(job) }, shape);
}

function markOf(
  { part, index }: PartRef,
  { diff, writing, edits }: { diff: PlanDiff | null; writing: PartRef | null; edits: EditState },
): Mark | null {
  if (writing?.part === part && writing.index === index) return "writing";
  const found = diff?.parts[part];
  if (!found) return null;
  if (index === undefined) return found.state === "same" ? null : found.state;
  const state = found.items[edits.originalOf({ part, index })]?.state ?? "same";
  return state === "same" ? null : state;
}
