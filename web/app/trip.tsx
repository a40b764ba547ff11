/**
 * The page of a trip: from its first second to its last.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { DAY_MS } from "../../lib/clock.ts";
import { AgainForm } from "./again_form.tsx";
import { isGone } from "../client/errors.ts";
import { hasApiKey } from "./api_key.ts";
import type { Connection, Job, TripError } from "../client/client.ts";
import { tripViewOf } from "./kinds/registry.ts";
import { Dock, formatDuration, Reasoning } from "./dock.tsx";
import { focusOn, pageTitle } from "./focus.ts";
import { GonePage } from "./gone.tsx";
import { idOf, isEnded } from "../client/job.ts";
import { LocalTime } from "./local_time.tsx";
import { openRecentTrips } from "./recent_trips.ts";
import { describeFailure } from "./refusal.ts";
import { openClient } from "./session.ts";
import { describeSource } from "./source.ts";
import { durationLabel, nounOf, titleOfJob, type Wish, wishOfJob } from "./wish.ts";

export interface TripState {
  page: "trip";
  /** As `GET` shows it. */
  job: Job;
  /** For how long it has been there, in milliseconds. */
  ageMs: number;
  /** Whether the server may give the plan to whoever follows a link. */
  isOpen: boolean;
}

export function TripPage({ state }: { state: TripState }) {
  const { job, connection, hasExpired, fault, end } = useTrip(state.job);
  const wish = wishOfJob(job);
  const id = idOf(job);
  const news = useNews(job);
  const madeUp = describeSource(job.source);
  if (hasExpired) return <GonePage state={{ page: "gone", id }} />;
  const isGrowing = job.status === "processing";
  const view = tripViewOf(job);
  const reasoning = isGrowing ? [] : view.reasoningOf?.(job) ?? [];
  return (
    <main id="main" class="trip" tabIndex={-1}>
      <TripHeader job={job} isOpen={state.isOpen} />
      <p class="unseen" role="status">{news}</p>
      <Outcome wish={wish} job={job} />
      <view.Plan job={job} isGrowing={isGrowing} />
      {madeUp && <p class="source quiet">{madeUp.text}</p>}
      {reasoning.length > 0 && <Reasoning summaries={reasoning} />}
      {isGrowing && (
        <Dock
          job={job}
          connection={connection}
          fault={fault}
          ageMs={state.ageMs}
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
          kept until <LocalTime iso={job.expiresAt} />
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

/** How the job stands, in a few words. */
function describeState({ status, createdAt, completedAt }: Job): string {
  if (status === "processing") return "being written";
  const took = formatDuration(Date.parse(completedAt ?? createdAt) - Date.parse(createdAt));
  return { completed: `written in ${took}`, failed: "failed", canceled: "canceled" }[status];
}

/** They are in their places from the start, so that nothing moves when there is a plan. */
function Actions({ job, isOpen }: { job: Job; isOpen: boolean }) {
  const id = idOf(job);
  const isReady = job.status === "completed";
  const { markdown, calendar } = tripViewOf(job).files;
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
          {markdown && <a role="link" class="button" {...plan("md")}>Markdown</a>}
          <a role="link" class="button" {...plan("json")}>JSON</a>
          {calendar === "first day" && isReady
            ? <CalendarForm id={id} createdAt={job.createdAt} />
            : calendar && <a role="link" class="button" {...plan("ics")}>Calendar</a>}
        </>
      )}
    </div>
  );
}

/** A plan that has days, but no dates: a calendar needs its first day. */
function CalendarForm({ id, createdAt }: { id: string; createdAt: string }) {
  return (
    <details class="menu">
      <summary class="button">Calendar</summary>
      <form method="get" action={`/trips/${id}/plan.ics`}>
        <label for="start">First day</label>
        <input type="date" id="start" name="start" required defaultValue={dayAfter(createdAt)} />
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
      // Forbidden, or a page without TLS, where there is no clipboard.
      prompt("The link of this trip", location.href);
    }
  }
  return (
    <button type="button" class="needs-script" onClick={copy}>
      {isCopied ? "Link copied" : "Copy link"}
    </button>
  );
}

/** What is said in place of a plan. */
function Outcome({ wish, job }: { wish: Wish | null; job: Job }) {
  if (job.status === "failed") {
    const { sentence, nextAction } = describeFailure(job.failure);
    return (
      <div class="notice" role="alert">
        <p class="title">{sentence}</p>
        <p>{job.failure?.hint}</p>
        <p class="quiet">The reason: {job.error}</p>
        {wish && <AgainForm id={idOf(job)} wish={wish} verb="Try again" best={nextAction} />}
      </div>
    );
  }
  if (job.status === "canceled") {
    return (
      <div class="notice">
        <p class="title">You have canceled this trip.</p>
        {wish && <AgainForm id={idOf(job)} wish={wish} verb="Make it after all" best="repeat" />}
      </div>
    );
  }
  return null;
}

/** The job as it is, from now on. */
function useTrip(first: Job) {
  const [job, setJob] = useState(first);
  const [connection, setConnection] = useState<Connection>("polling");
  const [hasExpired, setExpired] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  function show(job: Job): void {
    // The dock goes, and what had the focus there.
    if (isEnded(job) && document.activeElement?.closest(".dock")) focusOn("main");
    setJob(job);
    openRecentTrips().update(job);
  }

  useEffect(() => {
    openRecentTrips().put(first);
    if (first.status !== "processing") return;
    const left = new AbortController();
    const follow = async (): Promise<void> => {
      const hadKey = hasApiKey();
      try {
        await openClient().watch(first, {
          signal: left.signal,
          onProgress: show,
          onConnection: setConnection,
        });
      } catch (error) {
        if (left.signal.aborted) return;
        // It may be public: the key that did not fit has been dropped.
        if (hadKey && !hasApiKey()) return await follow();
        if (isGone(error)) return setExpired(true);
        const { code, message } = error as TripError;
        setFault(code === "unauthorized" ? "it needs an API key" : message);
      }
    };
    follow();
    return () => left.abort();
  }, [first]);

  return { job, connection, hasExpired, fault, end: show };
}

/** What is worth saying aloud, and the title of the tab. */
function useNews(job: Job): string {
  const [news, setNews] = useState("");
  const count = job.partial?.length ?? 0;
  const { partNoun } = tripViewOf(job);
  useEffect(() => {
    const title = titleOfJob(job);
    const said = {
      processing: count > 0 ? `${partNoun} ${count} is ready.` : job.progress?.message ?? "",
      completed: "Your plan is ready.",
      failed: "There is no plan.",
      canceled: "Canceled.",
    };
    setNews(said[job.status]);
    const marks = { processing: "…", completed: "✓ ", failed: "✗ ", canceled: "" };
    document.title = pageTitle(marks[job.status] + title);
  }, [job.status, count, job.progress?.phase]);
  return news;
}
