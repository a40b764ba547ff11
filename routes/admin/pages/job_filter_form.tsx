/**
 * The forms above the list of jobs.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { JobFilter } from "../../../jobs/operator/job_filter.ts";
import { FailureCode } from "../../../lib/job/failure.ts";
import { Source } from "../../../lib/job/job_record.ts";
import { JobState } from "../../../lib/job/job_summary.ts";

/** The ages that the form offers. */
const ages = [
  ["15m", "15 minutes"],
  ["1h", "1 hour"],
  ["6h", "6 hours"],
  ["12h", "12 hours"],
  ["1d", "1 day"],
] as const;

type Option = readonly [value: string, text: string];

/** What the form shows: also values that are not valid. */
export type FilterValues = Partial<Record<keyof JobFilter, string>>;

/** Goes to a job by its id. */
export function JobSearch({ id = "" }: { id?: string | undefined }) {
  return (
    <form class="search" action="/admin/jobs" role="search">
      <label>
        Job id <input name="id" type="search" value={id} required autocomplete="off" data-search />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

interface FilterProps {
  values: FilterValues;
  /** The names of the kinds. */
  kinds: readonly string[];
}

/** Selects the jobs of the list. It is a form with GET, so that a list has a URL. */
export function JobFilterForm({ values, kinds }: FilterProps) {
  return (
    <form class="filters" action="/admin/jobs" aria-label="Filters">
      <JobFilterFields values={values} kinds={kinds} />
      <span class="actions">
        <button type="submit">Filter</button>
        {Object.keys(values).length > 0 && <a href="/admin/jobs">Clear</a>}
      </span>
    </form>
  );
}

/** Shows a field for each member of a filter. */
export function JobFilterFields({ values, kinds }: FilterProps) {
  const { state, kind, code, source, attempts, since, until, owner } = values;
  return (
    <>
      <Choice name="state" label="State" value={state}>
        {options(named(JobState.options))}
      </Choice>
      <Choice name="kind" label="Kind" value={kind}>
        {options(named(withValue(kinds, kind)))}
      </Choice>
      <Choice name="code" label="Failure" value={code}>
        {options(named(FailureCode.options))}
      </Choice>
      <Choice name="source" label="Source" value={source}>{options(named(Source.options))}</Choice>
      <Choice name="since" label="Younger than" value={since}>{options(agesWith(since))}</Choice>
      <Choice name="until" label="Older than" value={until}>{options(agesWith(until))}</Choice>
      <label>
        Attempts, at least{" "}
        <input name="attempts" type="number" min="1" max="1000" value={attempts} />
      </label>
      <label>
        Owner <input name="owner" value={owner} maxLength={200} autocomplete="off" />
      </label>
    </>
  );
}

function Choice(
  { name, label, value = "", children }: {
    name: string;
    label: string;
    value?: string | undefined;
    children: ComponentChildren;
  },
) {
  return (
    <label>
      {label}{" "}
      <select name={name} value={value}>
        <option value="">Any</option>
        {children}
      </select>
    </label>
  );
}

function options(list: readonly Option[]) {
  return list.map(([value, text]) => <option key={value} value={value}>{text}</option>);
}

function named(values: readonly string[]): Option[] {
  return values.map((value) => [value, value]);
}

/** A link may name a kind that this version does not have. */
function withValue(values: readonly string[], value: string | undefined): readonly string[] {
  return value === undefined || values.includes(value) ? values : [...values, value];
}

/** A link may have a time that the form does not offer. */
function agesWith(value: string | undefined): readonly Option[] {
  const isKnown = value === undefined || ages.some(([age]) => age === value);
  return isKnown ? ages : [...ages, [value, value]];
}
