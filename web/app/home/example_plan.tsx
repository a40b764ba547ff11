/**
 * An example on the first page: a real plan, shown as on the page of a trip.
 * @module
 */
import { useHomeWords } from "../../words/words.ts";
import type { Job } from "../../client/job.ts";
import { tripViewOf } from "../kinds/registry.ts";
import type { Land } from "../map/land.ts";
import { TripMap } from "../map/trip_map.tsx";
import { useStopFocus } from "../trip/stop_focus.ts";
import { Totals } from "../trip/totals.tsx";
import { durationLabel, titleOfJob, wishOfJob } from "../wish.ts";

export interface ExamplePlanProps {
  job: Job;
  /** The land on the map; `null`: not known. */
  land: Land | null;
}

export function ExamplePlan({ job, land }: ExamplePlanProps) {
  const words = useHomeWords();
  const { label, text } = words.home.example;
  const view = tripViewOf(job);
  const wish = wishOfJob(job);
  const { focus, rowEvents, show } = useStopFocus();
  const stops = view.stopsOf?.(job) ?? [];
  const parts = view.contentsOf?.(job, words).parts ?? [];
  return (
    <section class="example" aria-labelledby="example-title">
      <p class="quiet">
        <span class="mark">{label}</span> {text}
      </p>
      <h2 id="example-title" dir="auto">{titleOfJob(job, words)}</h2>
      {wish && <p class="facts">{durationLabel(wish, words)}</p>}
      {view.totalsOf && <Totals totals={view.totalsOf(job, words)} />}
      <TripMap stops={stops} parts={parts} land={land} focus={focus} onFocus={show} />
      <div class="plan" {...rowEvents}>
        <view.Plan job={job} isGrowing={false} focus={focus} isCompact />
      </div>
    </section>
  );
}
