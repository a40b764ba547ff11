/**
 * What a job keeps of the plan that it changes. The plan itself is stored beside the record.
 * @module
 */
import { z } from "zod";
import { BlobRef } from "./blob_ref.ts";

/** A plan that is changed again and again keeps the ids of this many plans before it. */
export const MAX_LINEAGE = 50;

/**
 * The limit of the request and the change together, in the form in which KV stores them. A record has
 * both, and 15 KB of its 64 KiB remain for the lineage and the timeline.
 */
export const MAX_CHANGE_BYTES = 50_000;

/** The refinement that a job makes. */
export const Refinement = z.object({
  /** The job whose plan it changes. */
  refines: z.uuid(),
  /** The jobs whose plans led to this one, oldest first, at most {@link MAX_LINEAGE}. */
  lineage: z.array(z.uuid()).max(MAX_LINEAGE),
  /** What to change, as `merge()` of the kind returned it. */
  change: z.unknown(),
  /** The plan that it starts from, with its request: a copy, because the other job may expire. */
  base: BlobRef,
});
export type Refinement = z.infer<typeof Refinement>;

/**
 * Creates the refinement of a job.
 *
 * @param parent the job whose plan it changes
 */
export function refinementOf(
  parent: { id: string; refinement: Refinement | null },
  { change, base }: Pick<Refinement, "base"> & { change: unknown },
): Refinement {
  const lineage = [...parent.refinement?.lineage ?? [], parent.id].slice(-MAX_LINEAGE);
  return { refines: parent.id, lineage, change, base };
}
