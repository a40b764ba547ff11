/**
 * The page of the audit: what operators have done.
 * @module
 */
import type { Hono } from "hono";
import { auditActions, type AuditEntry, type AuditPage } from "../../../jobs/operator/audit.ts";
import type { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { AuditQuery } from "../api/audit.ts";
import { readFilters } from "./filters.ts";
import { shortText } from "./job_words.ts";
import { Live, LIVE_SECONDS, sendAdminPage } from "./layout.tsx";
import { Time } from "./values.tsx";

/** Adds the page `/admin/audit`. */
export function addAuditPage(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const { audit } = options.operator;
  routes.get("/admin/audit", async (c) => {
    const query = readFilters(c, AuditQuery);
    const { action, operator: actor, ...page } = query;
    const entries = await audit.page({ action, actor }, page);
    return await sendAdminPage(c, {
      title: "Audit",
      section: "audit",
      live: LIVE_SECONDS,
      main: (
        <>
          <AuditForm action={action} name={actor} />
          <Live id="audit">
            <AuditTable {...entries} />
            <AuditPages page={entries} query={query} />
          </Live>
        </>
      ),
    });
  });
}

function AuditForm({ action, name }: { action: string | undefined; name: string | undefined }) {
  return (
    <form class="filters" action="/admin/audit" aria-label="Filters">
      <label>
        Action{" "}
        <select name="action" value={action ?? ""}>
          <option value="">Any</option>
          {auditActions.map((action) => <option key={action} value={action}>{action}</option>)}
        </select>
      </label>
      <label>
        Operator <input name="operator" value={name} maxLength={64} autocomplete="off" />
      </label>
      <span class="actions">
        <button type="submit">Filter</button>
        {(action ?? name) !== undefined && <a href="/admin/audit">Clear</a>}
      </span>
    </form>
  );
}

function AuditTable({ entries, isPartial }: AuditPage) {
  if (entries.length === 0) {
    return (
      <p class="empty">
        {isPartial ? "No match among the newest entries. “Older” goes on." : "No entry matches."}
      </p>
    );
  }
  return (
    <table class="data">
      <caption class="unseen">Changes by operators, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Time</th>
          <th scope="col">Operator</th>
          <th scope="col">Action</th>
          <th scope="col">Target</th>
          <th scope="col">Details</th>
          <th scope="col">Outcome</th>
        </tr>
      </thead>
      <tbody>{entries.map((entry) => <AuditRow key={entry.id} entry={entry} />)}</tbody>
    </table>
  );
}

function AuditRow({ entry }: { entry: AuditEntry }) {
  const { id, at, actor, action, target, details, outcome, reason } = entry;
  const facts = Object.entries(details).filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${value}`);
  return (
    <tr id={`audit-${id}`}>
      <th scope="row" data-label="Time">
        <Time iso={isoTime(at)} />
      </th>
      <td data-label="Operator">
        {actor.name} <span class="quiet">{actor.via}</span>
      </td>
      <td data-label="Action" class="nowrap">{action}</td>
      <td data-label="Target">
        <Target action={action} target={target} />
      </td>
      <td data-label="Details">{facts.length > 0 ? facts.join(", ") : "–"}</td>
      <td data-label="Outcome">
        <span class={`state ${tones[outcome]}`}>{outcome}</span>
        {reason && ` ${reason}`}
      </td>
    </tr>
  );
}

const tones = { started: "busy", done: "good", failed: "bad" };

/** Sections with a page for each target, by the first word of their actions. */
const targetPages: Record<string, string> = {
  job: "/admin/jobs",
  callback: "/admin/jobs",
  bulk: "/admin/bulk",
};

function Target({ action, target }: { action: string; target: string | null }) {
  if (target === null) return <>–</>;
  const page = targetPages[action.split(".")[0]!];
  const text = shortText(target);
  if (page === undefined) return <span title={target}>{text}</span>;
  return <a href={`${page}/${encodeURIComponent(target)}`} title={target}>{text}</a>;
}

function AuditPages({ page: { cursor }, query }: {
  page: AuditPage;
  query: z.output<typeof AuditQuery>;
}) {
  const url = (cursor?: string) => {
    const { action, operator } = query;
    const values = Object.entries({ action, operator, cursor })
      .flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
    return `?${new URLSearchParams(Object.fromEntries(values))}`;
  };
  return (
    <nav class="pages" aria-label="Pages">
      {query.cursor !== undefined && <a href={url()}>Newest</a>}
      {cursor !== null && <a href={url(cursor)} rel="next">Older</a>}
    </nav>
  );
}
