import { assert, assertEquals, assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { sampleBundles } from "../../../jobs/kinds/bundles/sample.ts";
import { contracts, kindNames } from "../../../jobs/kinds/contracts.ts";
import { filesOf } from "../../../routes/files/registry.ts";
import { plainView } from "../../../web/app/kinds/plain.tsx";
import { viewOf, wishKinds } from "../../../web/app/kinds/registry.ts";
import { tabTitleOf } from "../../../web/app/trip/tab_title.ts";
import { PlanWarnings } from "../../../web/app/trip/plan_warnings.tsx";
import type { GenerationJob } from "../../../web/client/client.ts";
import { catalogues } from "../../../web/words/catalogues.ts";
import { techno } from "../../../testing/app.ts";
import { storedBundles } from "../../../testing/plans.ts";
import { rendered, textOf } from "../../../testing/rendered.tsx";

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
  assertStrictEquals(titles(catalogues.de)[3], "Wochenendprogramme (abgebrochen)");
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
  const html = rendered(<PlanWarnings warnings={warnings} />);
  assertStrictEquals(
    textOf(html),
    "Please check this plan <b>Twice</b>",
  );
  assertStrictEquals(rendered(<PlanWarnings warnings={[]} />), "");
  assertStrictEquals(rendered(<PlanWarnings warnings={undefined} />), "");
});

Deno.test("a plan without a view is shown as its JSON members, as text", () => {
  const html = rendered(<plainView.Plan job={job} isGrowing={false} />);
  const terms = [...html.matchAll(/<dt>(\w+)<\/dt>/g)].map(([, name]) => name);
  assertEquals(terms, ["preferences", "bundles", "reasoningSummaries", "openaiResponseId"]);
  const text = textOf(html);
  assert(text.includes(JSON.stringify(bundles, null, 2).replaceAll(/\s+/g, " ")));
  assert(text.includes('"timeframe": "</pre> <b>soon</b>"'));
  assertNotMatch(html, /<b>/);
});

Deno.test("a plan without a view shows its parts while it grows", () => {
  const growing = { ...job, status: "processing" as const, bundles: null, partial: [bundles[0]!] };
  const html = rendered(<plainView.Plan job={growing} isGrowing />);
  assertMatch(html, /<dt>partial<\/dt>/);
  assert(textOf(html).includes(bundles[0]!.title));
  const begun = rendered(<plainView.Plan job={{ ...growing, partial: [] }} isGrowing />);
  assertNotMatch(begun, /partial|bundles/);
});
