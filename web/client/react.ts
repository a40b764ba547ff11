/**
 * A hook of React that follows a job.
 * @module
 */
import { useCallback, useEffect, useState } from "react";
import { createTripClient, partsOf } from "./client.ts";
import type {
  ChangeOf,
  Connection,
  Job,
  JobId,
  JobOf,
  PartsOf,
  Status,
  TripClient,
} from "./client.ts";
import { isJob, pathOf } from "./job.ts";

/** Options of {@link useTrip}. */
export interface UseTripOptions {
  /**
   * The client that follows the job. Create it outside of components. Unset: a client of the
   * service that the page is from.
   */
  client?: TripClient | undefined;
}

/** A job that a component follows. */
export interface Trip<Id extends JobId> {
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

/** What is known of one job. */
interface Known<J> {
  /** The path of the job. */
  path: string | null;
  job: J | null;
  connection: Connection | null;
  error: Error | null;
}

let ownClient: TripClient | undefined;

/** Returns the client of the page's own service. It is made in browsers only, at its first use. */
function clientOfPage(): TripClient {
  return ownClient ??= createTripClient();
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
export function useTrip<Id extends JobId>(
  idOrJob: Id | null | undefined,
  { client }: UseTripOptions = {},
): Trip<Id> {
  type J = JobOf<Id>;
  const path = idOrJob ? pathOf(idOrJob) : null;
  const first: Known<J> = {
    path,
    job: idOrJob && isJob<J & Job>(idOrJob as Record<string, unknown>)
      ? idOrJob as unknown as J
      : null,
    connection: null,
    error: null,
  };
  const [known, setKnown] = useState(first);
  // A component that changes its job must not show the job before for a moment.
  const { job, connection, error } = known.path === path ? known : first;

  // The same path is the same job, so the effect needs no other dependency.
  useEffect(() => {
    if (!idOrJob) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    const note = (news: Partial<Known<J>>) => {
      if (signal.aborted) return;
      setKnown((old) => ({ ...(old.path === path ? old : { ...first, path }), ...news }));
    };
    (client ?? clientOfPage()).watch(idOrJob, {
      signal,
      onProgress: (job) => note({ job, error: null }),
      onConnection: (connection) => note({ connection }),
    }).then(
      (job) => note({ job, connection: null }),
      (error) => note({ error, connection: null }),
    );
    return () => leaving.abort();
  }, [client, path]);

  const cancel = useCallback(async () => {
    if (!idOrJob) return;
    const job = await (client ?? clientOfPage()).cancel(idOrJob);
    setKnown((old) => old.path === path ? { ...old, job } : old);
  }, [client, path]);

  const refine = useCallback(async (change: ChangeOf<Id>) => {
    if (!idOrJob) throw new TypeError("Cannot change a plan: there is no job yet");
    return await (client ?? clientOfPage()).refine(idOrJob, change);
  }, [client, path]);

  const parts = (job ? partsOf(job as Job) : []) as PartsOf<J>;
  return { job, status: job?.status ?? null, parts, connection, error, cancel, refine };
}
