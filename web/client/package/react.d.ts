// Written by `deno task docs` from the sources in web/client/ and the schemas of jobs/.

import { ChangeOf, Connection, JobId, JobOf, PartsOf, Status, TripClient } from "./client.js";

/** Options of {@link useTrip}. */
interface UseTripOptions {
  /**
   * The client that follows the job. Create it outside of components. Unset: a client of the
   * service that the page is from.
   */
  client?: TripClient | undefined;
}
/** A job that a component follows. */
interface Trip<Id extends JobId> {
  /** The job as `GET` shows it; `null`: not known yet. */
  job: JobOf<Id> | null;
  /** The status of the job; `null`: not known yet. */
  status: Status | null;
  /** The days or bundles that are there: all of a finished plan, else those so far. */
  parts: PartsOf<JobOf<Id>>;
  /** How the job is watched; `null`: it is not, because it has ended or the watch has not begun. */
  connection: Connection | null;
  /** Why the watch has ended too early: usually a `TripError`, if the job cannot be read. */
  error: Error | null;
  /** Cancels the job. Rejects as `TripClient.cancel()` does. */
  cancel: () => Promise<void>;
  /**
   * Changes the plan: creates another job, and returns it. Give it to `useTrip()` to follow it.
   * Rejects as `TripClient.refine()` does.
   */
  refine: (change: ChangeOf<Id>) => Promise<JobOf<Id>>;
}
/**
 * Follows a job until it ends, the component unmounts, or another job takes its place.
 *
 * @example
 * ```tsx
 * const trips = createTripClient({ baseUrl: "https://trips.example" });
 *
 * function Days({ jobId }: { jobId: string }) {
 *   const { status, parts, cancel } = useTrip({ jobId }, { client: trips });
 *   return (
 *     <section aria-busy={status === "processing"}>
 *       {parts.map(({ day, theme }) => <p key={day}>{theme}</p>)}
 *       {status === "processing" && <button onClick={cancel}>Stop</button>}
 *     </section>
 *   );
 * }
 * ```
 *
 * @param idOrJob `{ jobId }`, `{ generationId }`, or a job, which is shown at once; `null`: none yet
 */
declare function useTrip<Id extends JobId>(
  idOrJob: Id | null | undefined,
  { client }?: UseTripOptions,
): Trip<Id>;

export { useTrip };
export type { Trip, UseTripOptions };
