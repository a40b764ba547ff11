/**
 * Itineraries: day-by-day plans for a destination and a number of days.
 * @module
 */
import { z } from "zod";
import type { ChatMessage, ReasoningEffort } from "../../../lib/model/model.ts";
import { itineraryContract } from "./contract.ts";
import { ITINERARY_PROMPT_VERSION, itineraryInstructions } from "./prompt.ts";
import { sampleItinerary } from "./sample.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import { promptTime } from "../prompt_time.ts";
import { PlanWarning } from "../../../lib/job/plan_warning.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import {
  areSingleCharacters,
  fenced,
  modelText,
  SINGLE_CHARACTERS,
  travellerText,
} from "../text.ts";
import { clockTime, inOrder, isClockTime } from "./clock_time.ts";
import { itineraryRules, withSoundDayCosts } from "./review.ts";

const MAX_DAYS = 30;

/** The usual time that a small model takes to write about five days. */
const EXPECTED_MS = 20_000;

/** The prompt with its schema, and about seven days with some reasoning. */
const TYPICAL_TOKENS = { inputTokens: 2_000, outputTokens: 7_000 };

const wholeDays = `expected a whole number from 1 to ${MAX_DAYS}`;

export const ItineraryRequest = z.object({
  destination: travellerText({ min: 1, max: 120 }),
  durationDays: z.int({ error: wholeDays }).min(1, wholeDays).max(MAX_DAYS, wholeDays),
}, { error: "expected a JSON object" });
export type ItineraryRequest = z.infer<typeof ItineraryRequest>;

/** A text of a model for a time; an unambiguous time in another form becomes `HH:MM`. */
const ClockTime = z.string().overwrite(clockTime)
  .refine(isClockTime, { error: "must be a time such as 09:30" })
  .describe("Local start time, 24 hours, HH:MM, such as 09:30");

export const Activity = z.object({
  time: ClockTime,
  title: modelText,
  description: modelText,
  place: modelText.describe("Name and neighbourhood or address, enough to find it on a map"),
  estimatedCost: z.object({
    amount: z.number(),
    currency: z.string().overwrite((code) => code.trim().toUpperCase())
      .describe("ISO 4217 code, such as EUR"),
  }).nullable().describe("For one person; null where a cost makes no sense or is not known"),
});

export const Day = z.object({
  day: z.int().min(1).max(MAX_DAYS),
  theme: modelText,
  activities: z.array(Activity).min(3).max(6).overwrite(inOrder),
});
export type Day = z.infer<typeof Day>;

/** A plan as the model writes it. */
export interface WrittenItinerary {
  days: Day[];
}

/** A plan as it is stored. */
export const Itinerary = z.object({
  days: z.array(Day).min(1).max(MAX_DAYS),
  warnings: z.array(PlanWarning).optional(),
});
export type Itinerary = z.infer<typeof Itinerary>;

/**
 * Returns the token limit of an answer. A day of six activities takes about 700 tokens in English,
 * and about 1,000 in other languages. The rest is for reasoning.
 */
function tokensFor(days: number): number {
  return 6_000 + 1_000 * days;
}

/** A day that is not cut to single characters. */
const WholeDay = Day.refine(isWhole, { error: SINGLE_CHARACTERS });

function isWhole({ theme, activities }: Day): boolean {
  const texts = activities.flatMap(({ title, description, place }) => [title, description, place]);
  return !areSingleCharacters([theme, ...texts]);
}

/** The schemas by their number of days: zod compiles each schema at its first use. */
const schemas = new Map<number, z.ZodType<WrittenItinerary>>();

/** Returns the schema of an itinerary with exactly this number of days, numbered from 1. */
function itineraryOf(days: number): z.ZodType<WrittenItinerary> {
  let schema = schemas.get(days);
  if (!schema) schemas.set(days, schema = newSchema(days));
  return schema;
}

function newSchema(days: number): z.ZodType<WrittenItinerary> {
  return z.object({
    days: z.array(WholeDay).length(days, { error: `must have exactly ${days} entries` }),
  }).refine((itinerary) => itinerary.days.every(({ day }, index) => day === index + 1), {
    error: "days must be numbered 1, 2, 3, … in order",
    path: ["days"],
  });
}

const daySchemas = new Map<number, z.ZodType>();

function dayOf(number: number): z.ZodType {
  let schema = daySchemas.get(number);
  if (!schema) daySchemas.set(number, schema = newDaySchema(number));
  return schema;
}

/** Returns the schema of a day in a partial plan. The page shows it before the review. */
function newDaySchema(number: number): z.ZodType {
  return Day.extend({ day: z.literal(number) }).refine(isWhole).overwrite(withSoundDayCosts);
}

/** Returns the schema of each single day, for partial plans. */
function partsOf(days: number): PlanParts {
  return {
    member: "days",
    noun: "day",
    count: days,
    schemaAt: (index) => index < days ? dayOf(index + 1) : z.never(),
  };
}

/** The members of the public answer that repeat the request. */
const RequestMembers = z.object({ destination: z.string(), durationDays: z.int() });

/** The members of the public answer that show the plan. */
const ResultMembers = z.object({
  itinerary: z.array(Day).nullable().describe("The plan; `null` until it is finished"),
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
    presentRequest: ({ destination, durationDays }) => ({ destination, durationDays }),
    presentResult: ({ result }) => ({ itinerary: result?.days ?? null }),
    itemsOf: ({ days }) => days,
    warningsOf: ({ warnings }) => warnings ?? [],
  } satisfies PublicKind<ItineraryRequest, Itinerary, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: ItineraryRequest,
  context: JobContext,
  { model, effort }: ItinerarySettings,
): Promise<Itinerary> {
  const schema = itineraryOf(request.durationDays);
  const review = new PlanReview({
    schema,
    rules: itineraryRules,
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
    const verdict = review.judge(answer);
    if ("value" in verdict) return verdict.value;
    if (verdict.feedback !== null) {
      messages.push(
        { role: "assistant", content: answer.text ?? "" },
        { role: "user", content: verdict.feedback },
      );
    }
  }
}
