/**
 * What the pages of jobs share.
 * @module
 */
import type { Failure } from "../../../lib/job/failure.ts";
import { isoTime } from "../../../lib/clock.ts";
import type { JobState } from "../../../lib/job/job_summary.ts";
import type { ListedJob } from "../../../lib/store/job_listing.ts";
import { ageText, durationText, priceText, shortText } from "./job_words.ts";
import { timeText } from "./values.tsx";

/** Shows how long ago a time was. The title has the time itself. */
export function Age({ at, now }: { at: number; now: number }) {
  return <span title={timeText(isoTime(at))}>{ageText(at, now)}</span>;
}

/** The tones of the states. A job that waits or was canceled is neither good nor bad. */
const tones: Partial<Record<JobState, string>> = {
  running: "busy",
  succeeded: "good",
  failed: "bad",
};

/** Shows the state of a job. */
export function StateBadge({ state }: { state: JobState }) {
  return <span class={`state ${tones[state] ?? ""}`}>{state}</span>;
}

/** Shows a link to a job, with the first part of its id. */
export function JobLink({ id }: { id: string }) {
  return <a href={`/admin/jobs/${id}`} title={id}>{shortText(id)}</a>;
}

/** Shows why a job or an attempt has failed, and what to do. */
export function FailureText({ failure }: { failure: Failure }) {
  return (
    <>
      <code>{failure.code}</code> {failure.message} <span class="quiet">{failure.hint}</span>
    </>
  );
}

/** What a page knows about jobs beside their records. */
export interface JobNames {
  /** The names of API keys, by the owner of their jobs. */
  owners: ReadonlyMap<string, string>;
  /** The kinds of job that write a plan. */
  planKinds: readonly string[];
}

interface JobTableProps extends JobNames {
  jobs: readonly ListedJob[];
  now: number;
  caption: string;
}

/** Shows lines of a list. On a narrow screen each line becomes a card. */
export function JobTable({ jobs, now, caption, ...names }: JobTableProps) {
  return (
    <table class="data">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Job</th>
          <th scope="col">State</th>
          <th scope="col">Kind</th>
          <th scope="col">Created</th>
          <th scope="col" class="number">Took</th>
          <th scope="col" class="number">Attempts</th>
          <th scope="col">Result</th>
          <th scope="col">Owner</th>
          <th scope="col" class="number">Cost</th>
        </tr>
      </thead>
      <tbody>{jobs.map((job) => <JobRow key={job.id} job={job} now={now} {...names} />)}</tbody>
    </table>
  );
}

function JobRow({ job, now, owners, planKinds }: JobNames & { job: ListedJob; now: number }) {
  const { id, state, kind, createdAt, attempts, owner, costUsd } = job;
  return (
    <tr id={`job-${id}`}>
      <th scope="row" data-label="Job">
        <JobLink id={id} />
      </th>
      <td data-label="State">
        <StateBadge state={state} />
      </td>
      <td data-label="Kind">{kind}</td>
      <td data-label="Created">
        <Age at={createdAt} now={now} />
      </td>
      <td data-label="Took" class="number">{tookText(job)}</td>
      <td data-label="Attempts" class="number">{attempts}</td>
      <td data-label="Result">
        <Result job={job} now={now} planKinds={planKinds} />
      </td>
      <td data-label="Owner">
        {owner === null
          ? <span class="quiet">none</span>
          : <a href={ownerUrl(owner)} title={owner}>{owners.get(owner) ?? shortText(owner)}</a>}
      </td>
      <td data-label="Cost" class="number">{costUsd !== null && priceText(costUsd)}</td>
    </tr>
  );
}

/** Returns the URL of the list of an owner's jobs. */
export function ownerUrl(owner: string): string {
  return `/admin/jobs?${new URLSearchParams({ owner })}`;
}

/** Returns how long a job has taken, from its acceptance to its end. Its age is in another column. */
function tookText({ createdAt, finishedAt }: ListedJob): string {
  return finishedAt === null ? "–" : durationText(Math.max(0, finishedAt - createdAt));
}

function Result(
  { job, now, planKinds }: Pick<JobNames, "planKinds"> & { job: ListedJob; now: number },
) {
  const { kind, code, source, holder, runAt, replayedAs } = job;
  return (
    <>
      {code && <code>{code}</code>}
      {planKinds.includes(kind) && source}
      {holder && <span title={holder}>on {shortText(holder)}</span>}
      {runAt !== null && runAt > now && (
        <>
          due <Age at={runAt} now={now} />
        </>
      )}
      {replayedAs && (
        <>
          , replayed as <JobLink id={replayedAs} />
        </>
      )}
    </>
  );
}
