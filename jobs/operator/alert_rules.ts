/**
 * The rules of the alerts, as a table: what each of them measures, and when the value is bad or good
 * again. This module does not use KV. `lib/alert_thresholds.ts` has the thresholds.
 * @module
 */
import type { AlertName, AlertThresholds } from "../../lib/alert_thresholds.ts";
import { HOUR_MS, MINUTE_MS } from "../../lib/history/range.ts";
import { countOf, durationsOf, type Row } from "../../lib/history/row.ts";
import type { BreakerReach } from "../../lib/store/breaker_state.ts";
import type { StorageReport } from "../../lib/store/storage_space.ts";

/** The jobs that wait. */
export interface Backlog {
  waiting: number;
  /** The age of the oldest waiting job; 0 if none waits. */
  oldestMs: number;
}

/** The state of the service when the alerts are evaluated. */
export interface Situation {
  /** Returns what all instances did in a part of the last two hours. */
  during: (part: { lastMs: number; beforeMs?: number }) => Row;
  /** The kinds that clients can create. */
  kinds: readonly { name: string; expectedMs: number }[];
  /** `null`: not known at the moment. */
  backlog: Backlog | null;
  breakers: readonly {
    kind: string;
    state: "closed" | "half_open" | "open";
    /** Which jobs it holds back; `null`: it is closed. */
    holdsBack: BreakerReach | null;
  }[];
  storage: Pick<StorageReport, "state" | "freeBytes" | "reusableBytes" | "lowBelowBytes">;
  /** How long the oldest expired job has been stored beyond its time. */
  expiredForMs: number;
}

/** `between`: neither bad enough to fire nor good enough to clear. */
export type Level = "bad" | "between" | "good";

/** What a rule has found. */
export interface Finding {
  /** The kind of job that it is about; `null`: the whole service. */
  subject: string | null;
  level: Level;
  /** One sentence for operators. */
  summary: string;
}

type Thresholds<Name extends AlertName> = Exclude<AlertThresholds[Name], false>;

type Rule<Name extends AlertName> = (
  situation: Situation,
  thresholds: Thresholds<Name>,
) => Finding[];

/** All rules by name. */
export const alertRules: { [Name in AlertName]: Rule<Name> } = {
  success_rate(situation, { below, clearAt, minJobs, windowMinutes }) {
    const row = situation.during({ lastMs: windowMinutes * MINUTE_MS });
    const ended = (outcome: string) =>
      situation.kinds.reduce(
        (sum, { name }) => sum + countOf(row, "ended", `${name} ${outcome}`),
        0,
      );
    const succeeded = ended("succeeded");
    const jobs = succeeded + ended("failed");
    const rate = succeeded / jobs;
    // Too few jobs show nothing, so they cannot keep an alert firing either.
    const level = jobs < minJobs || rate >= clearAt ? "good" : rate < below ? "bad" : "between";
    const summary = jobs === 0
      ? `No job ended in ${windowMinutes} minutes`
      : `${percent(rate)} of ${jobsText(jobs)} succeeded in ${windowMinutes} minutes`;
    return [{ subject: null, level, summary }];
  },

  duration({ during, kinds }, { minutes, timesExpected, clearShare, minJobs, windowMinutes }) {
    const row = during({ lastMs: windowMinutes * MINUTE_MS });
    return kinds.map(({ name, expectedMs }) => {
      const { count, sum } = durationsOf(row, "duration", name);
      const limitS = Math.min(minutes * 60, timesExpected * expectedMs / 1_000);
      const meanS = count === 0 ? 0 : sum / count;
      const isGood = count < minJobs || meanS <= clearShare * limitS;
      const level = isGood ? "good" : meanS > limitS ? "bad" : "between";
      const mean = `${Math.round(meanS)} s on average, the limit is ${Math.round(limitS)} s`;
      const summary = count === 0
        ? `No job of ${name} ended in ${windowMinutes} minutes`
        : `${jobsText(count)} of ${name} took ${mean}`;
      return { subject: name, level, summary };
    });
  },

  model_errors({ during }, { times, clearTimes, minErrors, windowMinutes }) {
    const windowMs = windowMinutes * MINUTE_MS;
    const errors = countOf(during({ lastMs: windowMs }), "modelErrors");
    const before = countOf(during({ lastMs: HOUR_MS, beforeMs: windowMs }), "modelErrors");
    const usual = before * windowMs / HOUR_MS;
    // At least one, so that the first error after a quiet hour is not infinitely many times as many.
    const base = Math.max(1, usual);
    const isGood = errors < minErrors || errors < clearTimes * base;
    const level = isGood ? "good" : errors >= times * base ? "bad" : "between";
    const calls = errors === 0
      ? "No model call"
      : errors === 1
      ? "1 model call"
      : `${errors} model calls`;
    const summary = `${calls} failed in ${windowMinutes} minutes, ` +
      `${Math.round(usual * 10) / 10} per ${windowMinutes} minutes in the hour before`;
    return [{ subject: null, level, summary }];
  },

  backlog({ backlog }, { waiting, oldestMinutes, clearShare }) {
    if (!backlog) return [{ subject: null, level: "between", summary: "The queue is not known" }];
    const { waiting: jobs, oldestMs } = backlog;
    const share = Math.max(jobs / waiting, oldestMs / (oldestMinutes * MINUTE_MS));
    const level = share > 1 ? "bad" : share <= clearShare ? "good" : "between";
    const summary = jobs === 0
      ? "No job waits"
      : `${jobsText(jobs)} waiting, the oldest for ${inMinutes(oldestMs)} minutes`;
    return [{ subject: null, level, summary }];
  },

  breaker_open({ breakers }) {
    return breakers.map(({ kind, state, holdsBack }) => {
      // A single source may send requests on which every model fails. No one else waits then.
      const isForAll = holdsBack === null || holdsBack === "all";
      // A half-open breaker opens or closes with the next call.
      const level = state === "closed" || !isForAll ? "good" : state === "open" ? "bad" : "between";
      const reach = isForAll ? "" : ` for one ${holdsBack} only`;
      const summary = `The breaker of ${kind} is ${state.replace("_", "-")}${reach}`;
      return { subject: kind, level, summary };
    });
  },

  storage_nearly_full({ storage }, { marks, clearMarks }) {
    const { state, freeBytes, reusableBytes, lowBelowBytes } = storage;
    const free = freeBytes === null || lowBelowBytes === null
      ? Infinity
      : (freeBytes + (reusableBytes ?? 0)) / lowBelowBytes;
    const isBad = state !== "ok" || free < marks;
    const level = isBad ? "bad" : free >= clearMarks ? "good" : "between";
    const summary = free === Infinity
      ? `The storage is ${state}`
      : `The free space is ${Math.round(free * 10) / 10} times the mark for new jobs`;
    return [{ subject: null, level, summary }];
  },

  expiry_behind({ expiredForMs }, { oldestMinutes, clearShare }) {
    const share = expiredForMs / (oldestMinutes * MINUTE_MS);
    const level = share > 1 ? "bad" : share <= clearShare ? "good" : "between";
    const summary = expiredForMs === 0
      ? "No expired job is stored"
      : `A job is stored that expired ${inMinutes(expiredForMs)} minutes ago`;
    return [{ subject: null, level, summary }];
  },
};

function jobsText(count: number): string {
  return count === 1 ? "1 job" : `${count} jobs`;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}

function inMinutes(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
