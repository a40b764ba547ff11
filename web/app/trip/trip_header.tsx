/**
 * The head of the page of a trip: its title, its facts, its totals, and what one can do with it.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { useWords, type Words } from "../../words/words.ts";
import { durationInWords } from "../duration.ts";
import { useAwake } from "../focus.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { LocalTime } from "../local_time.tsx";
import { tripUrl } from "../session.ts";
import { durationLabel, nounOf, titleOfJob, wishOfJob } from "../wish.ts";
import { describeSource } from "./source.ts";
import { Totals } from "./totals.tsx";
import { TripActions } from "./trip_actions.tsx";

export interface TripHeaderProps {
  job: Job;
  /** Whether the server gives the plan to callers without an API key. */
  isOpen: boolean;
  /** Whether there is a plan, or there will be one. */
  hasPlan: boolean;
  /** Whether the traveler has edited the plan in this browser. */
  isEdited: boolean;
  /** Whether the page shows a copy in this browser. */
  isCopy: boolean;
  /** The action that leads to changes of the plan. */
  change: ComponentChildren;
  /** A further entry of the menu Save. */
  saveEntry: ComponentChildren;
  /** What this browser has of the trip. */
  children: ComponentChildren;
}

export function TripHeader(props: TripHeaderProps) {
  const { job, isOpen, hasPlan, isEdited, isCopy, change, saveEntry, children } = props;
  const words = useWords();
  const view = tripViewOf(job);
  const wish = wishOfJob(job);
  const subtitle = view.subtitleOf?.(job, words) ?? (wish && durationLabel(wish, words));
  const madeUp = describeSource(job.source, words);
  return (
    <header class={`trip ${nounOf(job)}`}>
      <div class="trip-title">
        <h1 dir="auto">{titleOfJob(job, words)}</h1>
        <p class="subtitle">
          {subtitle && <span dir="auto">{subtitle}</span>}
        </p>
        {view.Details && <view.Details job={job} />}
      </div>
      {hasPlan && view.totalsOf && <Totals totals={view.totalsOf(job, words)} />}
      <TripActions {...{ job, isOpen, isEdited, isCopy, change }}>{saveEntry}</TripActions>
      <div class="standing">
        <p class="facts state quiet">
          {!isCopy && (
            <span>
              {words.trip.keptUntil} <LocalTime iso={job.expiresAt} />
            </span>
          )}
          {/* It changes, so it is last and moves nothing. */}
          <span>
            <span class="state-words">{describeState(job, words)}</span>{" "}
            {madeUp && <span class="mark">{madeUp.mark}</span>}
          </span>
        </p>
        {children}
      </div>
      {job.status === "completed" && <PrintedLink id={idOf(job)} hasCode={isOpen && !isCopy} />}
    </header>
  );
}

/** Leads from paper back to the page: as text, and as a code for the camera of a phone. */
function PrintedLink({ id, hasCode }: { id: string; hasCode: boolean }) {
  const { trip } = useWords();
  // The server does not know the address under which the reader sees it.
  const origin = useAwake() ? location.origin : "";
  return (
    <div class="print-only printed-link">
      {hasCode && <img src={`${tripUrl(id)}/qr.svg`} alt="" width="96" height="96" />}
      <p>
        {trip.online}
        <br />
        {origin + tripUrl(id)}
      </p>
    </div>
  );
}

/** Returns the state of a job in a few words. */
function describeState({ status, createdAt, completedAt }: Job, words: Words): string {
  const { trip } = words;
  if (status === "processing") return trip.planning;
  if (status !== "completed") return trip[status];
  const took = durationInWords(Date.parse(completedAt ?? createdAt) - Date.parse(createdAt), words);
  return trip.readyAfter(took);
}
