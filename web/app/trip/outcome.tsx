/**
 * Tells why a trip has no plan, and how to go on.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { describeFailure } from "../refusal.ts";
import type { Wish } from "../wish.ts";
import { AgainForm } from "./again_form.tsx";

/** Tells why there is no whole plan. */
export function Outcome({ wish, job }: { wish: Wish | null; job: Job }) {
  const words = useWords();
  const { stopped, kept, errorCode, again, retry, retryAnyway } = words.outcome;
  const hasParts = job.partial !== null && job.partial.length > 0;
  if (job.status === "failed") {
    const { sentence, advice, nextAction } = describeFailure(job.failure, words);
    const verb = nextAction === "wait" ? retryAnyway : retry;
    return (
      <div class="notice" role="alert">
        <p class="title">{sentence}</p>
        <p>{advice}</p>
        {hasParts && <p>{kept}</p>}
        {wish && <AgainForm id={idOf(job)} wish={wish} verb={verb} best={nextAction} />}
        {job.failure && <p class="quiet">{errorCode(job.failure.code)}</p>}
      </div>
    );
  }
  if (job.status === "canceled") {
    return (
      <div class="notice">
        <p class="title">{stopped}</p>
        {hasParts && <p>{kept}</p>}
        {wish && <AgainForm id={idOf(job)} wish={wish} verb={again} best="repeat" />}
      </div>
    );
  }
  return null;
}
