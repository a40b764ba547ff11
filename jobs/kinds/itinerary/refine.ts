/**
 * Changes an itinerary: the model writes what changes, and the rest stays as it is.
 * @module
 */
import type { ReasoningEffort } from "../../../lib/model/model.ts";
import { PlanReview } from "../../../lib/model/plan_review.ts";
import type { JobContext, JobRefinement } from "../../kind.ts";
import { promptTime } from "../prompt_time.ts";
import { fenced, fencedAs } from "../text.ts";
import { changeInstructions } from "./change_prompt.ts";
import { changedDays, type ChangeTask, changeTask, type WrittenChange } from "./change_task.ts";
import { keptWarnings, rulesForChange } from "./kept_days.ts";
import { Itinerary } from "./plan.ts";
import { StoredChange } from "./refinement.ts";
import { ItineraryRequest } from "./request.ts";
import { itineraryRules } from "./review.ts";
import { writeReviewed } from "./turns.ts";

export interface RefineOptions {
  context: JobContext;
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
}

/**
 * Returns the changed plan.
 *
 * @param request the wish with its changes
 * @throws {JobError} if the model writes nothing usable
 */
export async function refineItinerary(
  request: ItineraryRequest,
  refinement: JobRefinement,
  { context, model, effort }: RefineOptions,
): Promise<Itinerary> {
  const change = StoredChange.parse(refinement.change);
  const before = ItineraryRequest.parse(refinement.request);
  const start = startOf(Itinerary.parse(refinement.base), request);
  const task = changeTask(change, { start, request, before });
  if (task === null) return finish(start, start);
  const review = new PlanReview<WrittenChange, Itinerary>({
    schema: task.schema,
    rules: rulesForChange(itineraryRules, { start, before: itineraryRules }),
    maxTokens: task.maxTokens,
  });
  const plan = await writeReviewed({
    context,
    model,
    effort,
    messages: messagesFor(task, { request, startedAt: context.startedAt }),
    format: { name: "change", schema: task.schema },
    parts: task.parts,
    review,
    complete: (written) => planOf(start, changedDays(start.days, { written, change })),
  });
  return finish(plan, start);
}

/** Returns the plan to change, with the days that the new wish still has. */
function startOf(base: Itinerary, { durationDays }: ItineraryRequest): Itinerary {
  return { ...base, days: base.days.slice(0, durationDays) };
}

/** Returns a plan with these days, whose warnings are not known yet. */
function planOf({ warnings: _, ...start }: Itinerary, days: Itinerary["days"]): Itinerary {
  return { ...start, days };
}

/** Adds the warnings about the days that the change has kept. */
function finish(plan: Itinerary, start: Itinerary): Itinerary {
  const { warnings: found = [], ...rest } = plan;
  const warnings = [...keptWarnings({ start, plan }), ...plan === start ? [] : found];
  return warnings.length === 0 ? rest : { ...rest, warnings };
}

function messagesFor(
  { instructions, plan, change }: ChangeTask,
  { request, startedAt }: { request: ItineraryRequest; startedAt: number },
) {
  const content = [fenced(request), fencedAs("plan", plan), fencedAs("change", change)].join(
    "\n\n",
  );
  return [
    { role: "system" as const, content: changeInstructions(promptTime(startedAt), instructions) },
    { role: "user" as const, content },
  ];
}
