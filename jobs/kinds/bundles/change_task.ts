/**
 * What a model has to write for a change of bundles.
 * @module
 */
import { z } from "zod";
import type { PlanParts } from "../../kind.ts";
import { faultOfNumbers, numbersFrom } from "../changes/change.ts";
import {
  type Bundle,
  type Bundles,
  MAX_BUNDLES,
  NumberedBundle,
  WrittenBundle,
  WrittenEvent,
} from "./plan.ts";
import type { StoredChange } from "./refinement.ts";
import type { BundlesRequest } from "./request.ts";

/** What a model writes. */
export type WrittenChange = { bundles: NumberedBundle[] } | { event: WrittenEvent };

/** What a model has to write. */
export interface ChangeTask {
  /** What it must write, in words for the model. */
  instructions: string;
  /** The change, as data for the model. */
  change: unknown;
  /** The parts of the plan that the model must know, as data. */
  plan: unknown;
  schema: z.ZodType<WrittenChange>;
  parts: PlanParts;
}

/** The plan and the wishes that a change is about. */
export interface ChangeSituation {
  /** The plan to change. */
  start: Bundles;
  /** The wish that the plan was written for. */
  before: BundlesRequest;
  /** Returns a bundle as progress shows it before the review. */
  shown: (bundle: WrittenBundle) => Bundle;
}

/** Returns what the model has to write. */
export function changeTask(change: StoredChange, situation: ChangeSituation): ChangeTask {
  if ("wish" in change) return wishTask(change.wish, situation);
  if ("instruction" in change) return instructionTask(change, situation);
  const { bundle, event } = change;
  return event === undefined
    ? bundleTask({ bundle }, situation)
    : eventTask({ bundle, event }, situation);
}

function bundleTask(
  { bundle }: { bundle: number },
  { start, shown }: ChangeSituation,
): ChangeTask {
  const schema = z.object({
    bundles: z.array(NumberedBundle).length(1, { error: "must have exactly 1 entry" }),
  }).check(({ value: { bundles }, issues }) => {
    if (bundles[0]?.bundle === bundle) return;
    const message = `must have bundle ${bundle}`;
    issues.push({ code: "custom", path: ["bundles"], message, input: bundles });
  });
  return {
    instructions:
      `The traveller wants another bundle ${bundle}. Write bundle ${bundle} anew, clearly different ` +
      "from the present one in mood, with events that the plan does not have yet. Answer " +
      '{"bundles": […]} with this one bundle.',
    change: { bundle },
    plan: planFor(start, (number) => number === bundle),
    schema,
    parts: partsOf({ count: 1, max: 1, shown }),
  };
}

function eventTask(
  { bundle, event }: { bundle: number; event: number },
  { start, shown }: ChangeSituation,
): ChangeTask {
  return {
    instructions:
      `The traveller wants another key event in place of event ${event} of bundle ${bundle}. Write ` +
      "one that the plan does not have yet. It must fit between the events before and after it, in " +
      'time and place, and into the mood of the bundle. Answer {"event": {…}} with it.',
    change: { bundle, event },
    plan: planFor(start, (number) => number === bundle),
    schema: z.object({ event: WrittenEvent }),
    // The part of a plan is a whole bundle.
    parts: { ...partsOf({ count: 1, max: 0, shown }), noun: "changed event" },
  };
}

function instructionTask(
  { instruction }: { instruction: string },
  { start, shown }: ChangeSituation,
): ChangeTask {
  const count = start.bundles.length;
  const further = count < MAX_BUNDLES
    ? ` A further bundle has the number ${count + 1}, up to ${MAX_BUNDLES} in all.`
    : "";
  return {
    instructions:
      'The change says in "instruction" what the traveller wants to be different about the plan. ' +
      "Rewrite the bundles that this concerns, at least one, and no others; in these bundles, keep " +
      'what it does not concern. Answer {"bundles": […]} with these bundles only, each with its ' +
      `number from 1 to ${count}.${further}`,
    change: { instruction },
    plan: planFor(start, () => true),
    ...anyBundles({ count, min: 1, required: [], shown }),
  };
}

function wishTask(
  names: readonly string[],
  { start, before, shown }: ChangeSituation,
): ChangeTask {
  const count = start.bundles.length;
  const preferences = before.preferences as Record<string, unknown>;
  const wishBefore = Object.fromEntries(names.map((name) => [name, preferences[name] ?? null]));
  const required = names.includes("city") ? numbersFrom(1, count) : [];
  return {
    instructions:
      "The traveller has changed the wish. The wish has the new values, and the change has the old " +
      'ones in "before" (null: not given). ' +
      (required.length === 0
        ? "Rewrite the bundles that no longer fit the wish, and no others, or none if all still fit. "
        : "Write all bundles anew, because they must be elsewhere. ") +
      `Answer {"bundles": […]} with these bundles only, each with its number from 1 to ${count}.`,
    change: { before: wishBefore },
    plan: planFor(start, () => true),
    ...anyBundles({ count, min: required.length, required, shown }),
  };
}

/** Returns the schemas of an answer that may have any bundles of a plan, and further ones. */
function anyBundles({ count, min, required, shown }: {
  count: number;
  min: number;
  required: number[];
  shown: ChangeSituation["shown"];
}) {
  const schema = z.object({
    bundles: z.array(NumberedBundle).min(min).max(MAX_BUNDLES)
      .overwrite((bundles) => bundles.toSorted((one, other) => one.bundle - other.bundle)),
  }).check(({ value: { bundles }, issues }) => {
    const numbers = bundles.map(({ bundle }) => bundle);
    const last = Math.max(count, ...numbers);
    const fault = faultOfNumbers(numbers, {
      noun: "bundle",
      count: MAX_BUNDLES,
      required: [...required, ...numbersFrom(count + 1, last)],
    });
    if (fault) issues.push({ code: "custom", path: ["bundles"], message: fault, input: bundles });
  });
  return { schema, parts: partsOf({ count: null, max: MAX_BUNDLES, shown }) };
}

function partsOf(
  { count, max, shown }: {
    count: number | null;
    max: number;
    shown: ChangeSituation["shown"];
  },
): PlanParts {
  const part = NumberedBundle.transform(({ bundle: _, ...bundle }) => shown(bundle));
  return {
    member: "bundles",
    noun: "changed bundle",
    count,
    schemaAt: (index) => index < max ? part : z.never(),
  };
}

/**
 * Returns the plan for the prompt: some bundles as the model writes them, and of the others only what
 * tells what they are about.
 */
function planFor({ bundles }: Bundles, isWhole: (number: number) => boolean) {
  return {
    bundles: bundles.map((bundle, index) => {
      const number = { bundle: index + 1 };
      if (isWhole(index + 1)) return { ...number, ...WrittenBundle.parse(bundle) };
      const keyEvents = bundle.keyEvents.map(({ name, date, venue }) => ({ name, date, venue }));
      return { ...number, title: bundle.title, keyEvents };
    }),
  };
}
