/**
 * How much a real place appeals to the travellers of a sample plan.
 * @module
 */
import type { SamplePlace } from "./place_table.ts";
import { costIn, interestIn, type PersonalBudget } from "./sample_wish.ts";
import type { Pace } from "./timetable.ts";

/** What the appeal of places depends on. */
export interface Taste {
  /** Of the costs of the places. */
  currency: string;
  pace: Pace;
  interests: readonly string[];
  budget: PersonalBudget | null;
}

/** How long a visit should be to fill its part of the day, in minutes. */
const FULL_VISIT: Record<Pace, number> = { relaxed: 75, balanced: 45, packed: 0 };

/** How much fame, interests, short visits and high costs count, in kilometers of distance. */
const WEIGHTS = { fame: 2, interest: 2, short: { relaxed: 2, balanced: 1, packed: 0 }, cost: 2 };

/**
 * Returns a number that is larger for places that suit the travellers better. It is in kilometers:
 * that much farther away, another place would be as good.
 *
 * @param allowance what a day may cost in the currency of the budget; `null` without a budget
 */
export function appealOf(place: SamplePlace, taste: Taste, allowance: number | null): number {
  const { interests, pace } = taste;
  const full = FULL_VISIT[pace];
  const short = full === 0 ? 0 : Math.max(0, full - place.minutes) / full;
  const share = allowance ? (costFor(place.cost, taste) ?? 0) / allowance : 0;
  return (place.isTop ? WEIGHTS.fame : 0) + WEIGHTS.interest * interestIn(place, interests) -
    WEIGHTS.short[pace] * short - WEIGHTS.cost * share;
}

/** Returns a cost in the currency of the budget; `null` if it is not known. */
export function costFor(amount: number | null, { currency, budget }: Taste): number | null {
  return costIn(amount, { currency, budget })?.amount ?? null;
}
