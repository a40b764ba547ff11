/**
 * How far the work is: it stays at the bottom of the window, so that nothing moves when it leaves.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Connection, Job } from "../client/client.ts";
import { useAwake } from "./focus.ts";
import { idOf } from "../client/job.ts";
import { tripViewOf } from "./kinds/registry.ts";
import { openClient, tripUrl } from "./session.ts";

export interface DockProps {
  job: Job;
  connection: Connection;
  /** Why the page cannot follow the job any more, if it cannot. */
  fault: string | null;
  /** For how long the job has been there when the page was made, in milliseconds. */
  ageMs: number;
  onEnded: (job: Job) => void;
}

/** How long the dock shows each of its waitingTips. */
const TURN_MS = 7_000;

export function Dock({ job, connection, fault, ageMs, onEnded }: DockProps) {
  const { stages, waitingTips, reasoningOf } = tripViewOf(job);
  const elapsedMs = useElapsed(ageMs, job);
  const isAwake = useAwake();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { phase, message, step, of } = job.progress!;
  const stage = phase === "starting" || phase === "retrying" ? "queued" : phase;
  const aside = waitingTips[Math.floor(elapsedMs / TURN_MS) % waitingTips.length];
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
          {isAwake ? <p class="quiet" aria-hidden="true">{`${aside}…`}</p> : (
            <p class="quiet late">
              Nothing new? <a href="">Load the page again.</a>
            </p>
          )}
        </div>
        <CancelForm job={job} onEnded={onEnded} onRefused={setRefusal} />
      </div>
      {reasoningOf && <Reasoning summaries={reasoningOf(job)} />}
    </section>
  );
}

interface MessageProps extends Pick<DockProps, "fault" | "connection"> {
  /** Why the job was not canceled. */
  refusal: string | null;
  /** What the service says it is at. */
  message: string;
}

/** What matters most at the moment. */
function Message({ fault, refusal, connection, message }: MessageProps) {
  if (fault !== null) {
    return (
      <>
        This page cannot follow the trip: {fault}. <a href="">Load it again</a>
      </>
    );
  }
  if (refusal !== null) return <>Not canceled: {refusal}.</>;
  return (
    <>
      {connection === "lost" ? "No connection. The work goes on; this page keeps trying." : message}
    </>
  );
}

interface CancelFormProps extends Pick<DockProps, "job" | "onEnded"> {
  /** Learns why the job was not canceled; `null` when that is tried again. */
  onRefused: (reason: string | null) => void;
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
      onRefused((error as Error).message);
    } finally {
      setSending(false);
    }
  }

  return (
    <form method="post" action={`${tripUrl(idOf(job))}/cancel`} onSubmit={cancel}>
      <button type="submit" aria-disabled={isSending}>
        {isSending ? "Canceling…" : "Cancel"}
      </button>
    </form>
  );
}

/** What the model says of its reasoning, the latest first to be seen. */
export function Reasoning({ summaries }: { summaries: readonly string[] }) {
  return (
    <details class="reasoning">
      <summary>
        <span class="quiet">Reasoning:</span>{" "}
        <span dir="auto">{headOf(summaries.at(-1) ?? "nothing yet")}</span>
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

/** Models begin a summary with its headline, in the asterisks of Markdown. */
function headOf(summary: string): string {
  return plain(summary).split("\n")[0]!;
}

function plain(summary: string): string {
  return summary.replaceAll("**", "").trim();
}

/**
 * How old the job is, on a clock that nobody can set. That a page comes out of a cache, or has slept, is
 * noticed by the service's own times.
 */
function useElapsed(ageMs: number, { createdAt, progress }: Job): number {
  const [elapsedMs, setElapsed] = useState(ageMs);
  const bornAt = useRef(Infinity);
  const knownMs = Date.parse(progress?.updatedAt ?? createdAt) - Date.parse(createdAt);
  useEffect(() => {
    const now = performance.now();
    bornAt.current = Math.min(bornAt.current, now - Math.max(ageMs, knownMs));
  }, [ageMs, knownMs]);
  useEffect(() => {
    const timer = setInterval(() => setElapsed(performance.now() - bornAt.current), 1_000);
    return () => clearInterval(timer);
  }, []);
  return elapsedMs;
}

/** Minutes and seconds, as a stopwatch shows them. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
