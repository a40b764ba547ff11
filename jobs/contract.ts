/**
 * What the outside sees of a kind of job. Servers and browsers both load this module and the contracts
 * of the kinds, so neither may import zod.
 * @module
 */

/** How the outside sees a kind of job; the old clients' contract. */
export interface HttpContract {
  /** `POST` makes a job, `GET {path}/{id}` shows it. */
  readonly path: string;
  /** What the API, its description and the forms call one of them, such as `itinerary`. */
  readonly noun: string;
  /** What they are, one sentence. */
  readonly description: string;
  /** The member that holds the job's id. */
  readonly idName: string;
  /** The status of an accepted `POST`. */
  readonly acceptedStatus: 200 | 202;
  /** `error` of the 404. */
  readonly notFound: string;
}

/** The noun as a name: `Itinerary`. */
export function capitalNoun({ noun }: Pick<HttpContract, "noun">): string {
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

/** `processing` until the job has ended. */
export const statuses = ["processing", "completed", "failed", "canceled"] as const;
export type Status = (typeof statuses)[number];

/**
 * The member that holds the id of a job, such as `{ jobId: "54a6…" }`.
 *
 * @param id the id itself, or the schema that describes it
 */
export function idMember<Name extends string, Id>(
  { idName }: { readonly idName: Name },
  id: Id,
): Record<Name, Id> {
  // The one cast: TypeScript forgets the literal type of a computed name.
  return { [idName]: id } as Record<Name, Id>;
}
