/**
 * The parts of the overview for the intake, the kinds of job and the instances.
 * @module
 */
import type { Context, Hono } from "hono";
import { INTAKE } from "../../../jobs/operator/controls.ts";
import { ProblemError } from "../../http/problem.ts";
import type { AdminEnv, AdminOptions } from "../admin_env.ts";
import { controlRequests, type Controls, type InstanceDetails } from "../api/controls.ts";
import { readForm } from "./form.ts";
import { Confirm, redirectWithNotice } from "./layout.tsx";
import { Time } from "./values.tsx";

type PageContext = Context<AdminEnv>;

const OVERVIEW = "/admin";

/** How many jobs of an instance the table names. */
const NAMED_JOBS = 5;

/** Adds the routes of the forms. */
export function addControlForms(routes: Hono<AdminEnv>, options: AdminOptions): void {
  const { operator: { controls }, clock } = options;
  const { Pause, Resume, KindParams } = controlRequests(controls);
  routes.post("/admin/pause", async (c) => {
    const form = await readForm(c, Pause, { clock });
    await controls.pause(c.get("actor"), form);
    return await redirectWithNotice(c, OVERVIEW, { text: `${subjectOf(form)} paused.` });
  });
  routes.post("/admin/resume", async (c) => {
    const form = await readForm(c, Resume, { clock });
    await controls.resume(c.get("actor"), form.what);
    return await redirectWithNotice(c, OVERVIEW, { text: `${subjectOf(form)} resumed.` });
  });
  routes.post("/admin/breakers/:kind/close", async (c) => {
    const params = KindParams.safeParse(c.req.param());
    if (!params.success) throw new ProblemError(NO_KIND);
    const { kind } = params.data;
    const wasOpen = await controls.closeBreaker(c.get("actor"), kind);
    const text = `The breaker of ${kind} ${wasOpen ? "is closed" : "was already closed"}.`;
    return await redirectWithNotice(c, OVERVIEW, { text });
  });
  // The addresses of answers to forms, opened again.
  for (const path of ["/admin/pause", "/admin/resume", "/admin/breakers/:kind/close"]) {
    routes.get(path, (c: PageContext) => c.redirect(OVERVIEW, 303));
  }
}

const NO_KIND = { code: "route_not_found", detail: "There is no such kind of job" } as const;

function subjectOf({ what }: { what: string }): string {
  return what === INTAKE ? "New jobs are" : `Jobs of ${what} are`;
}

/** Shows whether the service accepts new jobs, with the button that changes it. */
export function Intake({ controls: { intake, note, changedBy, changedAt } }: ControlsProps) {
  const isPaused = intake === "paused";
  return (
    <section class="card">
      <h2>Intake</h2>
      <p>
        <State tone={isPaused ? "warm" : "good"} text={isPaused ? "paused" : "open"} />{" "}
        {isPaused ? "New jobs are refused." : "New jobs are accepted."}
      </p>
      {note && <p dir="auto">Travelers read: {note}</p>}
      {changedAt && (
        <p class="quiet">
          Last change of the controls by {changedBy}, <Time iso={changedAt} />
        </p>
      )}
      {isPaused ? <Resume what={INTAKE} label="Accept new jobs" /> : (
        <Confirm
          id="pause-intake"
          action="/admin/pause"
          label="Pause new jobs"
          question="All instances refuse new jobs until you resume them. Existing jobs continue."
          confirm="Pause new jobs"
        >
          <input type="hidden" name="what" value={INTAKE} />
          <label for="pause-note">What travelers read (optional)</label>
          <input id="pause-note" name="note" maxLength={300} autocomplete="off" />
        </Confirm>
      )}
    </section>
  );
}

interface ControlsProps {
  controls: Controls;
}

/** Shows each kind of job with its breaker, and the buttons that change them. */
export function Kinds({ controls: { kinds } }: ControlsProps) {
  return (
    <section class="card">
      <h2>Kinds of job</h2>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Work</th>
            <th scope="col">Breaker</th>
            <th scope="col">Last call</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map((kind) => (
            <tr key={kind.kind}>
              <td data-label="Kind">{kind.kind}</td>
              <td data-label="Work">
                <KindWork {...kind} />
              </td>
              <td data-label="Breaker">
                <BreakerState {...kind} />
              </td>
              <td data-label="Last call">
                <LastCall {...kind} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

type KindProps = Controls["kinds"][number];

function KindWork({ kind, isPaused }: KindProps) {
  if (isPaused) {
    return (
      <>
        <State tone="warm" text="paused" />
        <Resume what={kind} label={`Resume ${kind}`} />
      </>
    );
  }
  return (
    <>
      <State tone="good" text="active" />
      <Confirm
        id={`pause-${kind}`}
        action="/admin/pause"
        label={`Pause ${kind}`}
        question="No instance starts jobs of this kind until you resume it. Running jobs continue, and new ones wait."
        confirm={`Pause ${kind}`}
      >
        <input type="hidden" name="what" value={kind} />
      </Confirm>
    </>
  );
}

function BreakerState({ kind, breaker, openUntil, openedBy, holdsBack }: KindProps) {
  return (
    <>
      <State tone={breaker === "closed" ? "good" : "bad"} text={breaker.replace("_", "-")} />
      {openedBy && <span class="quiet">{` by ${openedBy}`}</span>}
      {holdsBack && holdsBack !== "all" && <span class="quiet">{`, for one ${holdsBack}`}</span>}
      {openUntil && (
        <span class="quiet">
          , until <Time iso={openUntil} />
        </span>
      )}
      {breaker !== "closed" && (
        <Confirm
          id={`close-${kind}`}
          action={`/admin/breakers/${kind}/close`}
          label={`Close the breaker of ${kind}`}
          question="All jobs that wait for the model call it at once. The breaker opens again if it still refuses."
          confirm="Close it now"
        />
      )}
    </>
  );
}

function LastCall({ lastCall }: KindProps) {
  if (lastCall === null) return <>none</>;
  return (
    <>
      {lastCall.failure ?? "succeeded"} <Time iso={lastCall.at} />
    </>
  );
}

function State({ tone, text }: { tone: "good" | "warm" | "bad"; text: string }) {
  return <span class={`state ${tone}`}>{text}</span>;
}

/** A resume needs no question, because it can be undone at once. */
function Resume({ what, label }: { what: string; label: string }) {
  return (
    <form method="post" action="/admin/resume">
      <input type="hidden" name="what" value={what} />
      <button type="submit">{label}</button>
    </form>
  );
}

/** Shows the instances, with what each works on. */
export function Instances({ instances }: { instances: readonly InstanceDetails[] }) {
  return (
    <section class="card">
      <h2>Instances</h2>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col">Started</th>
            <th scope="col">Heartbeat</th>
            <th scope="col">Jobs</th>
          </tr>
        </thead>
        <tbody>
          {instances.map((instance) => (
            <tr key={instance.id}>
              <td data-label="Instance">
                <code class="nowrap" title={instance.id}>{instance.id.slice(0, 8)}</code>
                {instance.hostName && <span class="quiet">{` ${instance.hostName}`}</span>}
              </td>
              <td data-label="State">
                <State
                  tone={instance.isAlive ? "good" : "bad"}
                  text={instance.isAlive ? "alive" : "silent"}
                />
              </td>
              <td data-label="Version">{instance.version ?? "not known"}</td>
              <td data-label="Started">
                {instance.startedAt === null ? "not known" : <Time iso={instance.startedAt} />}
              </td>
              <td data-label="Heartbeat">
                {instance.heartbeatAt === null
                  ? "none while it holds no jobs"
                  : <Time iso={instance.heartbeatAt} />}
              </td>
              <td data-label="Jobs">
                <HeldJobs {...instance} />
                {instance.freeSlots !== null && (
                  <span class="quiet">{` ${instance.freeSlots} slots free`}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function HeldJobs({ jobs, hasMore }: InstanceDetails) {
  const more = jobs.length - NAMED_JOBS;
  if (jobs.length === 0) return <>none</>;
  return (
    <>
      {jobs.slice(0, NAMED_JOBS).map((id) => (
        <span key={id}>
          <a href={`/admin/jobs/${id}`} title={id}>
            <code>{`…${id.slice(-8)}`}</code>
          </a>
          {" "}
        </span>
      ))}
      {more > 0 && <span class="quiet">{`and ${more}${hasMore ? " or more" : ""} others`}</span>}
    </>
  );
}
