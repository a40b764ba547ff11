/**
 * Compares the measurements after the warm-up with those at the end of a soak.
 */

/** The values of a moment, by name. `NaN`: the machine cannot measure it. */
export type Measurement = Record<string, number>;

/** How much a value may grow: to `ratio` times its first value, plus `plus`. */
export interface Limit {
  ratio: number;
  plus: number;
}

/** A value at both moments. */
export interface Comparison {
  name: string;
  first: number;
  last: number;
  /** The highest allowed last value; `null` if the value is shown only. */
  allowed: number | null;
}

/** A limit for all values whose names match. */
export type LimitRow = readonly [name: RegExp, limit: Limit];

/**
 * Compares two measurements. Values that only one of them has are left out.
 *
 * @param limits the first row whose name matches counts; without one, a value is shown only
 */
export function compare(
  first: Measurement,
  last: Measurement,
  { limits }: { limits: readonly LimitRow[] },
): Comparison[] {
  return Object.keys(first).filter((name) => name in last).map((name) => {
    const limit = limits.find(([pattern]) => pattern.test(name))?.[1];
    const allowed = limit ? first[name]! * limit.ratio + limit.plus : null;
    return { name, first: first[name]!, last: last[name]!, allowed };
  });
}

/** Returns whether a value is within its limit. A value that was not measured is. */
export function isWithin({ last, allowed }: Comparison): boolean {
  return allowed === null || !(last > allowed);
}

/** Rounds a value for the table. */
export function shown(value: number): number {
  return Number(value.toPrecision(3));
}
