/**
 * The page of a trip whose kind has no view of its own: everything that the API tells, by its names.
 * @module
 */
import { contracts, kindNames } from "../../../jobs/kinds/contracts.ts";
import type { CommonMember } from "../../../jobs/job_answer.ts";
import type { Job } from "../../client/job.ts";
import type { PlanProps, TripView } from "./view.ts";

/** The members that every job has. The page shows those that matter in places of their own. */
const common: Record<CommonMember, true> = {
  status: true,
  createdAt: true,
  completedAt: true,
  expiresAt: true,
  error: true,
  failure: true,
  source: true,
  attempt: true,
  progress: true,
  partial: true,
  usage: true,
};

export const plainView: TripView = {
  partNoun: "Part",
  stages: [
    ["queued", "Waiting"],
    ["thinking", "Thinking"],
    ["researching", "Researching"],
    ["writing", "Writing"],
  ],
  waitingTips: ["You can close the page and come back"],
  files: { markdown: false, calendar: null },
  Plan: PlainPlan,
};

/** What was asked for and what has come of it, as the members of the job that its kind has. */
function PlainPlan({ job, isGrowing }: PlanProps<Job>) {
  const members = membersOf(job);
  const parts = job.partial ?? [];
  return (
    <dl class="plain">
      {members.map(([name, value]) => <Member key={name} name={name} value={value} />)}
      {isGrowing && parts.length > 0 && <Member name="partial" value={parts} />}
    </dl>
  );
}

/** The members that have a value and that only the kind of the job has. */
function membersOf(job: Job): [name: string, value: unknown][] {
  const ids: string[] = kindNames.map((kind) => contracts[kind].idName);
  return Object.entries<unknown>(job).filter(([name, value]) =>
    value !== null && !Object.hasOwn(common, name) && !ids.includes(name)
  );
}

/** Text as it is, anything else as JSON. */
function Member({ name, value }: { name: string; value: unknown }) {
  const isText = typeof value === "string" || typeof value === "number";
  return (
    <div>
      <dt>{name}</dt>
      <dd dir="auto">{isText ? value : <pre>{JSON.stringify(value, null, 2)}</pre>}</dd>
    </div>
  );
}
