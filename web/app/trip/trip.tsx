/**
 * The page of a trip, while the job runs and after it has ended.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { hasApiKey } from "../api_key.ts";
import { useAwake, usePageTitle } from "../focus.ts";
import { PhotosPath, photosPath } from "../kinds/photo.tsx";
import { tripViewOf } from "../kinds/registry.ts";
import { titleOfJob, wishOfJob } from "../wish.ts";
import { useAnnouncement } from "./announcement.ts";
import { Dock, Reasoning } from "./dock.tsx";
import { GonePage } from "./gone.tsx";
import { Outcome } from "./outcome.tsx";
import { PlanWarnings } from "./plan_warnings.tsx";
import { describeSource } from "./source.ts";
import { TripHeader } from "./trip_header.tsx";
import { useTrip } from "./use_trip.ts";

/** Marks of the title that show the state in a list of tabs. */
const TITLE_MARKS = { processing: "…", completed: "✓ ", failed: "✗ ", canceled: "" };

export interface TripState {
  page: "trip";
  /** The job as `GET` shows it. */
  job: Job;
  /** The age of the job when the page was rendered, in milliseconds. */
  ageMs: number;
  /** Whether the server gives the plan to callers without an API key. */
  isOpen: boolean;
  /** Whether this browser has made the trip, so that it may cancel it. */
  isOwn: boolean;
  /** Whether the server has photographs of places. */
  hasPhotos?: boolean;
}

export function TripPage({ state }: { state: TripState }) {
  const { job, connection, hasExpired, fault, end } = useTrip(state.job);
  const wish = wishOfJob(job);
  const id = idOf(job);
  const announcement = useAnnouncement(job);
  usePageTitle(TITLE_MARKS[job.status] + titleOfJob(job));
  const madeUp = describeSource(job.source);
  // Where keys are used, only the service knows which of them has made the trip.
  const hasKey = useAwake() && hasApiKey();
  if (hasExpired) return <GonePage state={{ page: "gone", id }} wasShown />;
  const isGrowing = job.status === "processing";
  const view = tripViewOf(job);
  const reasoning = isGrowing ? [] : view.reasoningOf?.(job) ?? [];
  return (
    <main id="main" class="trip" tabIndex={-1}>
      <TripHeader job={job} isOpen={state.isOpen} />
      <p class="unseen" role="status">{announcement}</p>
      <Outcome wish={wish} job={job} />
      <PlanWarnings warnings={job.warnings} />
      <PhotosPath.Provider value={state.hasPhotos && !isGrowing ? photosPath(id) : null}>
        <view.Plan job={job} isGrowing={isGrowing} />
      </PhotosPath.Provider>
      {madeUp && <p class="source quiet">{madeUp.text}</p>}
      {reasoning.length > 0 && <Reasoning summaries={reasoning} />}
      {isGrowing && (
        <Dock
          job={job}
          connection={connection}
          fault={fault}
          ageMs={state.ageMs}
          canCancel={state.isOwn || hasKey}
          onEnded={end}
        />
      )}
    </main>
  );
}
