/**
 * Itineraries: day-by-day plans for a destination and a number of days.
 * @module
 */
import { z } from "zod";
import type { ChatMessage, ReasoningEffort } from "../../../lib/model/model.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import type { Places } from "../../places/places.ts";
import { promptTime } from "../prompt_time.ts";
import { objectionsToDates } from "../trip_dates.ts";
import { assembleDay, assembleItinerary } from "./assemble.ts";
import { cityItinerary } from "./city_sample.ts";
import { itineraryContract } from "./contract.ts";
import { Day, Itinerary, Location, writtenDay, writtenItinerary } from "./plan.ts";
import { ITINERARY_PROMPT_VERSION, itineraryInstructions, itineraryMessage } from "./prompt.ts";
import { ItineraryRequest, RequestMembers } from "./request.ts";
import { itineraryRules, withSoundDayCosts } from "./review.ts";
import { sampleItinerary } from "./sample.ts";
import { gatherSurroundings, type Surroundings, surroundingsOf } from "./surroundings.ts";

/** The usual time that a small model takes to write about five days. */
const EXPECTED_MS = 20_000;

/** The prompt with its schema, and about seven days with some reasoning. */
const TYPICAL_TOKENS = { inputTokens: 2_000, outputTokens: 10_000 };

/**
 * Returns the token limit of an answer. A day of six activities takes about 1,000 tokens in
 * English, and about 1,500 in other languages. The rest is for reasoning.
 */
function tokensFor(days: number): number {
  return 6_000 + 1_500 * days;
}

/** Returns the schema of each single day, for partial plans. */
function partsOf(days: number, surroundings: Surroundings): PlanParts {
  return {
    member: "days",
    noun: "day",
    count: days,
    schemaAt: (index) => index < days ? shownDay(index + 1, surroundings) : z.never(),
  };
}

/** Returns the schema of a day in a partial plan. The page shows it before the review. */
function shownDay(number: number, surroundings: Surroundings): z.ZodType {
  return writtenDay(number).transform((day) => withSoundDayCosts(assembleDay(day, surroundings)));
}

/** The members of the public answer that show the plan. */
const ResultMembers = z.object({
  itinerary: z.array(Day).nullable().describe("The plan; `null` until it is finished"),
  location: Location.nullable().describe("Where the destination is; `null`: not known"),
});

export interface ItinerarySettings {
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
  /** Where the kind learns about places; unset or `null`: it asks no other service. */
  places?: Places | null;
}

/** Creates the kind of job behind `/api/itineraries`. */
export function itineraryKind(settings: ItinerarySettings) {
  return {
    name: "itinerary" as const,
    http: itineraryContract,
    request: ItineraryRequest,
    example: {
      destination: "Tokyo, Japan",
      durationDays: 5,
      travellers: { adults: 2, children: 1 },
      budget: { amount: 150_000, currency: "JPY", per: "all" },
      pace: "relaxed",
      interests: ["food", "design"],
      diet: ["vegetarian"],
    },
    expectedMs: EXPECTED_MS,
    typicalUse: { model: settings.model, ...TYPICAL_TOKENS },
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Itinerary,
    promptVersion: ITINERARY_PROMPT_VERSION,
    generate: (request, context) => generate(request, context, settings),
    sample: sampleItinerary,
    writeSample: async (request) => await cityItinerary(request) ?? sampleItinerary(request),
    objectionsTo: (request, { now, base }) =>
      objectionsToDates(request, { now, path: [], accepted: base }),
    presentRequest: (request) => request,
    presentResult: ({ result }) => ({
      itinerary: result?.days ?? null,
      location: result?.location ?? null,
    }),
    itemsOf: ({ days }) => days,
    warningsOf: ({ warnings }) => warnings ?? [],
  } satisfies PublicKind<ItineraryRequest, Itinerary, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: ItineraryRequest,
  context: JobContext,
  { model, effort, places = null }: ItinerarySettings,
): Promise<Itinerary> {
  const gathering = gatherSurroundings(request, { places, context });
  // A failure of the model may come first.
  gathering.catch(() => {});
  // Without a first day, the model needs none of it, and does not wait.
  const early = request.startDate === undefined ? surroundingsOf(request) : await gathering;
  const schema = writtenItinerary(request.durationDays);
  const review = new PlanReview({
    schema,
    rules: itineraryRules,
    maxTokens: tokensFor(request.durationDays),
  });
  const messages: ChatMessage[] = [
    { role: "system", content: itineraryInstructions(promptTime(context.startedAt)) },
    { role: "user", content: itineraryMessage(request, early) },
  ];
  for (let turn = 1;; turn++) {
    const answer = await context.chat(`turn-${turn}`, {
      model,
      messages,
      format: { name: "itinerary", schema },
      reasoningEffort: effort,
      maxTokens: review.maxTokens,
    }, partsOf(request.durationDays, early));
    const verdict = await review.judge(
      answer,
      async (written) => assembleItinerary(written, await gathering),
    );
    if ("value" in verdict) return verdict.value;
    if (verdict.feedback !== null) {
      messages.push(
        { role: "assistant", content: answer.text ?? "" },
        { role: "user", content: verdict.feedback },
      );
    }
  }
}
