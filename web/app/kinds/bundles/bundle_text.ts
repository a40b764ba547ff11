/**
 * The facts of bundles in words. Runs in browsers and on the server.
 * @module
 */
import { DAY_MS } from "../../../../lib/clock.ts";
import { hasTimeOfDay, localDay, localMs, timeOfDay } from "../../../../lib/local_time.ts";
import type { Bundle, GenerationJob } from "../../../client/job.ts";
import type { Language } from "../../../words/language.ts";
import type { Words } from "../../../words/words.ts";
import {
  formatAmount,
  formatCosts,
  formatRange,
  formatShortDay,
  type Money,
  sumMoney,
} from "../format.ts";
import type { Total } from "../trip_view.ts";

type KeyEvent = Bundle["keyEvents"][number];

/** Returns the bundles of a plan, finished or not. */
export function bundlesOf({ bundles, partial }: Pick<GenerationJob, "bundles" | "partial">) {
  return bundles ?? partial ?? [];
}

/** Returns the known parts of an event's place. The city is only one if no other part names it. */
export function placeOf(
  { venue, neighborhood, city }: Pick<KeyEvent, "venue" | "neighborhood" | "city">,
): string[] {
  const parts = [venue, neighborhood].flatMap((part) => part ? [part] : []);
  // A part of a plan that an earlier version has written has no city.
  if (!city) return parts;
  const isNamed = parts.some((part) => part.toLowerCase().includes(city.toLowerCase()));
  return isNamed ? parts : [...parts, city];
}

/** Describes a bundle: its days, the number of its events, what it costs. */
export function describeBundle({ keyEvents }: Bundle, words: Words): string[] {
  const days = keyEvents.flatMap(({ startsAt }) => startsAt ? [localDay(startsAt)] : []).sort();
  const range = days.length === keyEvents.length && { first: days[0]!, last: days.at(-1)! };
  const cost = describePrice(keyEvents, words);
  return [
    range && formatRange(range, { words, year: range.last.slice(0, 4) }),
    words.plan.eventCount(keyEvents.length),
    cost && (cost === words.plan.free ? cost : `${cost} ${words.plan.perPerson}`),
  ].flatMap((text) => text || []);
}

function describePrice(events: readonly KeyEvent[], words: Words): string | null {
  const text = formatCosts(pricesOf(events), words);
  return text ?? (events.some(({ price }) => price) ? words.plan.free : null);
}

function pricesOf(events: readonly KeyEvent[]): Money[] {
  return sumMoney(events.map(({ price }) => price));
}

/** Returns the totals of bundles. They are alternatives, so nothing is added. */
export function bundlesTotals(job: GenerationJob, words: Words): Total[] {
  const { plan } = words;
  const bundles = bundlesOf(job);
  const sums = bundles.map(({ keyEvents }) => pricesOf(keyEvents));
  return [
    { name: plan.choices, value: bundles.length === 0 ? null : String(bundles.length) },
    { name: plan.price, value: describeRange(sums.flat(), words), note: plan.perPerson },
  ];
}

/** Returns the range of prices: `€30 – €45`; `null` if they cannot be compared. */
function describeRange(prices: readonly Money[], { plan, language }: Words): string | null {
  const [first] = prices;
  if (first === undefined || prices.some(({ currency }) => currency !== first.currency)) {
    return null;
  }
  const amounts = prices.map(({ amount }) => amount);
  const [low, high] = [Math.min(...amounts), Math.max(...amounts)].map((amount) =>
    formatAmount({ ...first, amount }, language)
  );
  return low === high ? low! : plan.range(low!, high!);
}

/**
 * Formats local times: `Fri, Dec 4, 20:00–23:00`, or `Fri, Dec 4` if only the day is known. Events are
 * soon, so they need no year. The text is the same on every machine.
 *
 * @param times `startsAt`: the start, such as `2026-12-04T20:00` or `2026-12-04`
 * `endsAt`: the end in the same forms; `null` or `undefined`: not known
 */
export function formatTimes(
  { startsAt, endsAt }: { startsAt: string; endsAt: string | null | undefined },
  language: Language,
): string {
  const start = formatTime(startsAt, language);
  if (!endsAt) return start;
  // An event that ends in the night after its day needs no second date.
  const isShort = hasTimeOfDay(startsAt) && hasTimeOfDay(endsAt) &&
    localMs(endsAt) - localMs(startsAt) < DAY_MS;
  return isShort ? `${start}–${timeOfDay(endsAt)}` : `${start} – ${formatTime(endsAt, language)}`;
}

function formatTime(time: string, language: Language): string {
  const day = formatShortDay(time, language);
  return hasTimeOfDay(time) ? `${day}, ${timeOfDay(time)}` : day;
}
