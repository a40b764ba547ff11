/**
 * The page of a trip, while the job runs and after it has ended.
 * @module
 */
import type { Job } from "../../client/client.ts";
import { idOf, isEnded } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { hasApiKey } from "../api_key.ts";
import { useAwake, usePageTitle } from "../focus.ts";
import { KeptNotice, type ShownCopy } from "../kept/kept_notice.tsx";
import { SaveTripFile } from "../kept/save_file.tsx";
import { SendsPlan } from "../kinds/file_link.tsx";
import { photosPath } from "../kinds/photo.tsx";
import { tripViewOf, wishViewOf } from "../kinds/registry.ts";
import type { Land } from "../map/land.ts";
import { ChangeForm } from "../shaping/change_form.tsx";
import { ChangeLink } from "../shaping/change_link.tsx";
import type { ShapingState } from "../shaping/state.ts";
import { ShapingToast } from "../shaping/toast.tsx";
import { type ShapingPage, useShaping } from "../shaping/use_shaping.ts";
import { Versions } from "../shaping/versions.tsx";
import { formUrl, type Wish, wishOfJob } from "../wish.ts";
import { useAnnouncement } from "./announcement.ts";
import { Dock, Reasoning } from "./dock.tsx";
import { GonePage } from "./gone.tsx";
import { Outcome } from "./outcome.tsx";
import { PlanWarnings } from "./plan_warnings.tsx";
import { describeSource } from "./source.ts";
import { tabTitleOf } from "./tab_title.ts";
import { TripHeader } from "./trip_header.tsx";
import { TripPlan } from "./trip_plan.tsx";
import { useTrip } from "./use_trip.ts";

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
  /** The land on the map; unset or `null`: not known. */
  land?: Land | null;
  /** The copy in this browser that the page shows; unset: it shows what the server has sent. */
  copy?: ShownCopy;
  /** The versions of the trip, and its changes; unset: not known, for example of a copy. */
  shaping?: ShapingState | null | undefined;
  /** Whether the server has photographs of places. */
  hasPhotos?: boolean;
}

export function TripPage({ state }: { state: TripState }) {
  const { land = null } = state;
  const isCopy = state.copy !== undefined;
  const { job, connection, hasExpired, fault, end } = useTrip(state.job, { isCopy });
  const wish = wishOfJob(job);
  usePageTitle(tabTitleOf(job, useWords()));
  const isMaker = useIsMaker(state);
  const shaping = useShaping(job, {
    shape: wishViewOf(job)?.shape ?? null,
    state: state.shaping ?? null,
    isOwn: isMaker,
  });
  const announcement = useAnnouncement(job, shaping.changed);
  if (hasExpired) return <GonePage state={{ page: "gone", id: idOf(job) }} wasShown />;
  const isGrowing = job.status === "processing";
  const hasPlan = isGrowing || job.status === "completed" || (job.partial ?? []).length > 0;
  return (
    <SendsPlan.Provider value={shaping.edits.isEdited || isCopy || !state.isOpen}>
      <main id="main" class="trip" tabIndex={-1}>
        <TripHeader
          job={shaping.job}
          isOpen={state.isOpen}
          hasPlan={hasPlan}
          isEdited={shaping.edits.isEdited}
          isCopy={isCopy}
          change={<MainAction copy={state.copy} shaping={shaping} wish={wish} />}
          saveEntry={<SaveTripFile job={shaping.job} land={land} />}
        >
          <KeptNotice job={job} land={land} isOpen={state.isOpen} copy={state.copy ?? null} />
        </TripHeader>
        <p class="unseen" role="status">{announcement}</p>
        <Versions shaping={shaping} />
        <Outcome wish={wish} job={job} />
        <PlanWarnings warnings={shaping.job.warnings} />
        {hasPlan && (
          <TripPlan
            shaping={shaping}
            land={land}
            photos={state.hasPhotos && !isGrowing ? photosPath(idOf(job)) : null}
          />
        )}
        <Origin job={job} />
        <ChangeForm shaping={shaping} wish={wish} />
        <ShapingToast shaping={shaping} />
        {isGrowing && (
          <Dock
            job={job}
            changed={shaping.changed}
            connection={connection}
            fault={fault}
            ageMs={state.ageMs}
            canCancel={isMaker}
            onEnded={end}
          />
        )}
      </main>
    </SendsPlan.Provider>
  );
}

/** Returns whether this browser may cancel and change the trip. */
function useIsMaker({ isOwn, copy }: TripState): boolean {
  // Where keys are used, only the service knows which of them has made the trip. A copy is not there.
  const hasKey = useAwake() && hasApiKey() && copy === undefined;
  return isOwn || hasKey;
}

interface MainActionProps {
  copy: ShownCopy | undefined;
  shaping: ShapingPage;
  wish: Wish | null;
}

/** Leads to the changes of a trip, or from a copy of a trip that the service no longer has to the form. */
function MainAction({ copy, shaping, wish }: MainActionProps) {
  const { kept } = useWords();
  if (!copy) return <ChangeLink shaping={shaping} wish={wish} />;
  if (copy.reason !== "gone" || wish === null) return null;
  return <a class="button" href={formUrl(wish)}>{kept.planAgain}</a>;
}

/** Tells where a plan comes from, and how the model came to it. */
function Origin({ job }: { job: Job }) {
  const words = useWords();
  const madeUp = describeSource(job.source, words);
  // While the plan grows, the dock shows the reasoning.
  const reasoning = isEnded(job) ? tripViewOf(job).reasoningOf?.(job) ?? [] : [];
  return (
    <>
      {madeUp && <p class="source quiet">{madeUp.text}</p>}
      {reasoning.length > 0 && <Reasoning summaries={reasoning} />}
    </>
  );
}
