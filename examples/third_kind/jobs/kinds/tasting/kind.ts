/**
 * Tastings: a list of places that serve a dish in a town.
 * @module
 */
import { z } from "zod";
import type { ChatMessage } from "../../../lib/model/model.ts";
import { OutputReview } from "../../../lib/model/structured_output.ts";
import type { JobContext, PublicKind } from "../../kind.ts";
import { fenced, modelText, travellerText } from "../text.ts";
import { tastingContract } from "./contract.ts";
import { TASTING_PROMPT_VERSION, tastingInstructions } from "./prompt.ts";
import { sampleTasting } from "./sample.ts";

const MAX_STOPS = 5;

/** One answer of a small model. */
const EXPECTED_MS = 20_000;

/** Room for the answer: five places take about 300 tokens, the rest is for reasoning. */
const MAX_TOKENS = 4_000;

/** The prompt with its schema, and five places with some reasoning. */
const TYPICAL_TOKENS = { inputTokens: 1_000, outputTokens: 1_000 };

const wholeStops = `expected a whole number from 1 to ${MAX_STOPS}`;

const TastingRequest = z.object({
  dish: travellerText({ min: 1, max: 80 }),
  town: travellerText({ min: 1, max: 80 }),
  stops: z.int({ error: wholeStops }).min(1, wholeStops).max(MAX_STOPS, wholeStops),
}, { error: "expected a JSON object" });
export type TastingRequest = z.infer<typeof TastingRequest>;

const Place = z.object({
  name: modelText,
  why: modelText.describe("Why this is the place for the dish, one sentence"),
});

const Tasting = z.object({ places: z.array(Place).min(1).max(MAX_STOPS) });
export type Tasting = z.infer<typeof Tasting>;

/** The request, as the answers of the API show it. */
const RequestMembers = z.object({ dish: z.string(), town: z.string(), stops: z.int() });

/** The result, as the answers of the API show it. */
const ResultMembers = z.object({
  places: z.array(Place).nullable().describe("The plan; `null` until it is finished"),
});

/** Creates the kind behind `/api/tastings`. */
export function tastingKind(settings: { model: string }) {
  return {
    name: "tasting" as const,
    http: tastingContract,
    request: TastingRequest,
    example: { dish: "Ramen", town: "Fukuoka", stops: 3 },
    expectedMs: EXPECTED_MS,
    typicalUse: { model: settings.model, ...TYPICAL_TOKENS },
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Tasting,
    promptVersion: TASTING_PROMPT_VERSION,
    generate: (request, context) => generate(request, context, settings.model),
    sample: sampleTasting,
    presentRequest: ({ dish, town, stops }) => ({ dish, town, stops }),
    presentResult: ({ result }) => ({ places: result?.places ?? null }),
    itemsOf: ({ places }) => places,
  } satisfies PublicKind<TastingRequest, Tasting, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: TastingRequest,
  context: JobContext,
  model: string,
): Promise<Tasting> {
  const { stops } = request;
  const schema = z.object({ places: z.array(Place).length(stops) });
  const review = new OutputReview(schema, MAX_TOKENS);
  const messages: ChatMessage[] = [
    { role: "system", content: tastingInstructions },
    { role: "user", content: fenced(request) },
  ];
  for (let turn = 1;; turn++) {
    const answer = await context.chat(`turn-${turn}`, {
      model,
      messages,
      format: { name: "tasting", schema },
      maxTokens: review.maxTokens,
    }, { member: "places", noun: "place", count: stops, schemaAt: () => Place });
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
