/**
 * Rules about the times of events: they lie ahead, in the dates of the wish, and one after the other.
 *
 * Trip-Plus compares plans with dates and timelines in the same way. Events without a definite
 * `startsAt` break no rule.
 * @module
 */
import {
  hasTimeOfDay,
  isLater,
  localDay,
  localMs,
  localTimeAt,
} from "../../../../lib/local_time.ts";
import { localTimeIn } from "../../../../lib/time_zone.ts";
import { straightWalk } from "../../../places/geometry.ts";
import { isTooShort, transferMinutes } from "../../transfer.ts";
import type { KeyEvent } from "../plan.ts";
import type { BundlesRequest } from "../request.ts";
import { type BundlesReview, type BundlesRule, findEvents } from "./findings.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** An event without a known end is over after this time: few concerts and tours take longer. */
const OPEN_END_MS = 4 * HOUR_MS;

/** No place has an earlier local time. Used where the time zone of an event is not known. */
const EARLIEST_OFFSET_MS = -12 * HOUR_MS;

/** An event lies ahead when work on the job begins. */
function pastEvent({ startedAt }: Pick<BundlesReview, "startedAt">): BundlesRule {
  return {
    code: "past_event",
    check: ({ bundles }) =>
      findEvents(
        bundles,
        (events) => events.map((event) => isOver(event, startedAt)),
        ({ name, startsAt }, title) => ({
          feedback: `began at ${startsAt} and is over; choose an event that lies ahead`,
          message: `“${name}” in “${title}” seems to be over already. Check its date.`,
        }),
      ),
  };
}

function isOver({ startsAt, endsAt, timeZone }: KeyEvent, nowMs: number): boolean {
  if (startsAt === null) return false;
  const now = timeZone === null
    ? localTimeAt(nowMs + EARLIEST_OFFSET_MS)
    : localTimeIn(timeZone, nowMs);
  if (endsAt !== null) return isLater(now, endsAt);
  return hasTimeOfDay(startsAt)
    ? localMs(startsAt) + OPEN_END_MS < localMs(now)
    : isLater(now, startsAt);
}

/** An event that begins before this time of day belongs to the night before. */
const NIGHT_MS = 6 * HOUR_MS;

/** Events lie within the dates of the wish. Of an exhibition or a festival, some day does. */
function outsideTimeframe({ startDate, endDate }: BundlesRequest["preferences"]): BundlesRule {
  const isOutside = ({ startsAt, endsAt }: KeyEvent): boolean => {
    if (startsAt === null) return false;
    const isLong = endsAt !== null && localMs(endsAt) - localMs(startsAt) >= DAY_MS;
    const last = localDay(isLong ? endsAt : startsAt);
    const evening = hasTimeOfDay(startsAt)
      ? localDay(localTimeAt(localMs(startsAt) - NIGHT_MS))
      : startsAt;
    return (startDate !== undefined && last < startDate) ||
      (endDate !== undefined && evening > endDate);
  };
  const dates = [startDate && `from ${startDate}`, endDate && `until ${endDate}`]
    .filter(Boolean).join(" ");
  return {
    code: "outside_timeframe",
    check: ({ bundles }) =>
      findEvents(bundles, (events) => events.map(isOutside), ({ name, startsAt }, title) => ({
        feedback: `is on ${localDay(startsAt!)}, but the wish is for events ${dates}; choose ` +
          "an event in these dates",
        message: `“${name}” in “${title}” is not within your dates.`,
      })),
  };
}

/** One may come late to an event that takes longer, such as a market, a festival or a club night. */
const LONGEST_FIXED_MS = 4 * HOUR_MS;

/** Sorts of event that begin at a fixed time, also if their end is not known. */
const FIXED: ReadonlySet<string> = new Set(["entertainment", "sport"]);

/** Ends are estimates, and visitors may leave before the last encore. */
const OVERLAP_MS = 15 * MINUTE_MS;

/** An event that one attends from its begin to its end. */
interface FixedEvent {
  index: number;
  event: KeyEvent;
  startMs: number;
  /** `null`: not known. */
  endMs: number | null;
}

/** Returns the events that have a fixed time, in the order of their times. */
function fixedEvents(events: readonly KeyEvent[]): FixedEvent[] {
  return events.flatMap((event, index): FixedEvent[] => {
    const { startsAt, endsAt, category } = event;
    if (startsAt === null || !hasTimeOfDay(startsAt)) return [];
    const startMs = localMs(startsAt);
    if (endsAt === null || !hasTimeOfDay(endsAt)) {
      return FIXED.has(category) ? [{ index, event, startMs, endMs: null }] : [];
    }
    const endMs = localMs(endsAt);
    return endMs - startMs <= LONGEST_FIXED_MS ? [{ index, event, startMs, endMs }] : [];
  }).toSorted((one, other) => one.startMs - other.startMs);
}

/** Two events with a fixed time, the one after the other. */
interface Pair {
  before: FixedEvent;
  next: FixedEvent;
}

/** Finds what is wrong between two consecutive events, in the order of the events. */
function findPairs<Fault>(
  events: readonly KeyEvent[],
  check: (pair: Pair) => Fault | null,
): (Fault | null)[] {
  const faults: (Fault | null)[] = events.map(() => null);
  const fixed = fixedEvents(events);
  fixed.forEach((next, position) => {
    const before = fixed[position - 1];
    if (before) faults[next.index] = check({ before, next });
  });
  return faults;
}

function overlap({ before, next }: Pair): boolean {
  return next.startMs === before.startMs ||
    (before.endMs !== null && before.endMs - next.startMs > OVERLAP_MS);
}

/** The events of a bundle can be done one after the other. */
const overlappingEvents: BundlesRule = {
  code: "overlapping_events",
  check: ({ bundles }) =>
    findEvents(
      bundles,
      (events) => findPairs(events, (pair) => overlap(pair) ? pair.before.event : null),
      ({ name, startsAt }, title, before) => ({
        feedback:
          `starts at ${startsAt}, before "${before.name}" of the same bundle ends; choose ` +
          "events that can be done one after the other",
        message: `“${name}” in “${title}” begins before “${before.name}” ends.`,
      }),
    ),
};

/** There is time for the way from one event to the next one. */
const shortTransfer: BundlesRule = {
  code: "short_transfer",
  check: ({ bundles }) =>
    findEvents(
      bundles,
      (events) => findPairs(events, shortTransferOf),
      ({ name }, title, { needed, gap }) => ({
        feedback: `the way there takes about ${needed} minutes, but the times leave ${gap}; ` +
          "choose events that are nearer to each other",
        message: `The way to “${name}” in “${title}” takes about ${needed} minutes, but there ` +
          `are only ${gap}.`,
      }),
    ),
};

function shortTransferOf(pair: Pair): { needed: number; gap: number } | null {
  const { before, next } = pair;
  const [from, to] = [before.event.coordinates, next.event.coordinates];
  if (before.endMs === null || !from || !to || overlap(pair)) return null;
  const gap = Math.round((next.startMs - before.endMs) / MINUTE_MS);
  const needed = transferMinutes(straightWalk({ from, to }));
  const isExact = from.origin === "places" && to.origin === "places";
  return isTooShort(needed, { gapMinutes: gap, isExact })
    ? { needed, gap: Math.max(0, gap) }
    : null;
}

/** Returns the rules about the times of events, in the order of their warnings. */
export function timeRules(
  { request, startedAt }: Pick<BundlesReview, "request" | "startedAt">,
): BundlesRule[] {
  return [
    pastEvent({ startedAt }),
    outsideTimeframe(request.preferences),
    overlappingEvents,
    shortTransfer,
  ];
}
