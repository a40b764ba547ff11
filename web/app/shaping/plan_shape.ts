/**
 * What shaping needs to know of the plans of a kind: where their parts and items are, such as days
 * and activities, and how a change names them. Runs in browsers and on the server.
 * @module
 */
import type { Bundle, ChangeOf, Day, Job, JobId } from "../../client/job.ts";

/** A part of a plan: a day or a bundle. */
export type Part = Day | Bundle;
/** An item of a part: an activity or an event. */
export type Item = Day["activities"][number] | Bundle["keyEvents"][number];
/** The body of `POST …/refinements`. */
export type Change = ChangeOf<JobId>;

/** A part of a plan, or one of its items. */
export interface PartRef {
  /** The index of the part. */
  part: number;
  /** The index of the item in its part, as the page shows it; unset: the whole part. */
  index?: number | undefined;
}

/** What the traveler asked for in a version. Without a member: the first plan. */
export interface Asked {
  /** The number of a part, counted from 1. */
  part?: number | undefined;
  /** The number of an item of the part, counted from 1. */
  item?: number | undefined;
  /** The wish in the words of the traveler; empty: only its maker may read them. */
  text?: string | undefined;
  /** The names of the changed facts of the request. */
  members?: string[] | undefined;
}

/** What identifies an item for the traveler. */
export interface ItemLabel {
  title: string;
  place: string;
  time: string;
}

/** The plans of a kind. The types of methods let a kind use its own job, part and item. */
export interface PlanShape<J = Job, P = Part, I = Item> {
  /** The name of a part, which chooses the words. */
  readonly noun: "day" | "bundle";
  /** The members in the paths of warnings: `["days", "activities"]`. */
  readonly members: readonly [parts: string, items: string];
  /** Returns the parts of a plan, or of a growing plan the finished ones. */
  partsOf(job: J): readonly P[];
  /** Returns a job with other parts. */
  withParts(job: J, parts: readonly P[]): J;
  /** Returns how many parts the finished plan will have; `null`: the model decides. */
  countOf(job: J): number | null;
  /** Returns the number that a part has by itself, counted from 1; `null`: it has none. */
  numberOf(part: P): number | null;
  titleOf(part: P): string;
  itemsOf(part: P): readonly I[];
  labelOf(item: I): ItemLabel;
  /**
   * Returns a part with some of its items in another order.
   *
   * @param kept the indexes of the items
   */
  arrange(part: P, kept: readonly number[]): P;
  /** Returns the change that writes a part or an item anew. The indexes are those of the service. */
  changeOf(ref: PartRef): Change;
  /** Returns what a stored change asks for. */
  askedOf(change: unknown): Asked;
}

/** The start of an instruction that is about one part. The model reads it, so it is English. */
const ONLY = /^Change only (?:day|bundle) (\d+): /;

/**
 * Returns the instruction for a wish in the words of the traveler.
 *
 * @param number the number of the only part to change, counted from 1; `null`: the whole plan
 */
export function instructionFor(
  { noun }: Pick<PlanShape, "noun">,
  { text, number }: { text: string; number: number | null },
): string {
  return number === null ? text : `Change only ${noun} ${number}: ${text}`;
}

/** Reads an instruction that {@link instructionFor} has written. */
export function askedIn(instruction: string): Asked {
  const number = Number(instruction.match(ONLY)?.[1] ?? 0);
  const text = instruction.replace(ONLY, "");
  return number > 0 ? { part: number, text } : { text };
}

/** The length of a wish in own words: the limit of the API, with room for the part that it names. */
export const MAX_TEXT = 960;
