/**
 * The content of the pages of bulk jobs.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { BulkJob } from "../../../jobs/operator/bulk_jobs.ts";
import type { ReportedJob, ReportedPage } from "../../../jobs/operator/bulk_report.ts";
import { Confirm, Live } from "./layout.tsx";
import {
  bulkTitle,
  bulkTones,
  countText,
  handledBy,
  handlesInAll,
  reasonText,
} from "./bulk_words.ts";
import { Age, JobLink } from "./job_parts.tsx";
import { shortText } from "./job_words.ts";

/** Shows the list of bulk jobs. */
export function BulkTable({ bulkJobs, now }: { bulkJobs: readonly BulkJob[]; now: number }) {
  if (bulkJobs.length === 0) return <p class="empty">There are no bulk jobs yet.</p>;
  return (
    <table class="data">
      <caption class="unseen">Bulk jobs, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Bulk job</th>
          <th scope="col">State</th>
          <th scope="col" class="number">Jobs</th>
          <th scope="col">Operator</th>
          <th scope="col">Started</th>
        </tr>
      </thead>
      <tbody>
        {bulkJobs.map((bulkJob) => (
          <tr key={bulkJob.id}>
            <th scope="row" data-label="Bulk job">
              <a href={`/admin/bulk/${bulkJob.id}`}>{bulkTitle(bulkJob)}</a>{" "}
              <FilterText bulkJob={bulkJob} />
            </th>
            <td data-label="State">
              <BulkBadge bulkJob={bulkJob} />
            </td>
            <td data-label="Jobs" class="number">{progressText(bulkJob)}</td>
            <td data-label="Operator">{bulkJob.by}</td>
            <td data-label="Started">
              <Age at={bulkJob.createdAt} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function BulkBadge({ bulkJob: { state } }: { bulkJob: BulkJob }) {
  return <span class={`state ${bulkTones[state] ?? ""}`}>{state}</span>;
}

/** Shows the filter of a bulk job. */
function FilterText({ bulkJob: { filter, createdBy } }: { bulkJob: BulkJob }) {
  if (createdBy !== null) return <BulkLink id={createdBy} />;
  const members = Object.entries(filter).filter(([, value]) => value !== undefined);
  if (members.length === 0) return <span class="quiet">all</span>;
  return <code>{members.map(([name, value]) => `${name}=${value}`).join(" ")}</code>;
}

function BulkLink({ id }: { id: string }) {
  return <a href={`/admin/bulk/${id}`} title={id}>{shortText(id)}</a>;
}

function progressText(bulkJob: BulkJob): string {
  const handled = handledBy(bulkJob).toLocaleString("en");
  const all = handlesInAll(bulkJob);
  const isOpen = bulkJob.state === "running" || bulkJob.state === "scheduled";
  if (!isOpen) return handled;
  return all === null ? `${handled} so far` : `${handled} of ${all.toLocaleString("en")}`;
}

export interface BulkPageProps {
  bulkJob: BulkJob;
  /** The jobs of one page; `null`: there are none yet. */
  page: ReportedPage | null;
  /** The number of this page, counted from 1. */
  number: number;
  /** Epoch milliseconds. */
  now: number;
}

/** Shows a bulk job. */
export function BulkContent({ bulkJob, page, number, now }: BulkPageProps) {
  return (
    <>
      <Live id="bulk">
        <Facts bulkJob={bulkJob} now={now} />
        <UndoForms bulkJob={bulkJob} />
      </Live>
      <section aria-labelledby="jobs">
        <h2 id="jobs">Jobs</h2>
        <Live id="bulk-jobs">
          <Jobs bulkJob={bulkJob} page={page} number={number} />
        </Live>
      </section>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ bulkJob, now }: { bulkJob: BulkJob; now: number }) {
  const { by, createdAt, finishedAt, limit, failure, expected } = bulkJob;
  return (
    <dl class="facts">
      <Fact name="State">
        <BulkBadge bulkJob={bulkJob} /> <StateText bulkJob={bulkJob} now={now} />
      </Fact>
      <Fact name="Filter">
        <FilterText bulkJob={bulkJob} />
      </Fact>
      <Fact name="Matched at the start">{countText(expected)}</Fact>
      <Fact name="Limit">{limit.toLocaleString("en")}</Fact>
      {finishedAt === null && (
        <Fact name="Progress">
          <Progress bulkJob={bulkJob} />
        </Fact>
      )}
      <Counts bulkJob={bulkJob} />
      <Fact name="Operator">{by}</Fact>
      <Fact name="Started">
        <Age at={createdAt} now={now} />
      </Fact>
      {finishedAt !== null && (
        <Fact name="Ended">
          <Age at={finishedAt} now={now} />
        </Fact>
      )}
      {failure && <Fact name="Failure">{failure.message}</Fact>}
    </dl>
  );
}

/** Says what happens next. */
function StateText({ bulkJob, now }: { bulkJob: BulkJob; now: number }) {
  const { state, dueAt, hasReachedLimit } = bulkJob;
  if (state === "scheduled" && dueAt !== null) {
    return dueAt > now
      ? (
        <>
          begins <Age at={dueAt} now={now} />
        </>
      )
      : <>begins now</>;
  }
  if (state === "running" && dueAt !== null) {
    return (
      <>
        waits for its turn or for room in the queue, and goes on <Age at={dueAt} now={now} />
      </>
    );
  }
  if (state === "undone") return <>No job was changed.</>;
  if (hasReachedLimit) return <>It has reached its limit. There may be more jobs.</>;
  return null;
}

function Progress({ bulkJob }: { bulkJob: BulkJob }) {
  const all = handlesInAll(bulkJob);
  const text = progressText(bulkJob);
  if (all === null || bulkJob.state !== "running") return <>{text}</>;
  return (
    <>
      <progress max={Math.max(1, all)} value={handledBy(bulkJob)} aria-label="Progress" /> {text}
    </>
  );
}

function Counts({ bulkJob: { action, totals: { done, skipped, failed } } }: { bulkJob: BulkJob }) {
  const counts = [
    ...Object.entries(skipped).map(([reason, count]) => ["Skipped", reason, count] as const),
    ...Object.entries(failed).map(([reason, count]) => ["Failed", reason, count] as const),
  ];
  return (
    <>
      <Fact name={action === "replay" ? "Replayed" : "Canceled"}>{done.toLocaleString("en")}</Fact>
      {counts.map(([outcome, reason, count]) => (
        <Fact key={reason} name={`${outcome}: ${reasonText(reason)}`}>
          {count.toLocaleString("en")}
        </Fact>
      ))}
    </>
  );
}

/** The buttons that undo or stop a bulk job. */
function UndoForms({ bulkJob }: { bulkJob: BulkJob }) {
  const { id, state, action, totals } = bulkJob;
  const path = `/admin/bulk/${id}/undo`;
  if (state === "scheduled") {
    return (
      <form method="post" action={path} class="actions">
        <button type="submit" class="main">Undo</button>{" "}
        <span class="quiet">Until it begins, no job has changed.</span>
      </form>
    );
  }
  const isOpen = state === "running";
  const mayCancelCreated = action === "replay" && (isOpen || totals.done > 0);
  return (
    <div class="actions">
      {isOpen && (
        <Confirm
          id="stop"
          action={path}
          label="Stop the rest"
          question="Jobs that are already handled stay as they are. The rest is left alone."
          confirm="Stop the rest"
        />
      )}
      {mayCancelCreated && (
        <Confirm
          id="cancel-created"
          action={path}
          label="Cancel its replays"
          question={"This stops what is left, and cancels the replays that no worker has started. " +
            "Replays that have started go on."}
          confirm="Cancel the replays"
        >
          <input type="hidden" name="cancelCreated" value="on" />
        </Confirm>
      )}
    </div>
  );
}

function Jobs({ bulkJob, page, number }: Pick<BulkPageProps, "bulkJob" | "page" | "number">) {
  if (!page || page.jobs.length === 0) {
    return (
      <p class="empty">
        {bulkJob.state === "completed" ? "No job matched." : "No job was handled yet."}
      </p>
    );
  }
  return (
    <>
      <table class="data">
        <caption class="unseen">Jobs of this bulk job, in the order of the work</caption>
        <thead>
          <tr>
            <th scope="col">Job</th>
            <th scope="col">Result</th>
            {bulkJob.action === "replay" && <th scope="col">Replay</th>}
          </tr>
        </thead>
        <tbody>
          {page.jobs.map((job) => <JobRow key={job.id} job={job} action={bulkJob.action} />)}
        </tbody>
      </table>
      <nav class="pages" aria-label="Pages">
        {number > 1 && <a href={`?page=${number - 1}`} rel="prev">Previous</a>}
        {page.next !== null && <a href={`?page=${page.next}`} rel="next">Next</a>}
      </nav>
    </>
  );
}

function JobRow({ job, action }: { job: ReportedJob; action: BulkJob["action"] }) {
  const { id, newId, outcome, reason } = job;
  const done = action === "replay" ? "replayed" : "canceled";
  const result = outcome === null ? "not handled" : outcome === "done" ? done : outcome;
  return (
    <tr>
      <th scope="row" data-label="Job">
        <JobLink id={id} />
      </th>
      <td data-label="Result">
        {result}
        {reason && `: ${reasonText(reason)}`}
      </td>
      {action === "replay" && (
        <td data-label="Replay">
          {newId !== null && outcome === "done" ? <JobLink id={newId} /> : "–"}
        </td>
      )}
    </tr>
  );
}
