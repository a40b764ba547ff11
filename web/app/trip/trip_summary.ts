/**
 * What a trip is in a sentence, for shared links. Runs in browsers and on the server.
 * @module
 */
import type { Job } from "../../client/client.ts";
import type { Words } from "../../words/words.ts";
import { tripViewOf, writtenParts } from "../kinds/registry.ts";
import { titleOfJob } from "../wish.ts";

/** Previews of links show about this much. */
const MAX_CHARACTERS = 200;

/** Describes a trip: `5 days in Lisbon: Alfama and the castle, Belém, …`. */
export function describeTrip(job: Job, words: Words): string {
  const view = tripViewOf(job);
  const headline = view.summaryOf?.(job, words).headline ?? titleOfJob(job, words);
  const parts = writtenParts(job, words);
  if (parts.length === 0) return `${headline}.`;
  const text = `${headline}: ${parts.map(({ title }) => title.trim()).join(", ")}`;
  const characters = [...text];
  if (characters.length < MAX_CHARACTERS) return `${text}.`;
  const start = characters.slice(0, MAX_CHARACTERS - 1).join("");
  return `${start.replace(/[\s,]+\S*$/, "")}…`;
}
