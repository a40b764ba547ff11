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
import { assembleItinerary } from "./assemble.ts";
import { cityItinerary } from "./city_sample.ts";
import { itineraryContract } from "./contract.ts";
import { prefetchPlaces, withPlaces } from "./day_places.ts";
import {
  Activity,
  Day,
  Itinerary,
  Location,
  MAX_ACTIVITIES,
  writtenDay,
  writtenItinerary,
} from "./plan.ts";
import { ITINERARY_PROMPT_VERSION, itineraryInstructions, itineraryMessage } from "./prompt.ts";
import { ItineraryRequest, MAX_DAYS, RequestMembers } from "./request.ts";
import { refineItinerary } from "./refine.ts";
import { itineraryRefinement } from "./refinement.ts";
import { itineraryRules } from "./rules/rules.ts";
import { sampleItinerary } from "./sample.ts";
import { writeSampleChange } from "./sample_change.ts";
import { shownDay } from "./shown_day.ts";
import { beginGathering, type Surroundings, surroundingsOf } from "./surroundings.ts";
import { tokensFor, writeReviewed } from "./turns.ts";

/** The usual time that a small model takes to write about five days. */
const EXPECTED_MS = 20_000;

/** The prompt with its schema, and about seven days with some reasoning. */
const TYPICAL_TOKENS = { inputTokens: 2_000, outputTokens: 10_000 };

/** Returns the schema of each single day, for partial plans. */
function partsOf(days: number, surroundings: Surroundings): PlanParts {
  return {
    member: "days",
    noun: "day",
    count: days,
    schemaAt: (index) =>
      index < days
        ? writtenDay(index + 1).transform((day) => shownDay(day, surroundings))
        : z.never(),
  };
}

/** The members of the public answer that show the plan. */
const ResultMembers = z.object({
  itinerary: z.array(Day).nullable().describe("The plan; `null` until it is finished"),
  location: Location.nullable().describe("Where the destination is; `null`: not known"),
});

/** A reader may remove activities and days, and change the order of a day. */
const EditedMembers = ResultMembers.extend({
  itinerary: z.array(Day.extend({ activities: z.array(Activity).max(MAX_ACTIVITIES) }))
    .max(MAX_DAYS),
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
    editedMembers: EditedMembers,
    result: Itinerary,
    promptVersion: ITINERARY_PROMPT_VERSION,
    generate: (request, context) =>
      context.refinement
        ? refineItinerary(request, context.refinement, { context, ...settings })
        : generate(request, context, settings),
    refinement: itineraryRefinement,
    writeSampleChange,
    // A placeholder is stored as it is; the answer of the sample model is completed again.
    sample: (request) => assembleItinerary(sampleItinerary(request), surroundingsOf(request)),
    writeSample: async (request) => await cityItinerary(request) ?? sampleItinerary(request),
    writeExample,
    objectionsTo: (request, { now, base }) =>
      objectionsToDates(request, { now, path: [], accepted: base }),
    presentRequest: (request) => request,
    presentResult: ({ result }) => ({
      itinerary: result?.days ?? null,
      location: result?.location ?? null,
    }),
    part: Day,
    itemsOf: ({ days }) => days,
    warningsOf: ({ warnings }) => warnings ?? [],
  } satisfies PublicKind<ItineraryRequest, Itinerary, typeof RequestMembers, typeof ResultMembers>;
}

/** Two short days: enough to see what a plan has, and little to load. */
async function writeExample() {
  const request: ItineraryRequest = {
    destination: "Lisbon, Portugal",
    durationDays: 2,
    pace: "relaxed",
  };
  const written = await cityItinerary(request) ?? sampleItinerary(request);
  return { request, result: assembleItinerary(written, surroundingsOf(request)) };
}

async function generate(
  request: ItineraryRequest,
  context: JobContext,
  { model, effort, places = null }: ItinerarySettings,
): Promise<Itinerary> {
  const { durationDays } = request;
  const { early, gathered } = await beginGathering(request, { places, context });
  let surroundings = early;
  const prefetch = (day: unknown, { destination }: Surroundings) =>
    prefetchPlaces(day as Day, { places, destination, context });
  const schema = writtenItinerary(durationDays);
  const review = new PlanReview({
    schema,
    rules: () => itineraryRules({ request, destination: surroundings.destination }),
    maxTokens: tokensFor(durationDays),
  });
  const messages: ChatMessage[] = [
    { role: "system", content: itineraryInstructions(promptTime(context.startedAt)) },
    { role: "user", content: itineraryMessage(request, early) },
  ];
  return await writeReviewed({
    context,
    model,
    effort,
    messages,
    format: { name: "itinerary", schema },
    parts: {
      ...partsOf(durationDays, early),
      onPart: (day) => gathered.then((found) => prefetch(day, found)).catch(() => {}),
    },
    review,
    complete: async (written, turn) => {
      surroundings = await gathered;
      const { destination } = surroundings;
      const plan = assembleItinerary(written, surroundings);
      const step = `turn-${turn}/places`;
      return {
        ...plan,
        days: await withPlaces(plan.days, { places, destination, step, context }),
      };
    },
  });
}
