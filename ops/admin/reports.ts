/**
 * The commands that show the state of the service, and what operators have done.
 * @module
 */
import type { Command } from "commander";
import type { z } from "zod";
import { AlertsAnswer } from "../../routes/admin/api/alerts.ts";
import { AuditPage } from "../../routes/admin/api/audit.ts";
import { Controls } from "../../routes/admin/api/controls.ts";
import { Overview } from "../../routes/admin/api/overview.ts";
import type { Answer } from "./api.ts";
import { type Context, report, type Run } from "./context.ts";
import { visible } from "./control_characters.ts";
import { type Column, listOf, tableOf } from "./table.ts";
import { ageWords, bytesWords, NONE } from "./words.ts";

/** What an operator looks at first. */
export interface State {
  overview: Answer<Overview>;
  alerts: AlertsAnswer;
  controls: Controls;
}

/** Reads what an operator looks at first. */
export async function readState({ api }: Context): Promise<State> {
  const [overview, alerts, controls] = await Promise.all([
    api.send({ path: "/overview" }, Overview),
    api.send({ path: "/alerts" }, AlertsAnswer),
    api.send({ path: "/controls" }, Controls),
  ]);
  return { overview, alerts: alerts.value, controls: controls.value };
}

/** Returns the state of the service in words: also what fires and what is paused. */
export function stateWords({ overview, alerts, controls }: State, context: Context): string {
  const { at, version, health } = overview.value;
  const { storage, databaseMs, running, kinds, instances, warnings } = health;
  const breakers = kinds?.filter(({ breaker }) => breaker !== "closed")
    .map(({ kind, breaker }) => `${kind} ${breaker.replace("_", "-")}`);
  const { intake } = controls;
  const paused = controls.kinds.filter(({ isPaused }) => isPaused).map(({ kind }) => kind);
  if (intake === "paused") paused.unshift("intake");
  const firing = alerts.alerts.filter(({ isFiring }) => isFiring);
  const alive = instances?.filter(({ isAlive }) => isAlive).length;
  const lines = listOf([
    ["service", `${context.api.url}, version ${version}`],
    ["time", at],
    ["storage", `${storage.state}, ${bytesWords(storage.freeBytes)} free`],
    ["database", databaseMs === null ? "does not respond" : `${Math.round(databaseMs)} ms`],
    ["running", `${running} in the instance that answers`],
    ["instances", instances ? `${alive} of ${instances.length} alive` : NONE],
    ["open breakers", breakers ? breakers.join(", ") || "none" : NONE],
    ["paused", paused.join(", ") || "none"],
    ["alerts", firing.length === 0 ? "none fires" : `${firing.length} firing`],
  ], context.terminal);
  return [
    lines,
    ...firing.map(({ name, subject, summary }) =>
      visible(`Alert ${name}${subject ? ` of ${subject}` : ""}: ${summary}`)
    ),
    ...warnings.map((warning) => `Warning: ${visible(warning)}`),
  ].join("\n");
}

type Alert = AlertsAnswer["alerts"][number];

function alertColumns({ clock }: Context): Column<Alert>[] {
  return [
    { title: "alert", text: ({ name }) => name },
    { title: "about", text: ({ subject }) => subject ?? "service" },
    {
      title: "state",
      text: ({ isFiring }) => (isFiring ? "firing" : "quiet"),
      color: ({ isFiring }) => (isFiring ? "red" : undefined),
    },
    { title: "last fired", text: ({ firedAt }) => ageWords(firedAt, clock) },
    { title: "found", text: ({ summary }) => summary, isShortenable: true },
  ];
}

function alertWords({ evaluatedAt, alerts }: AlertsAnswer, context: Context): string {
  if (evaluatedAt === null) return "The alerts were not evaluated yet.";
  const table = tableOf({ rows: alerts, columns: alertColumns(context) }, context.terminal);
  return `${table}\n\nEvaluated ${ageWords(evaluatedAt, context.clock)}.`;
}

type AuditEntry = z.output<typeof AuditPage>["items"][number];

const outcomeColors = { started: "yellow", done: "green", failed: "red" } as const;

function auditColumns({ clock }: Context): Column<AuditEntry>[] {
  return [
    { title: "when", text: ({ at }) => ageWords(at, clock) },
    { title: "operator", text: ({ operator }) => operator, isShortenable: true },
    { title: "action", text: ({ action }) => action },
    { title: "target", text: ({ target }) => target ?? NONE, isShortenable: true },
    {
      title: "outcome",
      text: ({ outcome, reason }) => (reason ? `${outcome}: ${reason}` : outcome),
      color: ({ outcome }) => outcomeColors[outcome],
      isShortenable: true,
    },
    { title: "via", text: ({ via }) => via, isOptional: true },
  ];
}

/** Lists what operators have done. */
async function listAudit(context: Context, query: Record<string, string>): Promise<void> {
  const answer = await context.api.send({ path: "/audit", query }, AuditPage);
  report(
    context,
    answer,
    ({ items }) =>
      items.length === 0
        ? "No entry matches."
        : tableOf({ rows: items, columns: auditColumns(context) }, context.terminal),
  );
  const { nextCursor } = answer.value;
  if (nextCursor !== null) context.terminal.note(`The list goes on with --cursor ${nextCursor}`);
}

/** Adds the commands. */
export function addReportCommands(program: Command, run: Run): void {
  run(program.command("overview").description("Show the state of the service"), async (context) => {
    const state = await readState(context);
    report(context, state.overview, () => stateWords(state, context));
  });
  run(program.command("alerts").description("Show what fires"), async (context) => {
    const answer = await context.api.send({ path: "/alerts" }, AlertsAnswer);
    report(context, answer, (alerts) => alertWords(alerts, context));
  });
  const audit = program.command("audit").description("List what operators have done")
    .option("--action <action>", "only this action, such as job.cancel")
    .option("--operator <name>", "only this operator")
    .option("--limit <number>", "how many, at most 100")
    .option("--cursor <id>", "where the list goes on");
  run(audit, listAudit);
}
