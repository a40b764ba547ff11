/**
 * The alerts for operators.
 * @module
 */
import { z } from "zod";
import { isoTime } from "../../../lib/clock.ts";
import type { AlertBook, AlertState } from "../../../lib/store/alert_store.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

const names = {
  name: z.string().describe("Also the name of its section in the runbook"),
  subject: z.string().nullable().describe("The kind of job; `null`: the whole service"),
};
const summary = z.string().describe("What the evaluation has found, in one sentence");

/** The schema of the alerts. */
export const AlertsAnswer = z.object({
  evaluatedAt: z.iso.datetime().nullable().describe("`null`: there was no evaluation yet"),
  evaluatedBy: z.string().nullable().describe("The instance of the last evaluation"),
  alerts: z.array(
    z.object({
      ...names,
      isFiring: z.boolean(),
      firedAt: z.iso.datetime().nullable().describe("When it last began to fire"),
      summary,
    }).meta({ id: "Alert" }),
  ).describe("All alerts that are on, firing ones first"),
  changes: z.array(
    z.object({
      ...names,
      change: z.enum(["firing", "cleared"]),
      at: z.iso.datetime(),
      summary,
    }).meta({ id: "AlertChange" }),
  ).describe("The last changes, newest first"),
}).meta({ id: "Alerts" });
export type AlertsAnswer = z.output<typeof AlertsAnswer>;

/** Returns the operation that reads the alerts. */
export function alertOperations({ operator }: Pick<AdminOptions, "operator">): Operation[] {
  return [
    operation({
      method: "get",
      path: "/alerts",
      id: "getAlerts",
      summary: "Show what fires, and what has fired",
      answer: AlertsAnswer,
      returns: "The state of all alerts",
      handle: async () => presentAlerts(await operator.alerts.read()),
    }),
  ];
}

/** Returns the JSON of the last evaluation. */
export function presentAlerts(book: AlertBook | null): AlertsAnswer {
  if (!book) return { evaluatedAt: null, evaluatedBy: null, alerts: [], changes: [] };
  const alerts = book.alerts.toSorted((a, b) => Number(b.isFiring) - Number(a.isFiring));
  return {
    evaluatedAt: isoTime(book.at),
    evaluatedBy: book.holder,
    alerts: alerts.map(presentAlert),
    changes: book.changes.map(({ at, ...change }) => ({ ...change, at: isoTime(at) })),
  };
}

function presentAlert({ name, subject, isFiring, firedAt, summary }: AlertState) {
  return {
    name,
    subject,
    isFiring,
    firedAt: firedAt === null ? null : isoTime(firedAt),
    summary,
  };
}
