import { assertMatch, assertNotMatch, assertStrictEquals } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { alertNames, runbookOf } from "../../../lib/alert_thresholds.ts";
import { presentInstanceDetails } from "../../../routes/admin/api/controls.ts";
import { Alerts } from "../../../routes/admin/pages/alerts.tsx";
import { Instances } from "../../../routes/admin/pages/controls.tsx";
import { NOON } from "../../../testing/fake_clock.ts";

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
