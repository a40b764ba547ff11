/**
 * What the page of a trip announces to screen readers: at most {@link MAX_ANNOUNCEMENTS} sentences for
 * a whole plan.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Job } from "../../client/client.ts";
import { useWords, type Words } from "../../words/words.ts";
import type { ChangedParts } from "../shaping/live.ts";
import { describeProgress, partNameOf } from "./progress_text.ts";

/** More would keep a listener busy while a long plan is written. */
export const MAX_ANNOUNCEMENTS = 10;

/** How many finished parts of a long plan are announced, apart from the first. */
const MAX_PARTS = 5;

/** The phases that end by themselves are announced once, those with trouble each time. */
const onceOnly: ReadonlySet<string> = new Set(["queued", "starting", "thinking", "researching"]);

/** Decides what to announce of the states of one job. */
export class Announcer {
  readonly #words: Words;
  readonly #phases = new Set<string>();
  #phase: string | undefined;
  #parts = 0;
  #count = 0;

  constructor(words: Words) {
    this.#words = words;
  }

  /**
   * Returns the announcement for a state of the job; `null`: nothing new is worth one.
   *
   * @param changed the parts that a change writes; `null`: the job writes a new plan
   */
  next(job: Job, changed: ChangedParts | null = null): string | null {
    const { waiting } = this.#words;
    const ends = { completed: waiting.ready, failed: waiting.failed, canceled: waiting.stopped };
    if (job.status !== "processing") return ends[job.status];
    const text = this.#partOf(job, changed) ?? this.#phaseOf(job);
    // The last one is for the end.
    if (text === null || this.#count >= MAX_ANNOUNCEMENTS - 1) return null;
    this.#count++;
    return text;
  }

  /** Announces the first part, then each n-th. The last one of all is announced by the end. */
  #partOf(job: Job, changed: ChangedParts | null): string | null {
    const count = job.partial?.length ?? 0;
    const { of = null } = job.progress ?? {};
    // An attempt after a fault begins again.
    if (count < this.#parts) this.#parts = 0;
    const every = Math.max(1, Math.ceil((of ?? 0) / MAX_PARTS));
    const before = this.#parts;
    const isDue = count > before && (before === 0 || count - before >= every);
    if (!isDue || (before > 0 && count === of)) return null;
    this.#parts = count;
    // A change may not tell which part it has written.
    const number = changed ? changed.finished : count;
    if (number === null) return null;
    return this.#words.waiting.partReady(partNameOf(job, this.#words), number);
  }

  #phaseOf(job: Job): string | null {
    const { progress } = job;
    const phase = progress?.phase;
    if (!progress || phase === undefined || phase === this.#phase) return null;
    this.#phase = phase;
    // Its parts are announced.
    if (phase === "writing") return null;
    if (onceOnly.has(phase) && this.#phases.has(phase)) return null;
    this.#phases.add(phase);
    return describeProgress(progress, { part: partNameOf(job, this.#words), words: this.#words });
  }
}

/** Returns the current announcement. */
export function useAnnouncement(job: Job, changed: ChangedParts | null): string {
  const words = useWords();
  const announcer = useRef<Announcer>(null);
  const [announcement, setAnnouncement] = useState("");
  useEffect(() => {
    announcer.current ??= new Announcer(words);
    const next = announcer.current.next(job, changed);
    if (next !== null) setAnnouncement(next);
  }, [job.status, job.partial?.length, job.progress?.phase]);
  return announcement;
}
