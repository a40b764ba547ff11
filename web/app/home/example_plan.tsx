/**
 * An example on the first page: a real plan, shown as on the page of a trip.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useWords } from "../../words/words.ts";
import type { Job } from "../../client/job.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { durationLabel, titleOfJob, wishOfJob } from "../wish.ts";

export interface ExamplePlanProps {
  job: Job;
  /** The map of the plan; unset: none. */
  map?: ComponentChildren;
}

export function ExamplePlan({ job, map }: ExamplePlanProps) {
  const words = useWords();
  const { label, text } = words.home.example;
  const view = tripViewOf(job);
  const wish = wishOfJob(job);
  const facts = [wish && durationLabel(wish, words), ...view.factsOf?.(job) ?? []];
  return (
    <section class="example" aria-labelledby="example-title">
      <p class="quiet">
        <span class="mark">{label}</span> {text}
      </p>
      <h2 id="example-title" dir="auto">{titleOfJob(job, words)}</h2>
      <p class="facts">
        {facts.map((fact) => fact && <span key={fact}>{fact}</span>)}
      </p>
      {map}
      <view.Plan job={job} isGrowing={false} />
    </section>
  );
}
