/**
 * The head of the page of a trip: its title, its facts, and what one can do with it.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { useWords, type Words } from "../../words/words.ts";
import { durationInWords } from "../duration.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { LocalTime } from "../local_time.tsx";
import { durationLabel, nounOf, titleOfJob, wishOfJob } from "../wish.ts";
import { describeSource } from "./source.ts";
import { TripActions } from "./trip_actions.tsx";

export function TripHeader({ job, isOpen }: { job: Job; isOpen: boolean }) {
  const words = useWords();
  const view = tripViewOf(job);
  const wish = wishOfJob(job);
  const extent = wish && durationLabel(wish);
  const madeUp = describeSource(job.source);
  return (
    <header class={`trip ${nounOf(job)}`}>
      <h1 dir="auto">{titleOfJob(job)}</h1>
      <p class="facts">
        {extent && <span>{extent}</span>}
        <span>
          available until <LocalTime iso={job.expiresAt} />
        </span>
        <span>{describeState(job, words)}</span>
        {madeUp && <span class="mark">{madeUp.mark}</span>}
        {view.factsOf?.(job).map((fact) => <span key={fact}>{fact}</span>)}
      </p>
      {view.Details && <view.Details job={job} />}
      <TripActions job={job} isOpen={isOpen} />
    </header>
  );
}

/** Returns the state of a job in a few words. */
function describeState({ status, createdAt, completedAt }: Job, words: Words): string {
  if (status === "processing") return "in progress";
  const took = durationInWords(Date.parse(completedAt ?? createdAt) - Date.parse(createdAt), words);
  return { completed: `ready after ${took}`, failed: "failed", canceled: "canceled" }[status];
}
