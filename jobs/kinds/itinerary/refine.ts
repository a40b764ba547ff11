/**
 * Changes an itinerary: the model writes what changes, and the rest stays as it is.
 * @module
 */
import type { ChatMessage, ReasoningEffort } from "../../../lib/model/model.ts";
import { PlanReview, withWarnings } from "../../../lib/model/plan_review.ts";
import type { JobContext, JobRefinement } from "../../kind.ts";
import type { Places } from "../../places/places.ts";
import { promptTime } from "../prompt_time.ts";
import {
  type PlanShape,
  type ReviewedStart,
  rulesForChange,
  withKeptWarnings,
} from "../changes/kept_parts.ts";
import { fenced } from "../text.ts";
import { locationOf } from "./assemble.ts";
import { calendarDay } from "./calendar_day.ts";
import { changeInstructions } from "./change_prompt.ts";
import {
  changedDays,
  type ChangeSituation,
  type ChangeTask,
  changeTask,
  isCut,
  type WrittenChange,
} from "./change_task.ts";
import { type DayPlacesOptions, withPlaces } from "./day_places.ts";
import { type Day, Itinerary } from "./plan.ts";
import { itineraryMessage } from "./prompt.ts";
import { StoredChange } from "./refinement.ts";
import { ItineraryRequest } from "./request.ts";
import { itineraryRules } from "./rules/rules.ts";
import { beginGathering, type Surroundings } from "./surroundings.ts";
import { writeReviewed } from "./turns.ts";

/** Days and activities are the parts of an itinerary. */
const shape: PlanShape<Itinerary, Day> = {
  members: ["days", "activities"],
  partsOf: ({ days }) => days,
  itemsOf: ({ activities }) => activities,
  withParts: (plan, days) => ({ ...plan, days }),
};

export interface RefineOptions {
  context: JobContext;
  model: string;
  /** Unset: the default of the model. */
  effort?: ReasoningEffort | undefined;
  /** Whom to ask about the destination; `null` or unset: no service. */
  places?: Places | null | undefined;
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
  { context, model, effort, places = null }: RefineOptions,
): Promise<Itinerary> {
  const change = StoredChange.parse(refinement.change);
  const before = ItineraryRequest.parse(refinement.request);
  const old = Itinerary.parse(refinement.base);
  const cut = cutTo(request.durationDays, old);
  const wishes = { old, request, before };
  if (isCut(change, { start: cut, request })) return cutPlan(cut, wishes);
  const { early, gathered } = await beginGathering(request, { places, context });
  let surroundings = early;
  const start = startOf(cut, { request, before, surroundings });
  const task = changeTask(change, { start, request, before, surroundings });
  const compared = () => comparisonWith(start, { ...wishes, ...surroundings });
  const isOpen = !("day" in change);
  const review = new PlanReview<WrittenChange, Itinerary>({
    schema: task.schema,
    rules: () => rulesForChange({ ...compared(), isOpen }),
    maxTokens: task.maxTokens,
  });
  const isElsewhere = request.destination !== before.destination;
  return await writeReviewed({
    context,
    model,
    effort,
    messages: messagesFor(task, { request, surroundings, startedAt: context.startedAt }),
    format: { name: "change", schema: task.schema },
    parts: task.parts,
    review,
    complete: async (written, turn) => {
      surroundings = await gathered;
      const { destination } = surroundings;
      const found = destination && locationOf(destination);
      const step = `turn-${turn}/places`;
      const days = changedDays(start.days, { written, change, surroundings });
      return {
        days: await withNewPlaces(days, start, { places, destination, step, context }),
        location: isElsewhere ? found : start.location ?? found,
      };
    },
    finish: (plan) => withKeptWarnings<Itinerary, Day>(plan, compared()),
  });
}

/** The plan of the other job, the changed wish, and the wish before. */
interface Wishes {
  old: Itinerary;
  request: ItineraryRequest;
  before: ItineraryRequest;
}

/** Returns what a changed plan is compared with. */
function comparisonWith(
  start: Itinerary,
  { old, request, before, destination }: Wishes & Pick<Surroundings, "destination">,
): ReviewedStart<Itinerary, Day> {
  return {
    shape,
    start,
    rules: itineraryRules({ request, destination }),
    before: { plan: old, rules: itineraryRules({ request: before, destination }) },
  };
}

/** Returns a plan that only has fewer days, with its warnings. */
function cutPlan(cut: Itinerary, wishes: Wishes): Itinerary {
  const compared = comparisonWith(cut, { ...wishes, destination: null });
  const { warnings: _, ...plan } = cut;
  const reviewed = withWarnings(plan, rulesForChange({ ...compared, isOpen: false }));
  return withKeptWarnings<Itinerary, Day>(reviewed, compared);
}

/** Completes the days that the change has written. The other days are the same objects. */
async function withNewPlaces(
  days: readonly Day[],
  start: Itinerary,
  options: DayPlacesOptions,
): Promise<Day[]> {
  const changed = days.filter((day) => !start.days.includes(day));
  const completed = await withPlaces(changed, options);
  return days.map((day) => completed[changed.indexOf(day)] ?? day);
}

/** Returns a plan without its days after a number of days. */
function cutTo(days: number, plan: Itinerary): Itinerary {
  return { ...plan, days: plan.days.slice(0, days) };
}

/** Returns the plan to change. With another first day, all days have other dates. */
function startOf(
  plan: Itinerary,
  { request, before, surroundings }: Omit<ChangeSituation, "start">,
): Itinerary {
  if (request.startDate === before.startDate) return plan;
  const days = plan.days.map((day) => ({ ...day, ...calendarDay(day.day, surroundings) }));
  return { ...plan, days };
}

function messagesFor(
  { instructions, plan, change }: ChangeTask,
  { request, surroundings, startedAt }: {
    request: ItineraryRequest;
    surroundings: Surroundings;
    startedAt: number;
  },
): ChatMessage[] {
  const content = [
    itineraryMessage(request, surroundings),
    fenced(plan, "plan"),
    fenced(change, "change"),
  ].join("\n\n");
  return [
    { role: "system", content: changeInstructions(promptTime(startedAt), instructions) },
    { role: "user", content },
  ];
}
