/**
 * Checks a refinement before it becomes a job: the job whose plan it changes, and the change.
 * @module
 */
import type { JobRecord } from "../../lib/job/job_record.ts";
import type { JobSnapshot } from "../../lib/job/job_snapshot.ts";
import type { BasePlan } from "../../lib/store/base_plans.ts";
import type { ChangeIssue, PublicKind } from "../kind.ts";

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
  /** The job has no plan: it has not ended, has failed or was canceled. */
  | { outcome: "parent without plan"; parent: JobRecord }
  /** The plan, or its request, cannot be changed in this way. */
  | { outcome: "change refused"; issues: readonly ChangeIssue[] };

/**
 * The limit of the request and the change together. The record has both, and 15 KB remain for its
 * other members.
 */
const MAX_BYTES = 50_000;

/**
 * Reads the job whose plan a caller wants to change, and lets its kind check the change.
 *
 * @param options `read`: reads a job of the kind; `maySee`: whether the caller may see it
 * @throws if the kind has no refinements
 */
export async function draftRefinement(
  kind: PublicKind,
  { parentId, change, read, maySee }: ChangeRequest & {
    read: (id: string) => Promise<JobSnapshot | null>;
    maySee: (job: JobRecord) => boolean;
  },
): Promise<Draft | ChangeRefusal> {
  const { refinement } = kind;
  if (!refinement) {
    throw new Error(`Cannot refine job ${parentId}: ${kind.name} has no refinements`);
  }
  const snapshot = await read(parentId);
  if (!snapshot || !maySee(snapshot.job)) return { outcome: "parent unknown" };
  const { job: parent, result } = snapshot;
  if (parent.state !== "succeeded") return { outcome: "parent without plan", parent };
  // An earlier version of the program may have stored both.
  const base = { plan: kind.result.parse(result), request: kind.request.parse(parent.request) };
  const merged = refinement.merge(base, change);
  if ("issues" in merged) return { outcome: "change refused", issues: merged.issues };
  if (sizeOf(merged) > MAX_BYTES) return { outcome: "change refused", issues: [TOO_LONG] };
  return { request: merged.request, refinement: { parent, base, change: merged.change } };
}

const TOO_LONG: ChangeIssue = {
  path: [],
  message: "The request and the change are too long together: use shorter texts",
};

/** Returns the number of bytes that KV needs for a value. */
function sizeOf(value: unknown): number {
  return process.getBuiltinModule("node:v8").serialize(value).length;
}
