/**
 * The first page of the dashboard: how the service is.
 * @module
 */
import type { Hono } from "hono";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { type Overview, readOverview } from "../api/overview.ts";
import { addChartPages, Charts, HistoryReader, RangeLinks, rangeOf } from "./history.tsx";
import { Live, LIVE_SECONDS, sendAdminPage } from "./layout.tsx";
import { bytes, Time } from "./values.tsx";

/** Adds the page `/admin`, and those of its charts. */
export function addOverviewPage(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const reader = new HistoryReader(options);
  addChartPages(routes, reader);
  routes.get("/admin", async (c) => {
    const range = rangeOf(c);
    const [overview, points] = await Promise.all([readOverview(options), reader.read(range)]);
    return sendAdminPage(c, {
      title: "Overview",
      section: "overview",
      live: LIVE_SECONDS,
      main: (
        <>
          <RangeLinks path="/admin" current={range} />
          <Live id="overview">
            <Warnings {...overview} />
            <Charts points={points} range={range} />
            <div class="columns">
              <Storage {...overview} />
              <Instances {...overview} />
              <Breakers {...overview} />
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

function Instances({ version, health: { instances, running } }: Overview) {
  return (
    <section class="card">
      <h2>Instances</h2>
      <p class="quiet">This instance has version {version} and runs {running} jobs.</p>
      {instances === null ? <p>The database does not respond.</p> : (
        <table class="data">
          <thead>
            <tr>
              <th scope="col">Instance</th>
              <th scope="col">State</th>
              <th scope="col">Heartbeat</th>
            </tr>
          </thead>
          <tbody>
            {instances.map(({ id, isAlive, heartbeatAt }) => (
              <tr key={id}>
                <td data-label="Instance">
                  <code title={id}>{id.slice(0, 8)}</code>
                </td>
                <td data-label="State">
                  <span class={`state ${isAlive ? "good" : "bad"}`}>
                    {isAlive ? "alive" : "silent"}
                  </span>
                </td>
                <td data-label="Heartbeat">
                  {heartbeatAt === null ? "no jobs yet" : <Time iso={heartbeatAt} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Breakers({ health: { kinds } }: Overview) {
  return (
    <section class="card">
      <h2>Breakers</h2>
      {kinds === null ? <p>The database does not respond.</p> : (
        <table class="data">
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Breaker</th>
              <th scope="col">Last call</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(({ kind, breaker, openUntil, openedBy, lastCall }) => (
              <tr key={kind}>
                <td data-label="Kind">{kind}</td>
                <td data-label="Breaker">
                  <span class={`state ${breaker === "closed" ? "good" : "bad"}`}>
                    {breaker.replace("_", " ")}
                  </span>
                  {openedBy && <span class="quiet">{` by ${openedBy}`}</span>}
                  {openUntil && (
                    <span class="quiet">
                      , until <Time iso={openUntil} />
                    </span>
                  )}
                </td>
                <td data-label="Last call">
                  {lastCall === null ? "none" : (
                    <>
                      {lastCall.failure ?? "succeeded"} <Time iso={lastCall.at} />
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
