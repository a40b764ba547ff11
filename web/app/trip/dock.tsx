/**
 * The progress of a running job. It is fixed to the bottom of the window, so that nothing moves
 * when it disappears.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Connection, Job } from "../../client/client.ts";
import { useWords } from "../../words/words.ts";
import { useAwake } from "../focus.ts";
import { tripViewOf } from "../kinds/registry.ts";
import { TimeIn } from "../local_time.tsx";
import type { ChangedParts } from "../shaping/live.ts";
import { describePosition, describeProgress, partNameOf } from "./progress_text.ts";
import { StopForm } from "./stop_form.tsx";

type Progress = NonNullable<Job["progress"]>;

export interface DockProps {
  job: Job;
  /** The parts that a change writes; `null`: the job writes a new plan. */
  changed: ChangedParts | null;
  connection: Connection;
  /** Tells that the page can no longer watch the job; `null`: it can. */
  fault: string | null;
  /** The age of the job when the page was rendered, in milliseconds. */
  ageMs: number;
  /** Whether to show the button that cancels the job. */
  canCancel: boolean;
  onEnded: (job: Job) => void;
}

/** The phases in which nothing is written yet. */
const earlyPhases: ReadonlySet<Progress["phase"]> = new Set([
  "starting",
  "retrying",
  "waiting",
  "paused",
]);

/** The phases in which something is in the way. */
const troubledPhases: ReadonlySet<Progress["phase"]> = new Set(["retrying", "waiting", "paused"]);

export function Dock({ job, changed, connection, fault, ageMs, canCancel, onEnded }: DockProps) {
  const { label, partsOfPlan, stages: names, ...words } = useWords().waiting;
  const { stages, reasoningOf } = tripViewOf(job);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { phase, step, of } = job.progress!;
  const stage = earlyPhases.has(phase) ? "queued" : phase;
  const isLost = connection === "lost";
  const isWrong = fault || refusal || isLost;
  const mood = isWrong ? " wrong" : troubledPhases.has(phase) ? " troubled" : "";
  return (
    <section class="dock" aria-label={label}>
      <ol class="stages">
        {stages.map((name) => (
          <li key={name} aria-current={name === stage ? "step" : undefined}>{names[name]}</li>
        ))}
      </ol>
      <progress aria-label={partsOfPlan} {...(of && { value: step, max: of })} />
      <div class="row">
        <p class={`title${mood}`} role={refusal ? "alert" : undefined}>
          <Message {...{ job, changed, fault, refusal, isLost }} />
        </p>
        <div class="side">
          <p class="elapsed">
            <span class="unseen">{words.elapsed}</span> <Elapsed job={job} ageMs={ageMs} />
          </p>
          {canCancel && <StopForm job={job} onEnded={onEnded} onRefused={setRefusal} />}
        </div>
      </div>
      <Hint canClose={!isWrong} />
      {reasoningOf && <Reasoning summaries={reasoningOf(job)} />}
    </section>
  );
}

interface MessageProps extends Pick<DockProps, "job" | "changed" | "fault"> {
  /** Tells why the job was not canceled; `null`: nothing was refused. */
  refusal: string | null;
  /** Whether the service does not respond. */
  isLost: boolean;
}

/** Shows the most important message. */
function Message({ job, changed, fault, refusal, isLost }: MessageProps): ComponentChildren {
  const { reload, offline, unreachable } = useWords().waiting;
  if (fault !== null) {
    return (
      <>
        {fault} <a href="">{reload}</a>
      </>
    );
  }
  if (refusal !== null) return refusal;
  if (isLost) return navigator.onLine ? unreachable : offline;
  return <Work job={job} changed={changed} />;
}

/**
 * Tells what the service does. Screen readers do not announce changes of a position, because it may
 * change every second.
 */
function Work({ job, changed }: Pick<DockProps, "job" | "changed">) {
  const words = useWords();
  const { phase, position, expectedStartAt } = job.progress!;
  // In the place of the message, so that the dock keeps its height when the work begins.
  if (phase !== "queued" || position === null) {
    const part = partNameOf(job, words);
    return <>{describeProgress(job.progress!, { part, changed, words })}</>;
  }
  return (
    <>
      {describePosition(position, words)}
      {expectedStartAt && (
        <>
          {" "}
          <TimeIn text={words.waiting.expectedStart} iso={expectedStartAt} />
        </>
      )}
    </>
  );
}

/** Tells what the traveler may do, or how the page is updated where no script runs. */
function Hint({ canClose }: { canClose: boolean }) {
  const { canClose: text, noUpdates, reload } = useWords().waiting;
  if (useAwake()) return <p class="hint quiet">{canClose && text}</p>;
  return (
    <p class="hint quiet late">
      {noUpdates} <a href="">{reload}</a>
    </p>
  );
}

/** Shows the age of the job. It changes every second, and nothing else with it. */
function Elapsed({ job, ageMs }: Pick<DockProps, "job" | "ageMs">) {
  return <>{formatDuration(useElapsed(ageMs, job))}</>;
}

/** Shows the summaries of the model's reasoning, with the headline of the latest one on top. */
export function Reasoning({ summaries }: { summaries: readonly string[] }) {
  const { reasoning, noReasoning, allReasoning } = useWords().waiting;
  return (
    <details class="reasoning">
      <summary>
        <span class="quiet">{reasoning}</span>{" "}
        <span dir="auto">{headlineOf(summaries.at(-1) ?? noReasoning)}</span>
      </summary>
      <ol tabIndex={0} aria-label={allReasoning}>
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
