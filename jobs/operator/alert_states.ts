/**
 * How alerts fire and clear. This module does not use KV.
 *
 * An alert fires when its value has been bad for `forMinutes`, and clears when it has been good for
 * `clearMinutes`. A value between the two thresholds changes nothing.
 * @module
 */
import { type AlertName, alertNames, type AlertThresholds } from "../../lib/alert_thresholds.ts";
import { MINUTE_MS } from "../../lib/history/range.ts";
import type { AlertBook, AlertChange, AlertState } from "../../lib/store/alert_store.ts";
import { alertRules, type Finding, type Situation } from "./alert_rules.ts";

/**
 * The longest time that counts between two evaluations. More may mean that the clocks of two machines
 * differ, or that no instance has run.
 */
const MAX_STEP_MS = 2 * MINUTE_MS;

/** How many changes are kept: a page of them. */
const MAX_CHANGES = 50;

export interface Evaluation {
  book: AlertBook;
  /** What this evaluation has changed. */
  changes: AlertChange[];
}

/**
 * Evaluates all alerts.
 *
 * @param last the result of the previous evaluation
 * @param options `now` in epoch milliseconds
 */
export function evaluate(
  last: AlertBook | null,
  { situation, thresholds, holder, now }: {
    situation: Situation;
    thresholds: AlertThresholds;
    holder: string;
    now: number;
  },
): Evaluation {
  // The previous evaluation may be of a machine whose clock is ahead.
  const stepMs = last === null ? 0 : Math.min(Math.max(0, now - last.at), MAX_STEP_MS);
  const results = alertNames.flatMap((name) =>
    findingsOf(name, { situation, thresholds }).map((finding) => {
      const { subject } = finding;
      const state = last?.alerts.find((alert) => isSame(alert, { name, subject }));
      return next(state, { name, finding, lasting: lastingOf(name, thresholds), stepMs, now });
    })
  );
  const alerts = results.map(({ state }) => state);
  const changes = [
    ...results.flatMap(({ change }) => change ?? []),
    ...clearedWithoutRule(last?.alerts ?? [], { alerts, now }),
  ];
  const kept = [...changes.toReversed(), ...last?.changes ?? []].slice(0, MAX_CHANGES);
  return { book: { at: now, holder, alerts, changes: kept }, changes };
}

function isSame(a: Pick<AlertState, "name" | "subject">, b: Pick<AlertState, "name" | "subject">) {
  return a.name === b.name && a.subject === b.subject;
}

/** Clears alerts that were switched off while they fired, so that receivers do not wait for ever. */
function clearedWithoutRule(
  last: readonly AlertState[],
  { alerts, now }: { alerts: readonly AlertState[]; now: number },
): AlertChange[] {
  const summary = "The alert is off";
  return last
    .filter((state) => state.isFiring && !alerts.some((alert) => isSame(alert, state)))
    .map(({ name, subject }) => ({ name, subject, change: "cleared", at: now, summary }));
}

/** Returns what the rule of an alert finds; nothing if the alert is off. */
function findingsOf<Name extends AlertName>(
  name: Name,
  { situation, thresholds }: { situation: Situation; thresholds: AlertThresholds },
): Finding[] {
  const own = thresholds[name];
  return own === false ? [] : alertRules[name](situation, own as Exclude<typeof own, false>);
}

/** How long a value must last, in milliseconds. */
function lastingOf(name: AlertName, thresholds: AlertThresholds) {
  const { forMinutes, clearMinutes } = thresholds[name] || { forMinutes: 0, clearMinutes: 0 };
  return { fireMs: forMinutes * MINUTE_MS, clearMs: clearMinutes * MINUTE_MS };
}

function next(
  last: AlertState | undefined,
  { name, finding, lasting, stepMs, now }: {
    name: AlertName;
    finding: Finding;
    lasting: { fireMs: number; clearMs: number };
    stepMs: number;
    now: number;
  },
): { state: AlertState; change: AlertChange | null } {
  const { subject, level, summary } = finding;
  const { isFiring = false, firedAt = null, pendingMs = null } = last ?? {};
  const towards = isFiring ? "good" : "bad";
  const isPending = level === towards || (level === "between" && pendingMs !== null);
  // The first evaluation that finds the value begins to count.
  const heldMs = pendingMs === null ? 0 : pendingMs + stepMs;
  const neededMs = isFiring ? lasting.clearMs : lasting.fireMs;
  if (level !== towards || heldMs < neededMs) {
    const pending = isPending ? heldMs : null;
    const state = { name, subject, isFiring, firedAt, pendingMs: pending, summary };
    return { state, change: null };
  }
  return {
    state: {
      name,
      subject,
      isFiring: !isFiring,
      firedAt: isFiring ? firedAt : now,
      pendingMs: null,
      summary,
    },
    change: { name, subject, change: isFiring ? "cleared" : "firing", at: now, summary },
  };
}
