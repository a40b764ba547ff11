/**
 * The page of a trip whose kind has no view: all members of the job, with their names in the API.
 * @module
 */
import { contracts, kindNames } from "../../../jobs/kinds/contracts.ts";
import type { CommonMember } from "../../../jobs/job_answer.ts";
import type { Job } from "../../client/job.ts";
import type { PlanProps, TripView } from "./trip_view.ts";

/** The members that every job has. Other components of the page show the important ones. */
const common: Record<CommonMember, true> = {
  status: true,
  createdAt: true,
  completedAt: true,
  expiresAt: true,
  error: true,
  failure: true,
  source: true,
  attempt: true,
  refines: true,
  lineage: true,
  progress: true,
  partial: true,
  usage: true,
  warnings: true,
};

export const plainView: TripView = {
  partNoun: "Part",
  stages: ["queued", "thinking", "researching", "writing"],
  files: { markdown: false, calendar: null },
  Plan: PlainPlan,
};

/** Shows the request and the plan: the members that only this kind of job has. */
function PlainPlan({ job }: PlanProps<Job>) {
  const members = membersOf(job);
  const parts = job.partial ?? [];
  return (
    <dl class="plain">
      {members.map(([name, value]) => <Member key={name} name={name} value={value} />)}
      {parts.length > 0 && <Member name="partial" value={parts} />}
    </dl>
  );
}

/** Returns the members that have a value and that not every job has. */
function membersOf(job: Job): [name: string, value: unknown][] {
  const ids: string[] = kindNames.map((kind) => contracts[kind].idName);
  return Object.entries<unknown>(job).filter(([name, value]) =>
    value !== null && !Object.hasOwn(common, name) && !ids.includes(name)
  );
}

/** Shows text and numbers unchanged, and other values as JSON. */
function Member({ name, value }: { name: string; value: unknown }) {
  const isText = typeof value === "string" || typeof value === "number";
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{isText ? value : <pre>{JSON.stringify(value, null, 2)}</pre>}</dd>
    </div>
  );
}
