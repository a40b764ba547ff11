/**
 * The content of the page with the list of jobs.
 * @module
 */
import type { ListPage } from "../../../lib/store/job_listing.ts";
import { bulkUrl } from "./bulk_words.ts";
import { type FilterValues, JobFilterForm, JobSearch } from "./job_filter_form.tsx";
import { type JobNames, JobTable } from "./job_parts.tsx";
import { Live } from "./layout.tsx";

export interface JobListProps {
  /** `null`: the filter is not valid. */
  page: ListPage | null;
  values: FilterValues;
  /** Why the filter or the searched id is not valid; `null`: they are. */
  problem: string | null;
  /** The searched id, if it is not valid. */
  searched?: string | undefined;
  /** The cursor of this page; `null`: it is the first one. */
  cursor: string | null;
  /** The names of the kinds. */
  kinds: readonly string[];
  names: JobNames;
  /** Epoch milliseconds. */
  now: number;
}

/** Shows the forms and a page of the list. */
export function JobList(props: JobListProps) {
  const { page, values, problem, searched, kinds } = props;
  return (
    <>
      <JobSearch id={searched} />
      <JobFilterForm values={values} kinds={kinds} />
      {problem !== null && <p class="notice bad" role="alert">{problem}</p>}
      {page && (
        <Live id="jobs">
          <ListBody {...props} page={page} />
        </Live>
      )}
    </>
  );
}

function ListBody(
  { page, values, cursor, names, now }:
    & Pick<JobListProps, "values" | "cursor" | "names" | "now">
    & { page: ListPage },
) {
  return (
    <>
      {page.jobs.length > 0
        ? <JobTable jobs={page.jobs} now={now} caption="Jobs, newest first" {...names} />
        : <NoJobs page={page} values={values} cursor={cursor} />}
      {page.isPartial && page.jobs.length > 0 && (
        <p class="quiet">More of many jobs have to be searched. “Older” goes on.</p>
      )}
      {page.jobs.length > 0 && (
        <p>
          <a href={bulkUrl(values)}>Replay or cancel these jobs</a>
        </p>
      )}
      <nav class="pages" aria-label="Pages">
        {cursor !== null && <a href={listUrl(values)}>Newest</a>}
        {page.cursor !== null && <a href={listUrl(values, page.cursor)} rel="next">Older</a>}
      </nav>
    </>
  );
}

function NoJobs(
  { page, values, cursor }: Pick<JobListProps, "values" | "cursor"> & { page: ListPage },
) {
  const text = page.isPartial
    ? "No match among the 1,000 newest jobs. “Older” goes on."
    : cursor !== null
    ? "There are no older jobs."
    : Object.keys(values).length > 0
    ? "No job matches these filters."
    : "There are no jobs yet. A job stays here until it expires.";
  return <p class="empty">{text}</p>;
}

/** Returns the URL of a page of the list. */
export function listUrl(values: FilterValues, cursor?: string): string {
  const query = new URLSearchParams({ ...values, ...(cursor !== undefined && { cursor }) });
  return query.size === 0 ? "/admin/jobs" : `/admin/jobs?${query}`;
}
