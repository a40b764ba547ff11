/**
 * The thresholds of the alerts. `ALERTS` changes single ones.
 *
 * Each alert has one threshold at which it fires and another one at which it clears, so that a value
 * near a threshold does not make it flap. `forMinutes` and `clearMinutes` are how long a value must
 * last before the alert fires or clears.
 * @module
 */
import { z } from "zod";

const minutes = z.number().min(0).max(1_440);
const windowMinutes = z.int().min(1).max(60);
const share = z.number().min(0).max(1);
const count = z.int().positive();

const lasting = (forMinutes: number, clearMinutes: number) => ({
  forMinutes: minutes.default(forMinutes),
  clearMinutes: minutes.default(clearMinutes),
});

/** The thresholds of each alert, with their defaults. */
export const thresholdSchemas = {
  /** The share of jobs that succeed. Canceled jobs do not count. */
  success_rate: z.strictObject({
    below: share.default(0.95),
    clearAt: share.default(0.97),
    minJobs: count.default(20),
    windowMinutes: windowMinutes.default(15),
    ...lasting(0, 5),
  }),
  /**
   * The mean time from POST to the end, of each kind. A kind that is usually fast has a lower
   * limit: `timesExpected` times its usual time.
   */
  duration: z.strictObject({
    minutes: minutes.positive().default(5),
    timesExpected: z.number().positive().default(3),
    clearShare: share.default(0.8),
    minJobs: count.default(10),
    windowMinutes: windowMinutes.default(15),
    ...lasting(0, 5),
  }),
  /** The rate of failed model calls, as a multiple of the rate in the hour before. */
  model_errors: z.strictObject({
    times: z.number().positive().default(3),
    clearTimes: z.number().positive().default(2),
    minErrors: count.default(10),
    windowMinutes: windowMinutes.default(10),
    ...lasting(0, 10),
  }),
  /** The number of waiting jobs, or the age of the oldest waiting job. */
  backlog: z.strictObject({
    waiting: count.default(1_000),
    oldestMinutes: minutes.positive().default(10),
    clearShare: share.default(0.5),
    ...lasting(1, 5),
  }),
  /** How long the breaker of a kind stays open. */
  breaker_open: z.strictObject(lasting(5, 2)),
  /** The free space, as a multiple of the mark below which new jobs are refused. */
  storage_nearly_full: z.strictObject({
    marks: z.number().positive().default(2),
    clearMarks: z.number().positive().default(2.5),
    ...lasting(0, 5),
  }),
  /** How long an expired job has been stored beyond its time. */
  expiry_behind: z.strictObject({
    oldestMinutes: minutes.positive().default(10),
    clearShare: share.default(0.5),
    ...lasting(0, 2),
  }),
} as const;

/** The name of an alert. */
export type AlertName = keyof typeof thresholdSchemas;

export const alertNames = Object.keys(thresholdSchemas) as [AlertName, ...AlertName[]];

/** Returns where the runbook says what to do. It has a section for each alert, with its name. */
export function runbookOf(name: string): string {
  return `docs/operations.md#${name}`;
}

/** The thresholds of each alert; `false`: the alert is off. */
export type AlertThresholds = {
  [Name in AlertName]: z.output<(typeof thresholdSchemas)[Name]> | false;
};

const orOff = <T extends z.ZodType>(schema: T) => z.union([z.literal(false), schema]).optional();

/** What `ALERTS` may set. An alert clears on the good side of the threshold at which it fires. */
export const AlertSettings = z.strictObject({
  success_rate: orOff(
    thresholdSchemas.success_rate.refine(({ below, clearAt }) => below <= clearAt),
  ),
  duration: orOff(thresholdSchemas.duration),
  model_errors: orOff(
    thresholdSchemas.model_errors.refine(({ times, clearTimes }) => clearTimes <= times),
  ),
  backlog: orOff(thresholdSchemas.backlog),
  breaker_open: orOff(thresholdSchemas.breaker_open),
  storage_nearly_full: orOff(
    thresholdSchemas.storage_nearly_full.refine(({ marks, clearMarks }) => marks <= clearMarks),
  ),
  expiry_behind: orOff(thresholdSchemas.expiry_behind),
});
export type AlertSettings = z.output<typeof AlertSettings>;

/** Returns the thresholds of all alerts: those in the settings, else the defaults. */
export function thresholdsOf(settings: AlertSettings): AlertThresholds {
  const defaults = Object.fromEntries(
    Object.entries(thresholdSchemas).map(([name, schema]) => [name, schema.parse({})]),
  ) as AlertThresholds;
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(set) };
}
