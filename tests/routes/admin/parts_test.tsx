import { assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { alertNames, runbookOf } from "../../../lib/alert_thresholds.ts";
import { summaryOf } from "../../../lib/job/job_summary.ts";
import type { ListedJob } from "../../../lib/store/job_listing.ts";
import { presentInstanceDetails } from "../../../routes/admin/api/controls.ts";
import { Alerts } from "../../../routes/admin/pages/alerts.tsx";
import { Instances } from "../../../routes/admin/pages/controls.tsx";
import { JobTable } from "../../../routes/admin/pages/job_parts.tsx";
import { NOON } from "../../../testing/fake_clock.ts";
import { queuedJob } from "../../../testing/jobs.ts";

const at = new Date(NOON).toISOString();

/** Renders an alert that fires, or does not. */
function renderAlert(name: string, isFiring: boolean): string {
  const alert = { name, subject: null, isFiring, firedAt: at, summary: "Found" };
  const answer = { evaluatedAt: at, evaluatedBy: "x", alerts: [alert], changes: [] };
  return renderToString(<Alerts answer={answer} />);
}

for (const name of alertNames) {
  Deno.test(`the alert ${name} leads to a page and to the runbook while it fires`, () => {
    const firing = renderAlert(name, true);
    assertMatch(firing, /See <a href="\/admin\//);
    assertMatch(firing, new RegExp(runbookOf(name)));
    assertNotMatch(renderAlert(name, false), /What to do/);
  });
}

Deno.test("an alert of another version has no page, but the runbook", () => {
  const html = renderAlert("toString", true);
  assertNotMatch(html, /See/);
  assertMatch(html, /#toString/);
});

/** The jobs that an instance with ten slots holds, and how many slots are free. */
const slots: [title: string, held: number, free: number | null][] = [
  ["as many as it has reported", 4, 6],
  ["jobs that have started since", 7, 3],
  ["no jobs any more", 0, 10],
  ["jobs in all slots", 10, 0],
];

for (const [title, held, free] of slots) {
  Deno.test(`an instance that holds ${title} has ${free} free slots`, () => {
    const jobs = Array.from({ length: held }, () => crypto.randomUUID());
    const running = { itinerary: 3, callback: 1 };
    const presence = {
      holder: "x",
      version: "1",
      hostName: null,
      startedAt: NOON,
      at: NOON,
      running,
      freeSlots: 6,
    };
    const report = { id: "x", isAlive: true, heartbeatAt: null, jobs, hasMore: false, presence };
    const instance = presentInstanceDetails(report);
    assertStrictEquals(instance.freeSlots, free);
    const html = renderToString(<Instances instances={[instance]} />);
    assertMatch(html, /none while it holds no jobs/);
  });
}

/** Renders a list of one job that has ended. */
function renderJob(job: Partial<ListedJob>): string {
  const whole = { ...summaryOf(queuedJob()), replayedAs: null, ...job };
  const names = { owners: new Map([["key:0123", "Partner"]]), planKinds: ["itinerary"] };
  return renderToString(<JobTable jobs={[whole]} now={NOON} caption="Jobs" {...names} />);
}

Deno.test("a list of jobs names the key of an owner, and the source of plans only", () => {
  const kind = "itinerary";
  assertMatch(renderJob({ kind, owner: "key:0123" }), />Partner<\/a>/);
  assertMatch(renderJob({ kind, owner: "key:4567" }), />key:4567<\/a>/);
  assertMatch(renderJob({ kind, source: "sample" }), /sample/);
  assertNotMatch(renderJob({ kind: "callback", source: "sample" }), /sample/);
});

Deno.test("a job that has not ended has not taken any time yet", () => {
  const cell = (job: Partial<ListedJob>) => renderJob(job).match(/"Took"[^>]*>([^<]*)</)?.[1];
  assertStrictEquals(cell({ finishedAt: null }), "–");
  assertStrictEquals(cell({ createdAt: NOON, finishedAt: NOON + 3_000 }), "3.0 s");
});
