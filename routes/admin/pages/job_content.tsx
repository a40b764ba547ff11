/**
 * The content of the page of a job.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { JobReport, RevealedRequest } from "../../../jobs/operator/operator_jobs.ts";
import { JobActions } from "./job_action_forms.tsx";
import { JobHistory } from "./job_history.tsx";
import { Age, FailureText, JobLink, type JobNames, ownerUrl, StateBadge } from "./job_parts.tsx";
import { Live } from "./layout.tsx";
import { durationText, priceText, tokensText } from "./job_words.ts";

interface JobProps {
  names: JobNames;
  report: JobReport;
  /** Epoch milliseconds. */
  now: number;
}

/** What an operator can see of a request: it is hidden until the operator asks for it. */
export type ShownRequest = { isShown: false } | { isShown: true } & RevealedRequest;

/** Shows a job. */
export function JobContent({ report, now, shown, names }: JobProps & { shown: ShownRequest }) {
  return (
    <>
      <Live id="job">
        <Summary report={report} now={now} names={names} />
        <JobActions report={report} />
        <section aria-labelledby="history">
          <h2 id="history">History</h2>
          <JobHistory spans={report.spans} now={now} />
        </section>
        <Callbacks report={report} now={now} />
      </Live>
      <Plan plan={report.plan} />
      {report.actions.reveal && <Request id={report.summary.id} shown={shown} />}
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

function Summary({ report, now, names }: JobProps) {
  const { summary, failure, heldBackBy, maxAttempts, deadline } = report;
  const { state, createdAt, finishedAt, expiresAt, attempts } = summary;
  return (
    <dl class="facts">
      <Fact name="State">
        <StateBadge state={state} /> {names.planKinds.includes(summary.kind) && summary.source}
      </Fact>
      <Fact name="Id">
        <code>{summary.id}</code>
      </Fact>
      <Fact name="Kind">{summary.kind}, {report.promptVersion}</Fact>
      <Fact name="Created">
        <Age at={createdAt} now={now} />
      </Fact>
      <Fact name={finishedAt === null ? "So far" : "Took"}>
        {durationText(Math.max(0, (finishedAt ?? now) - createdAt))}
      </Fact>
      <Fact name="Attempts">{attempts} of {maxAttempts}</Fact>
      {deadline !== null && (
        <Fact name="Deadline">
          <Age at={deadline} now={now} />
        </Fact>
      )}
      <Fact name="Expires">
        <Age at={expiresAt} now={now} />
      </Fact>
      {failure && (
        <Fact name={state === "failed" ? "Failure" : "Last failure"}>
          <FailureText failure={failure} />
        </Fact>
      )}
      {heldBackBy && (
        <Fact name="Held back by the breaker">
          <FailureText failure={heldBackBy} />
        </Fact>
      )}
      <Work report={report} now={now} />
      <Relations report={report} names={names} />
    </dl>
  );
}

/** Shows who works on the job, how far it is, and what it has cost. */
function Work({ report, now }: Omit<JobProps, "names">) {
  const { summary, progress, isFollowing, queue, usage } = report;
  const { holder, runAt } = summary;
  const isLive = summary.finishedAt === null;
  return (
    <>
      {holder !== null && (
        <Fact name="Runs on">
          <code>{holder}</code>
        </Fact>
      )}
      {runAt !== null && runAt > now && (
        <Fact name="Next attempt">
          <Age at={runAt} now={now} />
        </Fact>
      )}
      <QueueFacts queue={queue} now={now} />
      {isLive && (holder !== null || isFollowing) && (
        <Fact name={isFollowing ? "Progress of the identical job" : "Progress"}>
          {progress.message}
          {progress.of !== null && `, ${progress.step} of ${progress.of}`}
        </Fact>
      )}
      {usage && (
        <Fact name="Tokens">
          {tokensText(usage)}
          {usage.savedTokens > 0 && `, ${usage.savedTokens.toLocaleString("en")} saved`}
        </Fact>
      )}
      {usage && usage.costUsd !== null && <Fact name="Cost">{priceText(usage.costUsd)}</Fact>}
      {progress.openaiResponseId !== null && (
        <Fact name="Last response">
          <code>{progress.openaiResponseId}</code>
        </Fact>
      )}
    </>
  );
}

/** Shows how the job waits. */
function QueueFacts({ queue, now }: Pick<JobReport, "queue"> & { now: number }) {
  if (queue === null) return null;
  const { isPaused, position, expectedStartAt } = queue;
  return (
    <>
      {isPaused && <Fact name="Waits for">the end of the pause of its kind</Fact>}
      {position !== null && <Fact name="Position">{position}</Fact>}
      {expectedStartAt !== null && (
        <Fact name="Expected start">
          <Age at={expectedStartAt} now={now} />
        </Fact>
      )}
    </>
  );
}

/** Shows what the job has to do with: its owner, other jobs, its trace. */
function Relations({ report: { summary, about, trace }, names }: Omit<JobProps, "now">) {
  const { owner, replayOf, replayedAs, refines } = summary;
  return (
    <>
      {owner !== null && (
        <Fact name="Owner">
          {names.owners.has(owner) && `${names.owners.get(owner)}, `}
          <a href={ownerUrl(owner)}>
            <code>{owner}</code>
          </a>
        </Fact>
      )}
      {about !== null && (
        <Fact name="Delivers the callback of">
          <JobLink id={about} />
        </Fact>
      )}
      {refines !== null && (
        <Fact name="Refines">
          <JobLink id={refines} />
        </Fact>
      )}
      {replayOf !== null && (
        <Fact name="Replays">
          <JobLink id={replayOf} />
        </Fact>
      )}
      {replayedAs !== null && (
        <Fact name="Replayed as">
          <JobLink id={replayedAs} />
        </Fact>
      )}
      {trace && (
        <Fact name="Trace">
          {trace.url === null
            ? <code>{trace.id}</code>
            : <a href={trace.url} rel="noreferrer noopener">{trace.id}</a>}
        </Fact>
      )}
    </>
  );
}

/** Shows the deliveries of the callback. */
function Callbacks({ report: { callbacks }, now }: Omit<JobProps, "names">) {
  if (callbacks.length === 0) return null;
  return (
    <section aria-labelledby="callbacks">
      <h2 id="callbacks">Callback</h2>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Delivery</th>
            <th scope="col">State</th>
            <th scope="col">Created</th>
            <th scope="col" class="number">Attempts</th>
            <th scope="col">Last failure</th>
          </tr>
        </thead>
        <tbody>
          {callbacks.map(({ id, state, createdAt, attempts, failure }) => (
            <tr key={id}>
              <th scope="row" data-label="Delivery">
                <JobLink id={id} />
              </th>
              <td data-label="State">
                <StateBadge state={state} />
              </td>
              <td data-label="Created">
                <Age at={createdAt} now={now} />
              </td>
              <td data-label="Attempts" class="number">{attempts}</td>
              <td data-label="Last failure">
                {failure ? <FailureText failure={failure} /> : "none"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Shows the plan. The live parts do not contain it, because it may be large. */
function Plan({ plan }: { plan: unknown }) {
  if (plan === null || plan === undefined) return null;
  return (
    <details id="plan">
      <summary>Plan</summary>
      <Json value={plan} label="Plan" />
    </details>
  );
}

/** Shows the request, or the button that asks for it. */
function Request({ id, shown }: { id: string; shown: ShownRequest }) {
  return (
    <section aria-labelledby="request">
      <h2 id="request">Request</h2>
      {shown.isShown
        ? (
          <>
            <Json value={shown.request} label="Request" />
            {shown.change !== null && <Json value={{ change: shown.change }} label="Change" />}
          </>
        )
        : (
          <form method="post" action={`/admin/jobs/${id}/reveal`}>
            <p class="quiet">A traveler wrote it. The audit records who has seen it.</p>
            <button type="submit">Show the request</button>
          </form>
        )}
    </section>
  );
}

/** Shows JSON as text. It scrolls, so the keyboard must reach it. */
function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <pre class="json" tabindex={0} role="group" aria-label={label}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}
