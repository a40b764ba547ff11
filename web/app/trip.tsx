/**
 * The page of a trip, while the job runs and after it has ended.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { DAY_MS } from "../../lib/clock.ts";
import { AgainForm } from "./again_form.tsx";
import { isGone } from "../client/errors.ts";
import { hasApiKey } from "./api_key.ts";
import type { Connection, Job, TripError } from "../client/client.ts";
import { tripViewOf } from "./kinds/registry.ts";
import { describeProgress, Dock, Reasoning } from "./dock.tsx";
import { durationInWords } from "./duration.ts";
import { focusOn, useAwake, usePageTitle } from "./focus.ts";
import { GonePage } from "./gone.tsx";
import { idOf, isEnded } from "../client/job.ts";
import { LocalTime } from "./local_time.tsx";
import { PlanWarnings } from "./plan_warnings.tsx";
import { openRecentTrips } from "./recent_trips.ts";
import { describeFailure } from "./refusal.ts";
import { openClient } from "./session.ts";
import { describeSource } from "./source.ts";
import { durationLabel, nounOf, titleOfJob, type Wish, wishOfJob } from "./wish.ts";

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
      <view.Plan job={job} isGrowing={isGrowing} />
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

function TripHeader({ job, isOpen }: { job: Job; isOpen: boolean }) {
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
        <span>{describeState(job)}</span>
        {madeUp && <span class="mark">{madeUp.mark}</span>}
        {view.factsOf?.(job).map((fact) => <span key={fact}>{fact}</span>)}
      </p>
      {view.Details && <view.Details job={job} />}
      <Actions job={job} isOpen={isOpen} />
    </header>
  );
}

/** Returns the state of a job in a few words. */
function describeState({ status, createdAt, completedAt }: Job): string {
  if (status === "processing") return "in progress";
  const took = durationInWords(Date.parse(completedAt ?? createdAt) - Date.parse(createdAt));
  return { completed: `ready after ${took}`, failed: "failed", canceled: "canceled" }[status];
}

/** The actions are rendered from the start, so that nothing moves when the plan is ready. */
function Actions({ job, isOpen }: { job: Job; isOpen: boolean }) {
  const id = idOf(job);
  const isReady = job.status === "completed";
  const view = tripViewOf(job);
  const { markdown, calendar } = view.files;
  const timeZone = view.timeZoneOf?.(job);
  const firstDay = view.firstDayOf?.(job);
  const isDated = calendar === "dates" || (firstDay !== undefined && timeZone !== undefined);
  const plan = (extension: string) =>
    isReady ? { href: `/trips/${id}/plan.${extension}` } : { "aria-disabled": true };
  return (
    <div class="actions">
      <CopyLink />
      <button
        type="button"
        class="needs-script"
        onClick={() => isReady && print()}
        aria-disabled={!isReady}
      >
        Print
      </button>
      {isOpen && (
        <>
          {markdown && <a role="link" class="button" {...plan("md")}>Save as text</a>}
          <a role="link" class="button" {...plan("json")}>Save data (JSON)</a>
          {calendar && !isDated && isReady
            ? (
              <CalendarForm
                id={id}
                firstDay={firstDay ?? dayAfter(job.createdAt)}
                timeZone={timeZone}
              />
            )
            : calendar && <a role="link" class="button" {...plan("ics")}>Add to calendar</a>}
          {calendar && (
            <p class="quiet">
              {timeZone
                ? `Times are local times of the place (${timeZone}).`
                : "Times are local times of the place. " +
                  "Some calendars show them in your own time zone."}
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** Asks for what the plan does not tell: its first day, and the time zone of the place. */
function CalendarForm(
  { id, firstDay, timeZone }: { id: string; firstDay: string; timeZone: string | undefined },
) {
  const [zones, setZones] = useState<string[]>([]);
  return (
    // The browser knows the names, so the page does not contain them.
    <details class="menu" onToggle={() => setZones(Intl.supportedValuesOf("timeZone"))}>
      <summary class="button">Add to calendar</summary>
      <form method="get" action={`/trips/${id}/plan.ics`}>
        <label for="start">First day</label>
        <input type="date" id="start" name="start" required defaultValue={firstDay} />
        <label for="time-zone">Time zone of the place (optional)</label>
        <input
          id="time-zone"
          name="timeZone"
          list="time-zones"
          placeholder="Europe/Berlin"
          autocomplete="off"
          defaultValue={timeZone}
        />
        <datalist id="time-zones">
          {zones.map((zone) => <option key={zone} value={zone} />)}
        </datalist>
        <button type="submit">Download</button>
      </form>
    </details>
  );
}

function dayAfter(iso: string): string {
  return new Date(Date.parse(iso) + DAY_MS).toISOString().slice(0, 10);
}

function CopyLink() {
  const [isCopied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      setCopied(true);
    } catch {
      // The browser forbids it, or the page has no clipboard because it was served without TLS.
      prompt("Copy the link to this trip:", location.href);
    }
  }
  return (
    <button type="button" class="needs-script" onClick={copy}>
      {isCopied ? "Link copied" : "Copy link"}
    </button>
  );
}

/** Tells why there is no plan. */
function Outcome({ wish, job }: { wish: Wish | null; job: Job }) {
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

/** Watches a job. Returns its current state and what stops the page from watching it. */
function useTrip(first: Job) {
  const [job, setJob] = useState(first);
  const [connection, setConnection] = useState<Connection>("polling");
  const [hasExpired, setExpired] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  function show(job: Job): void {
    // The dock is removed together with the element that has the focus.
    if (isEnded(job) && document.activeElement?.closest(".dock")) focusOn("main");
    setJob(job);
    openRecentTrips().update(job);
  }

  useEffect(() => {
    openRecentTrips().put(first);
    if (first.status !== "processing") return;
    const unmounted = new AbortController();
    const follow = async (): Promise<void> => {
      const hadKey = hasApiKey();
      try {
        await openClient().watch(first, {
          signal: unmounted.signal,
          onProgress: show,
          onConnection: setConnection,
        });
      } catch (error) {
        if (unmounted.signal.aborted) return;
        // The client has dropped a key that was refused. The trip may be readable without one.
        if (hadKey && !hasApiKey()) return await follow();
        if (isGone(error)) return setExpired(true);
        const isLocked = (error as TripError).code === "unauthorized";
        setFault(`This page can't show updates${isLocked ? " without an API key" : ""}.`);
      }
    };
    follow();
    return () => unmounted.abort();
  }, [first]);

  return { job, connection, hasExpired, fault, end: show };
}

/** Marks of the title that show the state in a list of tabs. */
const TITLE_MARKS = { processing: "…", completed: "✓ ", failed: "✗ ", canceled: "" };

/** Returns the announcement for screen readers. */
function useAnnouncement(job: Job): string {
  const [announcement, setAnnouncement] = useState("");
  const count = job.partial?.length ?? 0;
  const { partNoun } = tripViewOf(job);
  useEffect(() => {
    const announcements = {
      processing: count > 0
        ? `${partNoun} ${count} is ready.`
        : job.progress && describeProgress(job.progress) || "",
      completed: "Your plan is ready.",
      failed: "We couldn't write your plan.",
      canceled: "This trip was canceled.",
    };
    setAnnouncement(announcements[job.status]);
  }, [job.status, count, job.progress?.phase]);
  return announcement;
}
