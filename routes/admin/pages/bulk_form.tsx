/**
 * The form that starts a bulk job. It first shows how many jobs match.
 * @module
 */
import type { MatchCount } from "../../../jobs/operator/bulk_jobs.ts";
import { DEFAULT_LIMIT, MAX_BULK_JOBS } from "../../../jobs/operator/bulk_order.ts";
import { countText } from "./bulk_words.ts";
import { type FilterValues, JobFilterFields } from "./job_filter_form.tsx";

/** What the form shows: also values that are not valid. */
export type BulkValues = FilterValues & Partial<Record<"action" | "limit" | "steps", string>>;

export interface BulkFormProps {
  values: BulkValues;
  /** The names of the kinds. */
  kinds: readonly string[];
  /** How many jobs match; `null`: it is not asked for. */
  preview: MatchCount | null;
  /** Why the values are not valid; `null`: they are. */
  problem: string | null;
}

/** Shows the choices, and below them what would happen. */
export function BulkForm({ values, kinds, preview, problem }: BulkFormProps) {
  const { action = "replay", limit = String(DEFAULT_LIMIT), steps = "reuse" } = values;
  return (
    <section aria-labelledby="new" class="stack">
      <h2 id="new">New bulk action</h2>
      <p class="quiet">
        A replay takes jobs that have ended, by default those with a failure. A cancellation takes
        jobs that wait or run.
      </p>
      <form class="filters" action="/admin/bulk" aria-label="Bulk action">
        <label>
          Action{" "}
          <select name="action" value={action}>
            <option value="replay">Replay</option>
            <option value="cancel">Cancel</option>
          </select>
        </label>
        <JobFilterFields values={values} kinds={kinds} />
        <label>
          At most, jobs{" "}
          <input name="limit" type="number" min="1" max={MAX_BULK_JOBS} value={limit} />
        </label>
        <label>
          Finished steps{" "}
          <select name="steps" value={steps}>
            <option value="reuse">Reuse them</option>
            <option value="discard">Discard them</option>
          </select>
        </label>
        <span class="actions">
          <button type="submit">Preview</button>
        </span>
      </form>
      {problem !== null && <p class="notice bad" role="alert">{problem}</p>}
      {preview && <Preview values={values} preview={preview} />}
    </section>
  );
}

/** Says how many jobs match, and asks for confirmation. */
function Preview({ values, preview }: { values: BulkValues; preview: MatchCount }) {
  if (preview.count === 0) return <p class="notice" role="status">No job matches.</p>;
  const verb = values.action === "cancel" ? "Cancel" : "Replay";
  const { limit = String(DEFAULT_LIMIT) } = values;
  const isLimited = preview.isMore || preview.count > Number(limit);
  return (
    <form method="post" action="/admin/bulk" class="panel">
      <p role="status">
        <strong>{countText(preview)}</strong>{" "}
        {preview.isMore || preview.count !== 1 ? "match" : "matches"}. {isLimited &&
          `At most ${Number(limit).toLocaleString("en")} will be handled, newest first.`}
      </p>
      <p class="quiet">
        It begins after 15 seconds. Until then you can undo it.{" "}
        {verb === "Cancel" && "A canceled job cannot continue, only be replayed as a new job."}
      </p>
      {Object.entries(values).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <p class="actions">
        <button type="submit" class={verb === "Cancel" ? "danger" : "main"}>
          {verb}{" "}
          {isLimited ? `up to ${Number(limit).toLocaleString("en")} jobs` : countText(preview)}
        </button>
      </p>
    </form>
  );
}
