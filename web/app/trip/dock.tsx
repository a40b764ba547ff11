/**
 * The progress of a running job. It is fixed to the bottom of the window, so that nothing moves
 * when it disappears.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Connection, Job } from "../../client/client.ts";
import { useAwake } from "../focus.ts";
import { idOf } from "../../client/job.ts";
import { LocalTime } from "../local_time.tsx";
import { tripViewOf } from "../kinds/registry.ts";
import { describeStopRefusal } from "../refusal.ts";
import { openClient, refusalOf, tripUrl } from "../session.ts";

type Progress = NonNullable<Job["progress"]>;

export interface DockProps {
  job: Job;
  connection: Connection;
  /** Tells that the page can no longer watch the job; `null`: it can. */
  fault: string | null;
  /** The age of the job when the page was rendered, in milliseconds. */
  ageMs: number;
  /** Whether to show the button that cancels the job. */
  canCancel: boolean;
  onEnded: (job: Job) => void;
}

/** How long the dock shows each of its waiting tips. */
const TIP_MS = 7_000;

export function Dock({ job, connection, fault, ageMs, canCancel, onEnded }: DockProps) {
  const { stages, waitingTips, reasoningOf } = tripViewOf(job);
  const elapsedMs = useElapsed(ageMs, job);
  const isAwake = useAwake();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { phase, step, of, position, expectedStartAt } = job.progress!;
  const hasPosition = phase === "queued" && position !== null && connection !== "lost";
  // In the place of the message, so that the dock keeps its height when the work begins.
  const message = hasPosition
    ? <Queue position={position} expectedStartAt={expectedStartAt} />
    : describeProgress(job.progress!);
  const isEarly = earlyPhases.has(phase);
  const stage = isEarly ? "queued" : phase;
  const tip = connection === "lost"
    ? "Check your connection."
    : waitingTips[Math.floor(elapsedMs / TIP_MS) % waitingTips.length];
  const isWrong = fault || refusal || connection === "lost" || phase === "retrying";
  return (
    <section class="dock" aria-label="Progress">
      <div class="row">
        <ol class="stages">
          {stages.map(([name, label]) => (
            <li key={name} aria-current={name === stage ? "step" : undefined}>{label}</li>
          ))}
        </ol>
        <p class="elapsed">
          <span class="unseen">Elapsed:</span> {formatDuration(elapsedMs)}
        </p>
      </div>
      <progress aria-label="Parts of the plan" {...(of && { value: step, max: of })} />
      <div class="row">
        <div class="messages">
          <p class={isWrong ? "title wrong" : "title"} role={refusal ? "alert" : undefined}>
            <Message {...{ fault, refusal, connection, message }} />
          </p>
          {isAwake ? <p class="quiet" aria-hidden="true">{tip}</p> : (
            <p class="quiet late">
              No updates? <a href="">Reload the page</a>
            </p>
          )}
        </div>
        {canCancel && <CancelForm job={job} onEnded={onEnded} onRefused={setRefusal} />}
      </div>
      {reasoningOf && <Reasoning summaries={reasoningOf(job)} />}
    </section>
  );
}

interface MessageProps extends Pick<DockProps, "fault" | "connection"> {
  /** Tells why the job was not canceled; `null`: nothing was refused. */
  refusal: string | null;
  /** What the service is doing. */
  message: ComponentChildren;
}

/** The phases in which nothing is written yet. */
const earlyPhases: ReadonlySet<Progress["phase"]> = new Set([
  "starting",
  "retrying",
  "waiting",
  "paused",
]);

/**
 * Tells how many trips are before this one, and when the work will probably begin. Screen readers do
 * not announce its changes, because it may change every second.
 */
function Queue(
  { position, expectedStartAt }: { position: number; expectedStartAt: string | null },
) {
  return (
    <>
      {describePosition(position)}
      {expectedStartAt && (
        <>
          {" "}
          We expect to start at about <LocalTime iso={expectedStartAt} />.
        </>
      )}
    </>
  );
}

/** Positions above this are rounded. */
const EXACT_POSITIONS = 100;

/** Returns what the page says about the position of a waiting trip. */
export function describePosition(position: number): string {
  if (position === 1) return "Your trip is next.";
  if (position === 2) return "One trip is ahead of yours.";
  if (position <= EXACT_POSITIONS) return `${position - 1} trips are ahead of yours.`;
  return `About ${position} trips are ahead of yours.`;
}

/** The messages of the API for these phases are for developers. */
const waitingMessages: Partial<Record<Progress["phase"], string>> = {
  queued: "Your plan is waiting. We will start to write it soon.",
  paused: "We're taking a short break. Your trip is saved, and we start when we're back.",
  retrying: "Something went wrong. We're trying again.",
  waiting: "The service that writes plans is not available. We will continue when it is back.",
};

/** Returns what the page says of the work. */
export function describeProgress({ phase, message }: Pick<Progress, "phase" | "message">): string {
  return waitingMessages[phase] ?? message;
}

/** Shows the most important message. */
function Message({ fault, refusal, connection, message }: MessageProps) {
  if (fault !== null) {
    return (
      <>
        {fault} <a href="">Reload the page</a>
      </>
    );
  }
  if (refusal !== null) return <>{refusal}</>;
  return (
    <>
      {connection === "lost"
        ? "No connection. Your trip is saved, and this page keeps trying."
        : message}
    </>
  );
}

interface CancelFormProps extends Pick<DockProps, "job" | "onEnded"> {
  /** Called with a sentence if the job was not canceled, and with `null` before each attempt. */
  onRefused: (sentence: string | null) => void;
}

function CancelForm({ job, onEnded, onRefused }: CancelFormProps) {
  const [isSending, setSending] = useState(false);

  async function cancel(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isSending) return;
    setSending(true);
    onRefused(null);
    try {
      onEnded(await openClient().cancel(job));
    } catch (error) {
      onRefused(describeStopRefusal(refusalOf(error)));
    } finally {
      setSending(false);
    }
  }

  return (
    <form method="post" action={`${tripUrl(idOf(job))}/cancel`} onSubmit={cancel}>
      <button type="submit" aria-disabled={isSending}>
        {isSending ? "Stopping…" : "Stop planning"}
      </button>
    </form>
  );
}

/** Shows the summaries of the model's reasoning, with the headline of the latest one on top. */
export function Reasoning({ summaries }: { summaries: readonly string[] }) {
  return (
    <details class="reasoning">
      <summary>
        <span class="quiet">Reasoning:</span>{" "}
        <span dir="auto">{headlineOf(summaries.at(-1) ?? "nothing yet")}</span>
      </summary>
      <ol tabIndex={0} aria-label="Reasoning so far">
        {summaries.map((summary, index) => (
          <li key={index} dir="auto">
            {plain(summary)}
          </li>
        ))}
      </ol>
    </details>
  );
}

/** Returns the headline of a summary: its first line, which models write in asterisks. */
function headlineOf(summary: string): string {
  return plain(summary).split("\n")[0]!;
}

function plain(summary: string): string {
  return summary.replaceAll("**", "").trim();
}

/**
 * Returns the age of the job in milliseconds, by a clock that does not follow the system time. The
 * timestamps of the service correct the age after the page was cached or asleep.
 */
function useElapsed(ageMs: number, { createdAt, progress }: Job): number {
  const [elapsedMs, setElapsed] = useState(ageMs);
  const startedAt = useRef(Infinity);
  const knownMs = Date.parse(progress?.updatedAt ?? createdAt) - Date.parse(createdAt);
  useEffect(() => {
    const now = performance.now();
    startedAt.current = Math.min(startedAt.current, now - Math.max(ageMs, knownMs));
  }, [ageMs, knownMs]);
  useEffect(() => {
    const timer = setInterval(() => setElapsed(performance.now() - startedAt.current), 1_000);
    return () => clearInterval(timer);
  }, []);
  return elapsedMs;
}

/** Formats a duration as minutes and seconds, such as `1:05`. */
function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
