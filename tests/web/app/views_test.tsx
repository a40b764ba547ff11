import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import type { ComponentChild } from "preact";
import { renderToString as renderPage } from "preact-render-to-string";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { contracts, kindNames } from "../../../jobs/kinds/contracts.ts";
import { filesOf } from "../../../routes/files/registry.ts";
import { AgainForm } from "../../../web/app/trip/again_form.tsx";
import { describePosition, describeProgress, Dock } from "../../../web/app/trip/dock.tsx";
import { plainView } from "../../../web/app/kinds/plain.tsx";
import { viewOf, wishKinds } from "../../../web/app/kinds/registry.ts";
import { describeStopRefusal } from "../../../web/app/refusal.ts";
import { tabTitleOf } from "../../../web/app/trip/tab_title.ts";
import { PlanWarnings } from "../../../web/app/trip/plan_warnings.tsx";
import { RefusalNotice } from "../../../web/app/refusal_notice.tsx";
import type { GenerationJob, ItineraryWish, Job } from "../../../web/client/client.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { WordsProvider } from "../../../web/words/words.ts";
import { techno, tokyo } from "../../../testing/app.ts";
import { storedBundles } from "../../../testing/plans.ts";

const { bundles } = storedBundles(sampleBundles(techno));

const job: GenerationJob = {
  generationId: "54a632b6-0dcc-43f7-b013-28e051702cf7",
  status: "completed",
  preferences: { timeframe: "</pre> <b>soon</b>" },
  bundles,
  reasoningSummaries: [],
  openaiResponseId: "resp_7",
  createdAt: "2026-11-24T12:00:00Z",
  completedAt: "2026-11-24T12:01:00Z",
  expiresAt: "2026-11-25T12:00:00Z",
  error: null,
  failure: null,
  source: "sample",
  attempt: 1,
  refines: null,
  lineage: [],
  progress: null,
  partial: null,
  usage: null,
  warnings: [],
};

/** Renders a part of an English page. */
function renderToString(content: ComponentChild): string {
  return renderPage(<WordsProvider value={catalogues.en}>{content}</WordsProvider>);
}

/** Returns the text of a page, without its tags. */
function textOf(html: string): string {
  return html.replaceAll(/<[^>]*>/g, " ").replaceAll("&lt;", "<").replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

Deno.test("the page of a waiting trip shows no message for developers", () => {
  const message = "Trying again after a fault: OpenAI API error: 500";
  const said = (phase: "queued" | "retrying" | "waiting" | "paused" | "writing") =>
    describeProgress({ message, phase });
  assertStrictEquals(said("queued"), "Your plan is waiting. We will start to write it soon.");
  assertStrictEquals(said("retrying"), "Something went wrong. We're trying again.");
  assertMatch(said("waiting"), /^The service that writes plans is not available\./);
  assertMatch(said("paused"), /^We're taking a short break\./);
  assertStrictEquals(said("writing"), message);
});

const positions: [position: number, text: string][] = [
  [1, "Your trip is next."],
  [2, "One trip is ahead of yours."],
  [3, "2 trips are ahead of yours."],
  [100, "99 trips are ahead of yours."],
  [110, "About 110 trips are ahead of yours."],
];

for (const [position, text] of positions) {
  Deno.test(`the page of a trip at position ${position} says so`, () => {
    assertStrictEquals(describePosition(position), text);
  });
}

/** Renders the dock of a trip that waits. */
function waitingDock(progress: object): string {
  const waiting = { phase: "queued", message: "Waiting for a free worker", step: 0, of: null };
  const members = { ...waiting, updatedAt: job.createdAt, ...progress };
  const waitingJob: Job = { ...job, status: "processing", progress: members } as Job;
  const state = { connection: "polling", fault: null, ageMs: 0, canCancel: false } as const;
  return textOf(renderToString(<Dock job={waitingJob} {...state} onEnded={() => {}} />));
}

Deno.test("a trip that waits shows its position and when it starts, a running one does not", () => {
  const queued = waitingDock({ position: 3, expectedStartAt: "2026-11-21T12:05:00.000Z" });
  assertMatch(queued, /2 trips are ahead of yours\.\s+We expect to start at about\s+.*12:05 UTC/);
  const unknown = waitingDock({ position: 3, expectedStartAt: null });
  assertMatch(unknown, /2 trips are ahead of yours\./);
  assertNotMatch(unknown, /We expect/);
  assertNotMatch(waitingDock({ position: null, expectedStartAt: null }), /ahead of yours/);
});

Deno.test("a trip that was not canceled says what to do, in the words of the page", () => {
  const said = (code: string) => describeStopRefusal({ code, retryAfterSeconds: null });
  assertMatch(said("not_owner"), /^Only the person who planned this trip/);
  assertStrictEquals(said("unauthorized"), said("not_owner"));
  assertMatch(said("network"), /Check your connection and try again\.$/);
  assertMatch(said("internal"), /Try again in a moment\.$/);
});

Deno.test("the tab of a trip shows its state, in the language of the page", () => {
  const titles = (words: typeof catalogues.en) =>
    (["processing", "completed", "failed", "canceled"] as const)
      .map((status) => tabTitleOf({ ...job, status }, words));
  assertEquals(titles(catalogues.en), [
    "…Weekend bundles",
    "✓ Weekend bundles",
    "✗ Weekend bundles (no plan)",
    "Weekend bundles (canceled)",
  ]);
  assertStrictEquals(titles(catalogues.de)[3], "Weekend bundles (abgebrochen)");
});

Deno.test("a refusal names a time only if the same request may succeed later", () => {
  const shown = (code: string, retryAfterSeconds: number | null, place: "form" | "trip") =>
    textOf(renderToString(<RefusalNotice refusal={{ code, retryAfterSeconds }} place={place} />));
  assertMatch(shown("internal", null, "form"), /your entries are still here\.\s+You can try again/);
  assertMatch(shown("daily_budget_spent", 9_000, "trip"), /Please try again in 3 hours\./);
  for (const code of ["unauthorized", "invalid_request", "body_too_large", "new_code"]) {
    assertNotMatch(shown(code, null, "form"), /You can try again|Edit your request/);
  }
  assertMatch(
    shown("unauthorized", null, "trip"),
    /"Edit your request" to enter one\..*request is/,
  );
});

Deno.test("a refusal shows what the operator says, as text", () => {
  const refusal = { code: "intake_paused", retryAfterSeconds: 60, note: "Back <at> six" };
  const shown = textOf(renderToString(<RefusalNotice refusal={refusal} place="form" />));
  assertMatch(shown, /We're taking a short break, .*Back <at>? six/s);
});

Deno.test("a page links to the files of its kind, and to no others", () => {
  for (const name of kindNames) {
    const { noun } = contracts[name];
    if (!wishKinds.includes(noun)) continue;
    const { markdown, calendar } = viewOf(noun).files;
    const files = filesOf(name);
    assertStrictEquals(markdown, files.markdown !== undefined, name);
    assertStrictEquals(calendar !== null, files.calendar !== undefined, name);
  }
});

Deno.test("a page shows the warnings of a plan as text, and nothing without them", () => {
  const warnings = [{ code: "equal_titles", where: "bundles.1", message: "<b>Twice</b>" }];
  const html = renderToString(<PlanWarnings warnings={warnings} />);
  assertStrictEquals(
    textOf(html).trim().replace(/\s+/g, " "),
    "Please check this plan <b>Twice</b>",
  );
  assertStrictEquals(renderToString(<PlanWarnings warnings={[]} />), "");
  assertStrictEquals(renderToString(<PlanWarnings warnings={undefined} />), "");
});

Deno.test("a plan without a view is shown as its JSON members, as text", () => {
  const html = renderToString(<plainView.Plan job={job} isGrowing={false} />);
  const terms = [...html.matchAll(/<dt>(\w+)<\/dt>/g)].map(([, name]) => name);
  assertEquals(terms, ["preferences", "bundles", "reasoningSummaries", "openaiResponseId"]);
  const text = textOf(html);
  assert(text.includes(JSON.stringify(bundles, null, 2)));
  assert(text.includes('"timeframe": "</pre> <b>soon</b>"'));
  assertNotMatch(html, /<b>/);
});

Deno.test("a plan without a view shows its parts while it grows", () => {
  const growing = { ...job, status: "processing" as const, bundles: null, partial: [bundles[0]!] };
  const html = renderToString(<plainView.Plan job={growing} isGrowing />);
  assertMatch(html, /<dt>partial<\/dt>/);
  assert(textOf(html).includes(bundles[0]!.title));
  const begun = renderToString(<plainView.Plan job={{ ...growing, partial: [] }} isGrowing />);
  assertNotMatch(begun, /partial|bundles/);
});

Deno.test("a traveler learns that editing a request leaves details out", () => {
  const shown = (body: ItineraryWish) =>
    renderToString(
      <AgainForm id="x" wish={{ kind: "itinerary", body }} verb="Try again" best="repeat" />,
    );

  assertNotMatch(shown(tokyo), /leaves these out/);
  assertNotMatch(shown({ ...tokyo, diet: ["vegan"] }), /leaves these out/);
  assertMatch(
    shown({ ...tokyo, diet: ["no pork, no fish"] }),
    /Try again(&quot;|") keeps all details of your request\..*leaves these out/s,
  );
});
