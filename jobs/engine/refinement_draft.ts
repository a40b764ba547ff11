/**
 * Checks a refinement before it becomes a job: the job whose plan it changes, and the change.
 * @module
 */
import type { JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import { MAX_CHANGE_BYTES } from "../../lib/job/refinement.ts";
import type { BasePlan } from "../../lib/store/base_plans.ts";
import type { PublicKind, RequestIssue } from "../kind.ts";

/** What a caller wants to change. */
export interface ChangeRequest {
  /** The id of the job with the plan. */
  parentId: string;
  /** The output of the kind's schema of changes. */
  change: unknown;
}

/** What a new job has to do. */
export interface Draft {
  /** The output of the kind's schema of requests. */
  request: unknown;
  /** The plan that the job changes; `null`: it writes a new one. */
  refinement: {
    parent: JobRecord;
    /** The plan of `parent` and its request, as the schemas of the kind parse them. */
    base: BasePlan;
    /** The change, as the kind returned it. */
    change: unknown;
  } | null;
}

/** Why a plan cannot be changed. Nothing was stored. */
export type ChangeRefusal =
  /** The job does not exist, or the caller may not see it. */
  | { outcome: "parent unknown" }
  /** The job has no plan, or only a placeholder: it has not ended, has failed or was canceled. */
  | { outcome: "parent without plan"; parent: JobRecord };

/** The request is not possible, or not for this plan. `issues`: what is wrong in it. */
export interface RequestRefused {
  outcome: "request refused";
  issues: readonly RequestIssue[];
}

/**
 * Reads the job whose plan a caller wants to change, and lets its kind check the change.
 *
 * @param options `read`: reads a job of the kind; `maySee`: whether the caller may see it; `now`:
 * epoch milliseconds
 * @throws if the kind has no refinements
 */
export async function draftRefinement(
  kind: PublicKind,
  { parentId, change, read, maySee, now }: ChangeRequest & {
    read: (id: string) => Promise<JobSnapshot | null>;
    maySee: (job: JobRecord) => boolean;
    now: number;
  },
): Promise<Draft | ChangeRefusal | RequestRefused> {
  const { refinement } = kind;
  if (!refinement) {
    throw new Error(`Cannot refine job ${parentId}: ${kind.name} has no refinements`);
  }
  const snapshot = await read(parentId);
  if (!snapshot || !maySee(snapshot.job)) return { outcome: "parent unknown" };
  const { job: parent, result } = snapshot;
  // The invented rest of a placeholder would become a part of a real plan.
  if (parent.state !== "succeeded" || parent.source === "placeholder") {
    return { outcome: "parent without plan", parent };
  }
  // An earlier version of the program may have stored both.
  const base = { plan: kind.result.parse(result), request: kind.request.parse(parent.request) };
  const merged = refinement.merge(base, change);
  const issues = "issues" in merged ? merged.issues : [
    ...objectionsTo(kind, merged.request, { now, base: base.request }),
    ...sizeOf(merged) > MAX_CHANGE_BYTES ? [TOO_LONG] : [],
  ];
  if ("issues" in merged || issues.length > 0) return { outcome: "request refused", issues };
  return { request: merged.request, refinement: { parent, base, change: merged.change } };
}

/** Returns why a new request is not possible now. Of a change, only its wish can be wrong then. */
function objectionsTo(
  kind: PublicKind,
  request: unknown,
  options: { now: number; base: unknown },
): RequestIssue[] {
  const issues = kind.objectionsTo?.(request, options) ?? [];
  return issues.map(({ path, message }) => ({ path: ["wish", ...path], message }));
}

const TOO_LONG: RequestIssue = {
  path: [],
  message: "The request and the change are too long together: use shorter texts",
};

/** Returns the number of bytes that KV needs for a value. */
function sizeOf(value: unknown): number {
  return process.getBuiltinModule("node:v8").serialize(value).length;
}
