/**
 * Itineraries: day-by-day plans for a destination and a number of days.
 * @module
 */
import { z } from "zod";
import type { ChatMessage } from "../../../lib/model/model.ts";
import { itineraryContract } from "./contract.ts";
import { ITINERARY_PROMPT_VERSION, itineraryInstructions } from "./prompt.ts";
import { sampleItinerary } from "./sample.ts";
import type { JobContext, PlanParts, PublicKind } from "../../kind.ts";
import { promptTime } from "../prompt_time.ts";
import { OutputReview } from "../../../lib/model/structured_output.ts";
import { fenced, modelText, travellerText } from "../text.ts";

const MAX_DAYS = 30;

/** The usual time that a small model takes to write about five days. */
const EXPECTED_MS = 20_000;

const wholeDays = `expected a whole number from 1 to ${MAX_DAYS}`;

export const ItineraryRequest = z.object({
  destination: travellerText({ min: 1, max: 120 }),
  durationDays: z.int({ error: wholeDays }).min(1, wholeDays).max(MAX_DAYS, wholeDays),
}, { error: "expected a JSON object" });
export type ItineraryRequest = z.infer<typeof ItineraryRequest>;

export const Activity = z.object({
  time: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "must be a time such as 09:30" }),
  title: modelText,
  description: modelText,
  place: modelText.describe("Name and neighbourhood or address, enough to find it on a map"),
  estimatedCost: z.object({
    amount: z.number().min(0),
    currency: z.string().regex(/^[A-Z]{3}$/, { error: "must be an ISO 4217 code such as EUR" }),
  }).nullable().describe("For one person; null where a cost makes no sense or is not known"),
});

export const Day = z.object({
  day: z.int().min(1).max(MAX_DAYS),
  theme: modelText,
  activities: z.array(Activity).min(3).max(6),
});

export const Itinerary = z.object({ days: z.array(Day).min(1).max(MAX_DAYS) });
export type Itinerary = z.infer<typeof Itinerary>;

/**
 * Returns the token limit of an answer. A day of six activities takes about 700 tokens in English,
 * and about 1,000 in other languages. The rest is for reasoning.
 */
function tokensFor(days: number): number {
  return 6_000 + 1_000 * days;
}

/** The schemas by their number of days: zod compiles each schema at its first use. */
const schemas = new Map<number, z.ZodType<Itinerary>>();

/** Returns the schema of an itinerary with exactly this number of days, numbered from 1. */
function itineraryOf(days: number): z.ZodType<Itinerary> {
  let schema = schemas.get(days);
  if (!schema) schemas.set(days, schema = newSchema(days));
  return schema;
}

function newSchema(days: number): z.ZodType<Itinerary> {
  return z.object({
    days: z.array(Day).length(days, { error: `must have exactly ${days} entries` }),
  }).refine((itinerary) => itinerary.days.every(({ day }, index) => day === index + 1), {
    error: "days must be numbered 1, 2, 3, … in order",
    path: ["days"],
  });
}

const daySchemas = new Map<number, z.ZodType>();

function dayOf(number: number): z.ZodType {
  let schema = daySchemas.get(number);
  if (!schema) daySchemas.set(number, schema = Day.extend({ day: z.literal(number) }));
  return schema;
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

/** Creates the kind of job behind `/api/itineraries`. */
export function itineraryKind(settings: { model: string }) {
  return {
    name: "itinerary" as const,
    http: itineraryContract,
    request: ItineraryRequest,
    example: { destination: "Tokyo, Japan", durationDays: 5 },
    expectedMs: EXPECTED_MS,
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Itinerary,
    promptVersion: ITINERARY_PROMPT_VERSION,
    generate: (request, context) => generate(request, context, settings.model),
    sample: sampleItinerary,
    presentRequest: ({ destination, durationDays }) => ({ destination, durationDays }),
    presentResult: ({ result }) => ({ itinerary: result?.days ?? null }),
    itemsOf: ({ days }) => days,
  } satisfies PublicKind<ItineraryRequest, Itinerary, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: ItineraryRequest,
  context: JobContext,
  model: string,
): Promise<Itinerary> {
  const schema = itineraryOf(request.durationDays);
  const review = new OutputReview(schema, tokensFor(request.durationDays));
  const messages: ChatMessage[] = [
    { role: "system", content: itineraryInstructions(promptTime(context.startedAt)) },
    { role: "user", content: fenced(request) },
  ];
  for (let turn = 1;; turn++) {
    const answer = await context.chat(`turn-${turn}`, {
      model,
      messages,
      format: { name: "itinerary", schema },
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
