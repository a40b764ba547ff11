/**
 * Bundles: three to five bundles of events for a traveller's preferences. A reasoning model writes
 * them in turns, and calls tools between the turns.
 * @module
 */
import { z } from "zod";
import type { ReasoningEffort } from "../../../lib/model/model.ts";
import { cityBundles } from "./city_sample.ts";
import { bundlesContract } from "./contract.ts";
import { BUNDLES_PROMPT_VERSION, bundlesInstructions } from "./prompt.ts";
import { sampleBundles, sampleReasoning } from "./sample.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import type { Destination } from "../../places/place.ts";
import type { Places } from "../../places/places.ts";
import { promptTime } from "../prompt_time.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import { fenced } from "../text.ts";
import { objectionsToDates } from "../trip_dates.ts";
import { withPlaces } from "./event_places.ts";
import {
  Bundle,
  Bundles,
  KeyEvent,
  MAX_BUNDLES,
  MAX_EVENTS,
  WrittenBundle,
  WrittenBundles,
} from "./plan.ts";
import { refineBundles } from "./refine.ts";
import { bundlesRefinement } from "./refinement.ts";
import { BundlesRequest, RequestMembers } from "./request.ts";
import { Research } from "./research.ts";
import { withSoundPrices } from "./rules/money.ts";
import { bundlesRules } from "./rules/rules.ts";
import { writeSampleChange } from "./sample_change.ts";
import { TURN_TOKENS, writeReviewed } from "./turns.ts";
import { findWishCity } from "./wish_city.ts";
import type { Tool } from "../../tools/tool.ts";

/** A reasoning model with tools takes 2 to 5 minutes for its turns. */
const EXPECTED_MS = 180_000;

/**
 * About five turns, each of which gets the outputs of the tools before it. Most of the output is
 * reasoning.
 */
const TYPICAL_TOKENS = { inputTokens: 50_000, outputTokens: 20_000 };

export interface BundlesSettings {
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
  tools: Tool[];
  webSearch: boolean;
  /** Where the kind learns about places; unset or `null`: it asks no other service. */
  places?: Places | null;
}

/** The members of the public answer that show the plan and the reasoning. */
const ResultMembers = z.object({
  bundles: z.array(Bundle).nullable().describe("The plan; `null` until it is finished"),
  reasoningSummaries: z.array(z.string()).describe("The model's summaries of its reasoning"),
  openaiResponseId: z.string().nullable().describe("The id of the model's latest response"),
  // Absent where nothing is known, so that these answers are the same as before.
  timeZone: z.string().optional().describe(
    "The IANA time zone of the place, such as `Europe/Lisbon`; absent if it is not known",
  ),
});

/** A reader may remove events and bundles. */
const EditedMembers = ResultMembers.extend({
  bundles: z.array(Bundle.extend({ keyEvents: z.array(KeyEvent).max(MAX_EVENTS) }))
    .max(MAX_BUNDLES),
});

/** Creates the kind of job behind `/api/generations`. */
export function bundlesKind(settings: BundlesSettings) {
  return {
    name: "bundles" as const,
    http: bundlesContract,
    request: BundlesRequest,
    example: {
      preferences: {
        interests: ["music", "nightlife"],
        musicProfile: "Electronic, House",
        timeframe: "This weekend",
        otherPreferences: "Looking for underground venues",
      },
    },
    expectedMs: EXPECTED_MS,
    typicalUse: { model: settings.model, ...TYPICAL_TOKENS },
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    editedMembers: EditedMembers,
    result: Bundles,
    promptVersion: BUNDLES_PROMPT_VERSION,
    generate: (request, context) =>
      context.refinement
        ? refineBundles(request, context.refinement, { context, ...settings })
        : generate(request, context, settings),
    refinement: bundlesRefinement,
    writeSampleChange,
    // A placeholder is stored as it is; the sample model's answer is completed again.
    sample: (request) => new Research().complete(sampleBundles(request)),
    writeSample: async (request, context) =>
      await cityBundles(request, context) ?? sampleBundles(request, context),
    sampleReasoning,
    objectionsTo: ({ preferences }, { now, base }) =>
      objectionsToDates(preferences, { now, path: ["preferences"], accepted: base?.preferences }),
    presentRequest: ({ preferences }) => ({ preferences }),
    presentResult: ({ result, progress }) => ({
      bundles: result?.bundles ?? null,
      reasoningSummaries: progress.reasoningSummaries,
      openaiResponseId: progress.openaiResponseId,
      ...(result?.timeZone !== undefined && { timeZone: result.timeZone }),
    }),
    part: Bundle,
    itemsOf: ({ bundles }) => bundles,
    warningsOf: ({ warnings }) => warnings ?? [],
  } satisfies PublicKind<BundlesRequest, Bundles, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: BundlesRequest,
  context: JobContext,
  { model, effort, tools, webSearch, places = null }: BundlesSettings,
): Promise<Bundles> {
  const research = new Research();
  const city = findWishCity(request, { places, context });
  // A failure of the model may come first.
  city.catch(() => {});
  let destination: Destination | null = null;
  const { startedAt } = context;
  const isKnownLink = (link: string) => research.isKnownLink(link);
  const review = new PlanReview({
    schema: WrittenBundles,
    rules: () => bundlesRules({ request, startedAt, destination, isKnownLink }),
    maxTokens: TURN_TOKENS,
  });
  const complete = async (written: WrittenBundles, turn: number) => {
    destination = await city;
    const labelOf = (city: string) => research.labelOf(city);
    const step = `turn-${turn}/places`;
    return await withPlaces(research.complete(written), { places, step, labelOf, context });
  };
  return await writeReviewed({
    context,
    model,
    effort,
    tools,
    webSearch: webSearch ? { city: request.preferences.city ?? null } : null,
    instructions: bundlesInstructions(promptTime(startedAt)),
    message: fenced(request),
    format: { name: "bundles", schema: WrittenBundles },
    parts: partsOf(research),
    research,
    review,
    complete,
  });
}

/** Returns the schema of each single bundle, for partial plans. */
function partsOf(research: Research): PlanParts {
  const part = WrittenBundle.transform((bundle) => withSoundPrices(research.completePart(bundle)));
  return {
    member: "bundles",
    noun: "bundle",
    count: null,
    schemaAt: (index) => index < MAX_BUNDLES ? part : z.never(),
  };
}
