import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { sampleItinerary } from "../../../jobs/kinds/itinerary/sample.ts";
import { AgainForm } from "../../../web/app/trip/again_form.tsx";
import { Announcer, MAX_ANNOUNCEMENTS } from "../../../web/app/trip/announcement.ts";
import { Dock } from "../../../web/app/trip/dock.tsx";
import { Outcome } from "../../../web/app/trip/outcome.tsx";
import { describePosition, describeProgress } from "../../../web/app/trip/progress_text.ts";
import { describeStopRefusal } from "../../../web/app/refusal.ts";
import { RefusalNotice } from "../../../web/app/refusal_notice.tsx";
import { bundlesShape } from "../../../web/app/kinds/bundles/shape.ts";
import { itineraryShape } from "../../../web/app/kinds/itinerary/shape.ts";
import { changedParts } from "../../../web/app/shaping/live.ts";
import type { Asked, PlanShape } from "../../../web/app/shaping/plan_shape.ts";
import type {
  GenerationJob,
  ItineraryJob,
  ItineraryWish,
  Job,
} from "../../../web/client/client.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { tokyo } from "../../../testing/app.ts";
import { rendered, textOf } from "../../../testing/rendered.tsx";

const { en, de } = catalogues;

type Progress = NonNullable<Job["progress"]>;

const begun: Progress = {
  phase: "starting",
  message: "Trying again after a fault: OpenAI API error: 500",
  tools: [],
  step: 0,
  of: null,
  position: null,
  expectedStartAt: null,
  updatedAt: "2026-11-24T12:00:00Z",
};

/** A running itinerary. */
function itinerary(members: Partial<ItineraryJob> = {}, progress: Partial<Progress> = {}): Job {
  return {
    jobId: "54a632b6-0dcc-43f7-b013-28e051702cf7",
    status: "processing",
    destination: "Tokyo, Japan",
    durationDays: 5,
    itinerary: null,
    location: null,
    createdAt: "2026-11-24T12:00:00Z",
    completedAt: null,
    expiresAt: "2026-11-25T12:00:00Z",
    error: null,
    failure: null,
    source: null,
    attempt: 1,
    refines: null,
    lineage: [],
    progress: { ...begun, ...progress },
    partial: [],
    usage: null,
    warnings: [],
    ...members,
  } as Job;
}

const phases: [state: Partial<Progress>, english: string, german: string][] = [
  [{ phase: "queued" }, en.waiting.queued, de.waiting.queued],
  [{ phase: "waiting" }, en.waiting.away, de.waiting.away],
  [{ phase: "paused" }, en.waiting.paused, de.waiting.paused],
  [{ phase: "retrying" }, en.waiting.retrying, de.waiting.retrying],
  [{ phase: "starting" }, "Getting ready", "Gleich geht es los"],
  [{ phase: "thinking" }, "Thinking about your trip", "Wir denken über deine Reise nach"],
  [{ phase: "researching" }, "Looking things up", "Wir schauen etwas nach"],
  [
    { phase: "researching", tools: ["get_weather", "search_events"] },
    "Looking up the weather and events",
    "Wir schauen nach: Wetter und Veranstaltungen",
  ],
  [
    { phase: "researching", tools: ["get_weather", "a_new_tool"] },
    "Looking things up",
    "Wir schauen etwas nach",
  ],
  [
    { phase: "writing", step: 2, of: 5 },
    "Writing day 3 of 5",
    "Tag 3 von 5 wird geschrieben",
  ],
  [{ phase: "writing", step: 1 }, "Writing day 2", "Tag 2 wird geschrieben"],
  [{ phase: "writing", step: 5, of: 5 }, "Finishing the plan", "Der Plan ist gleich fertig"],
  [{ phase: "new" as Progress["phase"] }, "Getting ready", "Gleich geht es los"],
];

for (const [state, english, german] of phases) {
  Deno.test(`the progress of a trip in the words of the page: ${english}`, () => {
    const progress = { ...begun, ...state };
    assertStrictEquals(describeProgress(progress, { part: "Day", words: en }), english);
    assertStrictEquals(describeProgress(progress, { part: "Tag", words: de }), german);
  });
}

const positions: [position: number, text: string][] = [
  [1, "Your trip is next."],
  [2, "One trip is ahead of yours."],
  [3, "2 trips are ahead of yours."],
  [100, "99 trips are ahead of yours."],
  [1_100, "About 1,100 trips are ahead of yours."],
];

for (const [position, text] of positions) {
  Deno.test(`the page of a trip at position ${position} says so`, () => {
    assertStrictEquals(describePosition(position, en), text);
  });
}

/** Renders the dock of a trip. */
function dockText(progress: Partial<Progress>): string {
  const state = { connection: "polling", fault: null, ageMs: 0, canCancel: true } as const;
  const job = itinerary({}, { phase: "queued", ...progress });
  return textOf(rendered(<Dock job={job} changed={null} {...state} onEnded={() => {}} />));
}

Deno.test("a trip that waits shows its position and when it starts, a running one does not", () => {
  const queued = dockText({ position: 3, expectedStartAt: "2026-11-21T12:05:00.000Z" });
  assertMatch(queued, /2 trips are ahead of yours\. We expect to start at about .*12:05 UTC \./);
  const unknown = dockText({ position: 3 });
  assertMatch(unknown, /2 trips are ahead of yours\./);
  assertNotMatch(unknown, /We expect/);
  assertNotMatch(dockText({}), /ahead of yours/);
  assertNotMatch(dockText({ phase: "writing", position: 3 }), /ahead of yours/);
});

Deno.test("a trip that waits for the model says so in place of its position", () => {
  const text = dockText({ phase: "waiting", position: 3 });
  assertMatch(text, /isn't available right now/);
  assertNotMatch(text, /ahead of yours|OpenAI|operator/);
});

/** What is announced while a plan of some days is written, with a phase of trouble in between. */
function announced(days: number, states: Partial<Progress>[] = []): string[] {
  const announcer = new Announcer(en);
  const said: (string | null)[] = [];
  const say = (job: Job) => said.push(announcer.next(job));
  const parts = sampleItinerary({ ...tokyo, durationDays: days }).days as ItineraryJob["partial"];
  for (const phase of ["queued", "starting", "thinking"] as const) say(itinerary({}, { phase }));
  for (const state of states) say(itinerary({}, state));
  for (let count = 0; count <= days; count++) {
    const partial = parts!.slice(0, count);
    const state = itinerary({ partial }, { phase: "writing", step: count, of: days });
    say(state);
    // The same state again, for another reason.
    say(state);
  }
  say(itinerary({ status: "completed" }));
  return said.filter((text) => text !== null);
}

Deno.test("a screen reader says each day of a short plan, and at most ten sentences of a long one", () => {
  assertEquals(announced(3), [
    en.waiting.queued,
    "Getting ready",
    "Thinking about your trip",
    "Day 1 is ready.",
    "Day 2 is ready.",
    "Your plan is ready.",
  ]);
  assertEquals(announced(30).slice(3), [
    "Day 1 is ready.",
    "Day 7 is ready.",
    "Day 13 is ready.",
    "Day 19 is ready.",
    "Day 25 is ready.",
    "Your plan is ready.",
  ]);
  for (let days = 1; days <= 30; days++) {
    const said = announced(days);
    assert(said.length <= MAX_ANNOUNCEMENTS, `${days} days: ${said.length}`);
    assert(said.includes("Day 1 is ready.") && said.at(-1) === "Your plan is ready.");
  }
});

Deno.test("a change names the days that it writes, not how many", () => {
  const day = (number: number) => ({ ...sampleItinerary(tokyo).days[0]!, day: number });
  const growing = (numbers: number[]) =>
    itinerary({ refines: "a", partial: numbers.map(day) as ItineraryJob["partial"] }, {
      phase: "writing",
      step: numbers.length,
      of: null,
    });
  const announcer = new Announcer(en);
  const say = (numbers: number[], asked: Asked) => {
    const job = growing(numbers);
    return announcer.next(job, changedParts(job, { shape: itineraryShape as PlanShape, asked }));
  };
  assertEquals([say([], { part: 4 }), say([4], { part: 4 })], [null, "Day 4 is ready."]);
  assertEquals([say([], {}), say([2], {}), say([2, 5], {})], [
    null,
    "Day 2 is ready.",
    "Day 5 is ready.",
  ]);
  const state = { phase: "writing", step: 0, of: 1, tools: [] as string[] } as const;
  const text = (current: number | null, words = en) =>
    describeProgress(state, { part: "Day", changed: { current, finished: null }, words });
  assertEquals([text(4), text(null)], ["Changing day 4", "Changing the plan"]);
  // Bundles have no numbers, so only a change of one of them tells which it is.
  const bundle = { refines: "a", bundles: null, partial: [{}] } as GenerationJob;
  const finished = (asked: Asked) =>
    changedParts(bundle, { shape: bundlesShape as PlanShape, asked })!.finished;
  assertEquals([finished({ part: 3 }), finished({})], [3, null]);
});

Deno.test("a screen reader says trouble each time, other phases once, and always the end", () => {
  const states = ["waiting", "thinking", "researching", "thinking", "researching", "waiting"];
  const said = announced(2, states.map((phase) => ({ phase } as Partial<Progress>)));
  const count = (text: string) => said.filter((one) => one === text).length;
  assertEquals([count(en.waiting.away), count(en.waiting.thinking)], [2, 1]);
  const long = announced(30, Array(20).fill([{ phase: "waiting" }, { phase: "thinking" }]).flat());
  assertStrictEquals(long.length, MAX_ANNOUNCEMENTS);
  assertStrictEquals(long.at(-1), "Your plan is ready.");
});

Deno.test("a trip that was stopped or has failed shows what is kept, and what to do next", () => {
  const { days } = sampleItinerary(tokyo);
  const partial = days.slice(0, 1) as ItineraryJob["partial"];
  const wish = { kind: "itinerary", body: tokyo } as const;
  const shown = (members: Partial<ItineraryJob>) =>
    textOf(rendered(<Outcome wish={wish} job={itinerary({ progress: null, ...members })} />));
  const canceled = shown({ status: "canceled", partial });
  assertMatch(canceled, /stopped before the plan was finished\. What was finished is below\./);
  assertMatch(canceled, /Plan this trip again Edit your request$/);
  assertNotMatch(shown({ status: "canceled", partial: null }), /below/);
  const failure = { code: "quota_exceeded", retryable: false, hint: "Add credit" } as const;
  const failed = shown({ status: "failed", failure, partial, error: "OpenAI API error: 429" });
  assertMatch(failed, /^We can't write plans right now\. .*What was finished is below\./);
  assertMatch(failed, /Try again anyway Edit your request Error code: quota_exceeded$/);
  assertNotMatch(failed, /OpenAI|credit|operator/i);
});

Deno.test("a trip that was not canceled says what to do, in the words of the page", () => {
  const said = (code: string) => describeStopRefusal({ code, retryAfterSeconds: null }, en);
  assertMatch(said("not_owner"), /^Only the person who planned this trip/);
  assertStrictEquals(said("unauthorized"), said("not_owner"));
  assertMatch(said("network"), /Check your connection and try again\.$/);
  assertMatch(said("internal"), /Try again in a moment\.$/);
});

Deno.test("a refusal names a time only if the same request may succeed later", () => {
  const shown = (code: string, retryAfterSeconds: number | null, place: "form" | "trip") =>
    textOf(rendered(<RefusalNotice refusal={{ code, retryAfterSeconds }} place={place} />));
  assertMatch(shown("internal", null, "form"), /your entries are still here\. You can try again/);
  assertMatch(shown("daily_budget_spent", 9_000, "trip"), /Please try again in 3 hours\./);
  for (
    const code of ["unauthorized", "invalid_request", "body_too_large", "new_code", "toString"]
  ) {
    assertNotMatch(shown(code, null, "form"), /You can try again|Edit your request/);
  }
  assertMatch(
    shown("unauthorized", null, "trip"),
    /“Edit your request” to enter one\..*request is/,
  );
});

Deno.test("a refusal shows what the operator says, as text", () => {
  const refusal = { code: "intake_paused", retryAfterSeconds: 60, note: "Back <at> six" };
  const shown = textOf(rendered(<RefusalNotice refusal={refusal} place="form" />));
  assertMatch(shown, /We're taking a short break, .*Back <at>? six/s);
});

Deno.test("a traveler learns that editing a request leaves details out", () => {
  const shown = (body: ItineraryWish) =>
    rendered(
      <AgainForm id="x" wish={{ kind: "itinerary", body }} verb="Try again" best="repeat" />,
    );
  assertNotMatch(shown(tokyo), /leaves these out/);
  assertMatch(
    shown({ ...tokyo, interests: ["wine, but no beer"] }),
    /“Try again” keeps all details of your request\..*leaves these out/s,
  );
});
