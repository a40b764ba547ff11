/**
 * The history of a job as a table, with a bar for each part that shows when it was.
 * @module
 */
import type { JobSpan } from "../../../jobs/operator/job_spans.ts";
import { isoTime } from "../../../lib/clock.ts";
import { FailureText, JobLink } from "./job_parts.tsx";
import {
  durationText,
  priceText,
  shortText,
  spanName,
  spanResult,
  tokensText,
} from "./job_words.ts";
import { timeText } from "./values.tsx";

/** The width of all bars together, in units of the drawing. */
const WIDTH = 1_000;

/** The smallest width of a bar that can be seen, in the same units. */
const MIN_WIDTH = 4;

/** The time from the beginning to the end of the history, in epoch milliseconds. */
interface Range {
  from: number;
  to: number;
}

/** Shows the spans of a job. */
export function JobHistory({ spans, now }: { spans: readonly JobSpan[]; now: number }) {
  const range = rangeOf(spans, now);
  return (
    <table class="data history">
      <caption class="unseen">History</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Began</th>
          <th scope="col" class="number">Took</th>
          <th scope="col">Result</th>
          <th scope="col" class="number">Tokens</th>
          <th scope="col" class="number">Cost</th>
        </tr>
      </thead>
      <tbody>
        {spans.map((span, n) => <SpanRow key={n} span={span} range={range} now={now} />)}
      </tbody>
    </table>
  );
}

/** Steps that another job has paid for are older than this one, so they have no bar. */
function isReused(span: JobSpan): boolean {
  return isStep(span) && "attempt" in span && span.attempt === 0;
}

function isStep({ type }: JobSpan): boolean {
  return type === "turn" || type === "tool" || type === "step";
}

function rangeOf(spans: readonly JobSpan[], now: number): Range {
  const own = spans.filter((span) => !isReused(span));
  const from = Math.min(...own.map(({ startedAt }) => startedAt));
  const to = Math.max(...own.map(({ endedAt }) => endedAt ?? now));
  return { from, to: Math.max(to, from + 1) };
}

function SpanRow({ span, range, now }: { span: JobSpan; range: Range; now: number }) {
  const { type, startedAt, endedAt } = span;
  const reused = isReused(span);
  return (
    <tr class={type}>
      <th scope="row" data-label="What" data-depth={isStep(span) ? 1 : undefined}>
        <SpanName span={span} />
      </th>
      <td data-label="Began">
        <span class="bar">
          {!reused && <Bar span={span} range={range} now={now} />}
          <span title={timeText(isoTime(startedAt))}>
            {reused ? "earlier" : `+${durationText(Math.max(0, startedAt - range.from))}`}
          </span>
        </span>
      </td>
      <td data-label="Took" class="number">{durationText((endedAt ?? now) - startedAt)}</td>
      <td data-label="Result">
        {spanResult(span)}
        {type === "attempt" && span.failure && (
          <>
            {": "}
            <FailureText failure={span.failure} />
          </>
        )}
      </td>
      <Spent span={span} />
    </tr>
  );
}

function SpanName({ span }: { span: JobSpan }) {
  return (
    <>
      {spanName(span)}
      {span.type === "attempt" && (
        <span class="quiet" title={span.instance}>{` on ${shortText(span.instance)}`}</span>
      )}
      {span.type === "attempt" && span.follows !== null && (
        <>
          , takes over the result of <JobLink id={span.follows} />
        </>
      )}
      {span.type === "turn" && span.model && <span class="quiet">{` ${span.model}`}</span>}
    </>
  );
}

/** Shows what a turn has cost. An attempt shows the sum of its turns. */
function Spent({ span }: { span: JobSpan }) {
  const { usage = null, costUsd = null } = "usage" in span ? span : {};
  return (
    <>
      <td data-label="Tokens" class="number">{usage && tokensText(usage)}</td>
      <td data-label="Cost" class="number">
        {usage && costUsd !== null && priceText(costUsd)}
      </td>
    </>
  );
}

/** Draws when a span was. The columns beside it say the same in words. */
function Bar({ span, range: { from, to }, now }: { span: JobSpan; range: Range; now: number }) {
  const scale = WIDTH / (to - from);
  const left = Math.max(0, (span.startedAt - from) * scale);
  const width = Math.max(MIN_WIDTH, ((span.endedAt ?? now) - span.startedAt) * scale);
  const x = Math.min(left, WIDTH - MIN_WIDTH);
  return (
    <svg viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
      <rect
        class={span.type}
        x={Math.round(x)}
        y="0"
        width={Math.round(Math.min(width, WIDTH - x))}
        height="10"
      />
    </svg>
  );
}
