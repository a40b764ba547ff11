/**
 * Itineraries: day-by-day plans for a destination and a number of days.
 * @module
 */
import { z } from "zod";
import type { ChatMessage, ReasoningEffort } from "../../../lib/model/model.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import { promptTime } from "../prompt_time.ts";
import { fenced } from "../text.ts";
import { assembleDay, assembleItinerary } from "./assemble.ts";
import { itineraryContract } from "./contract.ts";
import { Day, Itinerary, Location, writtenDay, writtenItinerary } from "./plan.ts";
import { ITINERARY_PROMPT_VERSION, itineraryInstructions } from "./prompt.ts";
import { ItineraryRequest, RequestMembers } from "./request.ts";
import { withSoundDayCosts } from "./rules/money.ts";
import { itineraryRules } from "./rules/rules.ts";
import { sampleItinerary } from "./sample.ts";

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
function partsOf(days: number): PlanParts {
  return {
    member: "days",
    noun: "day",
    count: days,
    schemaAt: (index) => index < days ? shownDay(index + 1) : z.never(),
  };
}

/** Returns the schema of a day in a partial plan. The page shows it before the review. */
function shownDay(number: number): z.ZodType {
  return writtenDay(number).transform((day) => withSoundDayCosts(assembleDay(day)));
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
}

/** Creates the kind of job behind `/api/itineraries`. */
export function itineraryKind(settings: ItinerarySettings) {
  return {
    name: "itinerary" as const,
    http: itineraryContract,
    request: ItineraryRequest,
    example: { destination: "Tokyo, Japan", durationDays: 5 },
    expectedMs: EXPECTED_MS,
    typicalUse: { model: settings.model, ...TYPICAL_TOKENS },
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Itinerary,
    promptVersion: ITINERARY_PROMPT_VERSION,
    generate: (request, context) => generate(request, context, settings),
    sample: sampleItinerary,
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
  { model, effort }: ItinerarySettings,
): Promise<Itinerary> {
  const schema = writtenItinerary(request.durationDays);
  const review = new PlanReview({
    schema,
    rules: itineraryRules({ request, destination: null }),
    maxTokens: tokensFor(request.durationDays),
  });
  const messages: ChatMessage[] = [
    { role: "system", content: itineraryInstructions(promptTime(context.startedAt)) },
    { role: "user", content: fenced(request) },
  ];
  for (let turn = 1;; turn++) {
    const answer = await context.chat(`turn-${turn}`, {
      model,
      messages,
      format: { name: "itinerary", schema },
      reasoningEffort: effort,
      maxTokens: review.maxTokens,
    }, partsOf(request.durationDays));
    const verdict = await review.judge(answer, assembleItinerary);
    if ("value" in verdict) return verdict.value;
    if (verdict.feedback !== null) {
      messages.push(
        { role: "assistant", content: answer.text ?? "" },
        { role: "user", content: verdict.feedback },
      );
    }
  }
}
