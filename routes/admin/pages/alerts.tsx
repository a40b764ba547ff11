/**
 * The part of the overview about alerts.
 * @module
 */
import { type AlertName, runbookOf } from "../../../lib/alert_thresholds.ts";
import { withDeadline } from "../../../lib/clock.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type AlertsAnswer, presentAlerts } from "../api/alerts.ts";
import { Time } from "./values.tsx";

/** How many changes the overview shows. The API has more. */
const SHOWN_CHANGES = 10;

/** A database that takes longer does not respond. The rest of the page must not wait for it. */
const READ_MS = 2_000;

type Alert = AlertsAnswer["alerts"][number];

/** Reads the alerts. Returns `null` if the database does not respond. Never rejects. */
export async function readAlerts(
  { operator, clock }: Pick<AdminOptions, "operator" | "clock">,
): Promise<AlertsAnswer | null> {
  const read = async () => presentAlerts(await operator.alerts.read());
  return await withDeadline(read, { ms: READ_MS, clock }).catch(() => null);
}

/**
 * Shows what fires, and below it what has changed lately and all other alerts.
 *
 * @param answer `null`: the database does not respond
 */
export function Alerts({ answer }: { answer: AlertsAnswer | null }) {
  return (
    <section class="card">
      <h2>Alerts</h2>
      {answer === null ? <p>The database does not respond.</p> : <Evaluation {...answer} />}
    </section>
  );
}

function Evaluation({ evaluatedAt, alerts, changes }: AlertsAnswer) {
  const firing = alerts.filter(({ isFiring }) => isFiring);
  return (
    <>
      {evaluatedAt === null
        ? <p>No evaluation yet: the first one is a few seconds after the start.</p>
        : (
          <p class="quiet">
            {firing.length === 0 ? "No alert fires. " : ""}Evaluated <Time iso={evaluatedAt} />
          </p>
        )}
      {firing.length > 0 && <AlertTable alerts={firing} caption="Firing" />}
      {changes.length > 0 && (
        <details id="alert-changes">
          <summary>Last changes</summary>
          <Changes changes={changes} />
        </details>
      )}
      {alerts.length > 0 && (
        <details id="all-alerts">
          <summary>All alerts</summary>
          <AlertTable alerts={alerts} caption="All alerts" />
        </details>
      )}
    </>
  );
}

/** The page that shows more about an alert. */
const pages: Record<AlertName, { path: string; title: string }> = {
  success_rate: { path: "/admin/jobs?state=failed", title: "Failed jobs" },
  duration: { path: "/admin/charts/duration", title: "Time to finish" },
  model_errors: { path: "/admin/charts/errors", title: "Model errors" },
  backlog: { path: "/admin/jobs?state=queued", title: "Queued jobs" },
  breaker_open: { path: "/admin/charts/errors", title: "Model errors" },
  storage_nearly_full: { path: "/admin/charts/storage", title: "Storage" },
  expiry_behind: { path: "/admin/charts/expired", title: "Expired jobs" },
};

/** Leads from an alert to the page that shows more, and to what to do. */
function NextStep({ name }: { name: string }) {
  // The stored evaluation may be of another version.
  const page = Object.hasOwn(pages, name) ? pages[name as AlertName] : null;
  return (
    <p class="quiet">
      {page && (
        <>
          See <a href={page.path}>{page.title}</a>.{" "}
        </>
      )}
      What to do: <code>{runbookOf(name)}</code>
    </p>
  );
}

function AlertTable({ alerts, caption }: { alerts: Alert[]; caption: string }) {
  return (
    <table class="data" aria-label={caption}>
      <thead>
        <tr>
          <th scope="col">Alert</th>
          <th scope="col">State</th>
          <th scope="col">Found</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map(({ name, subject, isFiring, firedAt, summary }) => (
          <tr key={`${name} ${subject}`}>
            <td data-label="Alert">
              <code class="nowrap">{name}</code>
              {subject && ` ${subject}`}
            </td>
            <td data-label="State">
              <span class={`state ${isFiring ? "bad" : "good"}`}>
                {isFiring ? "firing" : "quiet"}
              </span>
              {isFiring && firedAt && (
                <span class="quiet">
                  {" since "}
                  <Time iso={firedAt} />
                </span>
              )}
            </td>
            <td data-label="Found">
              {summary}
              {isFiring && <NextStep name={name} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Changes({ changes }: Pick<AlertsAnswer, "changes">) {
  return (
    <ul>
      {changes.slice(0, SHOWN_CHANGES).map(({ name, subject, change, at, summary }) => (
        <li key={`${at} ${name} ${subject}`}>
          <Time iso={at} />{" "}
          <span class={`state ${change === "firing" ? "bad" : "good"}`}>{change}</span>{" "}
          <code>{name}</code>
          {subject && ` ${subject}`}: {summary}
        </li>
      ))}
    </ul>
  );
}
