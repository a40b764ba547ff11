/** A prompt's text belongs to its version: a job that resumes reuses only turns of its own version. */
import { assertStrictEquals } from "@std/assert";
import { changeInstructions as changeBundles } from "../../../jobs/kinds/bundles/change_prompt.ts";
import { changeTask as bundlesTask } from "../../../jobs/kinds/bundles/change_task.ts";
import { BUNDLES_PROMPT_VERSION, bundlesInstructions } from "../../../jobs/kinds/bundles/prompt.ts";
import {
  ITINERARY_PROMPT_VERSION,
  itineraryInstructions,
} from "../../../jobs/kinds/itinerary/prompt.ts";
import { changeInstructions as changeItinerary } from "../../../jobs/kinds/itinerary/change_prompt.ts";
import { changeTask as itineraryTask } from "../../../jobs/kinds/itinerary/change_task.ts";
import { NO_SURROUNDINGS } from "../../../jobs/kinds/itinerary/surroundings.ts";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { hashJson } from "../../../lib/hash.ts";
import { samplePlan, storedBundles } from "../../../testing/plans.ts";

const prompts = [
  [ITINERARY_PROMPT_VERSION, itineraryInstructions],
  [BUNDLES_PROMPT_VERSION, bundlesInstructions],
] as const;

/** The hash of each version's text. Add a line with each new version. */
const hashes: Record<string, string> = {
  "itinerary-2": "9ad16c75ea7fef9f",
  "itinerary-3": "a97470d5fcf0a7e0",
  "bundles-2": "184a0afa8c80d58b",
  "bundles-3": "1b5adfecbfea3dd6",
};

for (const [version, instructions] of prompts) {
  Deno.test(`the text of the prompt ${version} has not changed since it got this version`, () => {
    assertStrictEquals(
      hashJson(instructions("Saturday, 2026-11-21T12:00:00Z")).slice(0, 16),
      hashes[version],
      "Raise the version of the prompt, and add its hash here.",
    );
  });
}

// Changes of plans

const lisbon = { destination: "Lisbon", durationDays: 3 };
const preferences = { city: "Lisbon" };

/** What the model is told to write for each form of a change. */
const tasks = {
  [ITINERARY_PROMPT_VERSION]: [
    { day: 2 },
    { day: 2, activity: 1 },
    { instruction: "Less walking" },
    { wish: ["pace"] },
    { wish: ["destination"] },
  ].map((change) =>
    itineraryTask(change, {
      start: samplePlan({ ...lisbon, durationDays: 2 }),
      request: lisbon,
      before: lisbon,
      surroundings: NO_SURROUNDINGS,
    }).instructions
  ),
  [BUNDLES_PROMPT_VERSION]: [
    { bundle: 2 },
    { bundle: 2, event: 1 },
    { instruction: "More music" },
    { wish: ["interests"] },
    { wish: ["city"] },
  ].map((change) =>
    bundlesTask(change, {
      start: storedBundles({ bundles: sampleBundles({ preferences }).bundles.slice(0, 3) }),
      before: { preferences },
      shown: () => {
        throw new Error("not shown");
      },
    }).instructions
  ),
};

/** The hash of what each version says about changes. */
const changeHashes: Record<string, string> = {
  "itinerary-3": "044f498c9adb181d",
  "bundles-3": "39b2fc0ba8716753",
};

for (
  const [version, instructions, changeInstructions] of [
    [ITINERARY_PROMPT_VERSION, itineraryInstructions, changeItinerary],
    [BUNDLES_PROMPT_VERSION, bundlesInstructions, changeBundles],
  ] as const
) {
  Deno.test(`what the prompt ${version} says about changes has not changed since it got this version`, () => {
    const addition = changeInstructions("now", "task").slice(instructions("now").length);
    assertStrictEquals(
      hashJson([addition, tasks[version]]).slice(0, 16),
      changeHashes[version],
      "Raise the version of the prompt, and add its hash here.",
    );
  });
}
