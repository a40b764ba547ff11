/** A prompt's text belongs to its version: a job that resumes reuses only turns of its own version. */
import { assertStrictEquals } from "@std/assert";
import { BUNDLES_PROMPT_VERSION, bundlesInstructions } from "../../../jobs/kinds/bundles/prompt.ts";
import {
  ITINERARY_PROMPT_VERSION,
  itineraryInstructions,
} from "../../../jobs/kinds/itinerary/prompt.ts";
import { hashJson } from "../../../lib/hash.ts";

const prompts = [
  [ITINERARY_PROMPT_VERSION, itineraryInstructions],
  [BUNDLES_PROMPT_VERSION, bundlesInstructions],
] as const;

/** The hash of each version's text. Add a line with each new version. */
const hashes: Record<string, string> = {
  "itinerary-2": "9ad16c75ea7fef9f",
  "itinerary-3": "46e2d5b17d8c9ef0",
  "bundles-2": "184a0afa8c80d58b",
  "bundles-3": "e3bd0d5932066820",
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
