/**
 * The buttons of the page of a job. Each asks before it acts.
 * @module
 */
import type { JobReport } from "../../../jobs/operator/operator_jobs.ts";
import { Confirm } from "./layout.tsx";

/** Shows what an operator can do to the job now. */
export function JobActions({ report: { summary, actions } }: { report: JobReport }) {
  const { id, replayedAs } = summary;
  const canReplay = actions.replay && replayedAs === null;
  if (!actions.cancel && !canReplay && !actions.redeliver) return null;
  const path = `/admin/jobs/${id}`;
  return (
    <div class="actions">
      {actions.cancel && (
        <Confirm
          id="cancel"
          action={`${path}/cancel`}
          label="Cancel"
          question="The work on this job stops, and its client gets no plan. This cannot be undone."
          confirm="Cancel the job"
        />
      )}
      {canReplay && <Replays path={path} />}
      {actions.redeliver && (
        <Confirm
          id="redeliver"
          action={`${path}/redeliver`}
          label="Deliver the callback again"
          question="The receiver gets the callback once more, with a new id, unless a delivery still waits or runs."
          confirm="Deliver it"
        />
      )}
    </div>
  );
}

function Replays({ path }: { path: string }) {
  return (
    <>
      <Confirm
        id="replay"
        action={`${path}/replay`}
        label="Replay"
        question="A new job repeats the request of this one. It begins with the finished steps, which are not paid again."
        confirm="Replay the job"
      >
        <input type="hidden" name="steps" value="reuse" />
      </Confirm>
      <Confirm
        id="replay-all"
        action={`${path}/replay`}
        label="Replay from the beginning"
        question="A new job repeats the request of this one. It does all work again, and all of it is paid again."
        confirm="Replay everything"
      >
        <input type="hidden" name="steps" value="discard" />
      </Confirm>
    </>
  );
}
