/**
 * The progress of a job in the words of the page. The messages of the API are for developers, and in
 * English only.
 * @module
 */
import type { Job } from "../../client/client.ts";
import type { Words } from "../../words/words.ts";
import { wishViewOf } from "../kinds/registry.ts";
import type { ChangedParts } from "../shaping/live.ts";
import { nounOf } from "../wish.ts";

type Progress = NonNullable<Job["progress"]>;

/** What the words need of the progress. */
export type WorkState = Pick<Progress, "phase" | "step" | "of" | "tools">;

/** Positions above this are rounded. */
const EXACT_POSITIONS = 100;

/** Returns what the page says about the position of a waiting trip. */
export function describePosition(position: number, { waiting, language }: Words): string {
  if (position === 1) return waiting.next;
  if (position <= EXACT_POSITIONS) return waiting.ahead(position - 1);
  return waiting.aboutAhead(new Intl.NumberFormat(language).format(position));
}

/**
 * Returns what the page says of the work.
 *
 * @param part the name of a part of the plan, see {@link partNameOf}
 * @param changed the parts that a change writes; `null`: the job writes a new plan
 */
export function describeProgress(state: WorkState, { part, changed = null, words }: {
  part: string;
  changed?: ChangedParts | null;
  words: Words;
}): string {
  const { waiting } = words;
  const { phase, step, of } = state;
  switch (phase) {
    case "queued":
    case "paused":
    case "retrying":
    case "thinking":
      return waiting[phase];
    case "waiting":
      return waiting.away;
    case "researching":
      return describeResearch(state, words);
    case "writing":
      if (step === of) return waiting.finishing;
      if (!changed) return waiting.writing(part, step + 1, of);
      return changed.current === null
        ? waiting.changing
        : waiting.changingPart(part, changed.current);
    // Also a phase of a later version.
    default:
      return waiting.starting;
  }
}

function describeResearch({ tools = [] }: WorkState, { waiting, language }: Words): string {
  const names: Record<string, string> = waiting.tools;
  const things = tools.flatMap((tool) => names[tool] ?? []);
  // An unknown tool may look up more than the known ones.
  if (things.length === 0 || things.length < tools.length) return waiting.researching;
  return waiting.lookingUp(new Intl.ListFormat(language).format(things));
}

/** Returns the name of a part of the plan, such as `Day`. */
export function partNameOf(job: Job, { waiting }: Words): string {
  const names: Record<string, string> = waiting.parts;
  return names[nounOf(job)] ?? wishViewOf(job)?.partNoun ?? waiting.parts.other;
}
