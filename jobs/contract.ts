/**
 * The public contract of a kind of job. Servers and browsers both load this module and the
 * contracts of the kinds, so none of these files may import zod.
 * @module
 */

/** The paths, names and texts by which clients know a kind of job. Old clients rely on them. */
export interface HttpContract {
  /** `POST` creates a job, `GET {path}/{id}` returns it. */
  readonly path: string;
  /** The name of the kind in the API, in its description and in forms, such as `itinerary`. */
  readonly noun: string;
  /** One sentence for the API description. */
  readonly description: string;
  /** The member that holds the job's id. */
  readonly idName: string;
  /** The member that holds the parts of a finished plan, or the whole plan. */
  readonly planName: string;
  /** The status of an accepted `POST`. */
  readonly acceptedStatus: 200 | 202;
  /** `error` of the 404. */
  readonly notFound: string;
}

/** Returns the noun with a capital letter: `Itinerary`. */
export function capitalNoun({ noun }: Pick<HttpContract, "noun">): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** `processing` until the job ends. */
export const statuses = ["processing", "completed", "failed", "canceled"] as const;
export type Status = (typeof statuses)[number];

/**
 * Returns the member that holds the id of a job, such as `{ jobId: "54a6…" }`.
 *
 * @param id the id itself, or the schema that describes it
 */
export function idMember<Name extends string, Id>(
  { idName }: { readonly idName: Name },
  id: Id,
): Record<Name, Id> {
  // The cast: TypeScript widens the literal type of a computed name.
  return { [idName]: id } as Record<Name, Id>;
}
