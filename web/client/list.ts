/**
 * Lists of jobs, page by page.
 * @module
 */
import type { CallOptions, Check, Service } from "./requests.ts";
import { idOf, isSummary, type JobId, type JobSummary } from "./job.ts";

/** What a list contains. */
export interface ListOptions extends CallOptions {
  /** Only the jobs that change the plan of this job. */
  refines?: JobId | undefined;
  /** The number of jobs on a page, at most 100; unset: 20. */
  limit?: number | undefined;
  /** The jobs of all callers. This needs an API key with the scope `read_all`. */
  all?: boolean | undefined;
}

/** A page of a list. */
export interface Page<Summary> {
  /** The jobs, newest first, without their plans. */
  items: Summary[];
  /** Leads to the next page; `null`: this is the last one. */
  nextCursor: string | null;
}

/** A list of jobs, newest first. `for await` reads its pages one after the other. */
export interface TripList<Summary> extends AsyncIterable<Summary> {
  /**
   * Reads one page.
   *
   * @param cursor `nextCursor` of the page before it; unset: the first page
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  page(cursor?: string | null): Promise<Page<Summary>>;
}

/** Creates a list of the jobs behind a path. It sends nothing until it is read. */
export function listJobs<Summary extends JobSummary>(
  service: Service,
  path: string,
  { refines, limit, all, signal }: ListOptions,
): TripList<Summary> {
  async function page(cursor?: string | null): Promise<Page<Summary>> {
    const query = new URLSearchParams({
      ...(refines && { refines: idOf(refines) }),
      ...(limit && { limit: String(limit) }),
      ...(all && { all: "1" }),
      ...(cursor && { cursor }),
    });
    return await service.readWithRetries<Page<Summary>>(`${path}?${query}`, { signal }, isPage);
  }

  async function* readAll(): AsyncGenerator<Summary> {
    let next: string | null | undefined;
    do {
      const { items, nextCursor } = await page(next);
      yield* items;
      next = nextCursor;
    } while (next !== null);
  }
  return { page, [Symbol.asyncIterator]: readAll };
}

const isPage: Check<Page<never>> = (value): value is Page<never> & Record<string, unknown> => {
  const { items, nextCursor } = value;
  return Array.isArray(items) && items.every(isSummary) &&
    (nextCursor === null || typeof nextCursor === "string");
};
