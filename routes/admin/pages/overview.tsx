/**
 * The first page of the dashboard: how the service is.
 * @module
 */
import type { Hono } from "hono";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { presentControls, presentInstanceDetails } from "../api/controls.ts";
import { type Overview, readOverview } from "../api/overview.ts";
import { Alerts, readAlerts } from "./alerts.tsx";
import { addControlForms, Instances, Intake, Kinds } from "./controls.tsx";
import { addChartPages, Charts, HistoryReader, RangeLinks, rangeOf } from "./history.tsx";
import { Live, LIVE_SECONDS, sendAdminPage } from "./layout.tsx";
import { bytes } from "./values.tsx";

/** Adds the page `/admin`, its forms, and the pages of its charts. */
export function addOverviewPage(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const reader = new HistoryReader(options);
  addControlForms(routes, options);
  addChartPages(routes, reader);
  routes.get("/admin", async (c) => {
    const range = rangeOf(c);
    const [overview, alerts, points, { controls, instances }] = await Promise.all([
      readOverview(options),
      readAlerts(options),
      reader.readInTime(range),
      options.operator.controls.readInTime(),
    ]);
    return sendAdminPage(c, {
      title: "Overview",
      section: "overview",
      live: LIVE_SECONDS,
      main: (
        <>
          <RangeLinks path="/admin" current={range} />
          <Live id="overview">
            <Warnings {...overview} />
            <div class="columns">
              <Alerts answer={alerts} />
              {controls && <Intake controls={presentControls(controls)} />}
            </div>
            {controls && <Kinds controls={presentControls(controls)} />}
            <Charts points={points} range={range} />
            <div class="columns">
              <Storage {...overview} />
              {instances && <Instances instances={instances.map(presentInstanceDetails)} />}
            </div>
          </Live>
        </>
      ),
    });
  });
}

function Warnings({ health: { warnings } }: Overview) {
  if (warnings.length === 0) return null;
  return (
    <ul class="notice bad">
      {warnings.map((warning) => <li key={warning}>{warning}</li>)}
    </ul>
  );
}

function Storage({ health: { storage, databaseMs } }: Overview) {
  const { state, freeBytes, totalBytes, reusableBytes, isWritable } = storage;
  return (
    <section class="card">
      <h2>Storage</h2>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <span class={`state ${state === "ok" ? "good" : "bad"}`}>{state}</span>
        </dd>
        <dt>Free</dt>
        <dd>
          {bytes(freeBytes)}
          {totalBytes !== null && ` of ${bytes(totalBytes)}`}
        </dd>
        <dt>Reusable</dt>
        <dd>{bytes(reusableBytes)}</dd>
        <dt>Writes</dt>
        <dd>{isWritable ? "accepted" : "fail for lack of space"}</dd>
        <dt>Database</dt>
        <dd>{databaseMs === null ? "does not respond" : `answers in ${databaseMs} ms`}</dd>
      </dl>
    </section>
  );
}
