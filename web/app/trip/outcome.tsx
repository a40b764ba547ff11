/**
 * Tells why a trip has no plan, and how to go on.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { describeFailure } from "../refusal.ts";
import type { Wish } from "../wish.ts";
import { AgainForm } from "./again_form.tsx";

/** Tells why there is no plan. */
export function Outcome({ wish, job }: { wish: Wish | null; job: Job }) {
  if (job.status === "failed") {
    const { sentence, advice, nextAction } = describeFailure(job.failure);
    return (
      <div class="notice" role="alert">
        <p class="title">{sentence}</p>
        <p>{advice}</p>
        {job.failure && <p class="quiet">Error code: {job.failure.code}</p>}
        {wish && (
          <AgainForm
            id={idOf(job)}
            wish={wish}
            verb={nextAction === "wait" ? "Try again anyway" : "Try again"}
            best={nextAction}
          />
        )}
      </div>
    );
  }
  if (job.status === "canceled") {
    return (
      <div class="notice">
        <p class="title">This trip was canceled before its plan was finished.</p>
        {wish && <AgainForm id={idOf(job)} wish={wish} verb="Plan this trip again" best="repeat" />}
      </div>
    );
  }
  return null;
}
