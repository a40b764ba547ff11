/**
 * Checklists: a list of things to pack for a trip. This kind has no view and no files.
 * @module
 */
import { z } from "zod";
import { OutputReview } from "../../../lib/model/structured_output.ts";
import type { JobContext, PublicKind } from "../../kind.ts";
import { fenced, modelText, travellerText } from "../text.ts";
import { checklistContract } from "./contract.ts";

const MAX_TOKENS = 2_000;

const ChecklistRequest = z.object({ trip: travellerText({ min: 1, max: 200 }) });
type ChecklistRequest = z.infer<typeof ChecklistRequest>;

const Checklist = z.object({ items: z.array(modelText).min(1).max(30) });
type Checklist = z.infer<typeof Checklist>;

const RequestMembers = z.object({ trip: z.string() });
const ResultMembers = z.object({ items: z.array(z.string()).nullable() });

/** Creates the kind behind `/api/checklists`. */
export function checklistKind(settings: { model: string }) {
  return {
    name: "checklist" as const,
    http: checklistContract,
    request: ChecklistRequest,
    example: { trip: "A week in Reykjavík in March" },
    expectedMs: 10_000,
    requestMembers: RequestMembers,
    resultMembers: ResultMembers,
    result: Checklist,
    promptVersion: "checklist-1",
    generate: (request, context) => generate(request, context, settings.model),
    sample: ({ trip }) => ({ items: ["Passport", `A map for: ${trip}`] }),
    presentRequest: ({ trip }) => ({ trip }),
    presentResult: ({ result }) => ({ items: result?.items ?? null }),
    itemsOf: ({ items }) => items,
  } satisfies PublicKind<ChecklistRequest, Checklist, typeof RequestMembers, typeof ResultMembers>;
}

async function generate(
  request: ChecklistRequest,
  context: JobContext,
  model: string,
): Promise<Checklist> {
  const review = new OutputReview(Checklist, MAX_TOKENS);
  for (let turn = 1;; turn++) {
    const answer = await context.chat(`turn-${turn}`, {
      model,
      messages: [
        { role: "system", content: "List what to pack for the trip between the <wish> tags." },
        { role: "user", content: fenced(request) },
      ],
      format: { name: "checklist", schema: Checklist },
      maxTokens: review.maxTokens,
    }, { member: "items", noun: "item", count: null, schemaAt: () => modelText });
    const verdict = review.judge(answer);
    if ("value" in verdict) return verdict.value;
  }
}
