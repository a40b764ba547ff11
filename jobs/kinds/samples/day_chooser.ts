/**
 * Chooses the stops of sample days: real places close to each other, each of them once in a trip, and
 * two meals a day. Where real places run out, invented stops in real quarters take their turn.
 * @module
 */
import { distanceMeters } from "../../places/geometry.ts";
import type { Point } from "../../places/place.ts";
import { appealOf, costFor, type Taste } from "./appeal.ts";
import type { City } from "./cities.ts";
import { isMeal, type Part, PARTS, type SamplePlace } from "./place_table.ts";
import { reasonFor } from "./sample_wish.ts";
import {
  dinnerBackIn,
  inventedNames,
  type InventedSettings,
  inventedStop,
  isMealStop,
  mentionsIn,
  titleOf,
} from "./stop_texts.ts";
import { type DayFrame, type Pace, type Stop, type TimedStop, timetable } from "./timetable.ts";

/** The parts of a day of each pace, besides lunch and dinner. A group gets one stop. */
const groupsOf: Record<Pace, readonly (readonly Part[])[]> = {
  relaxed: [["morning", "midday", "afternoon", "evening", "night"]],
  balanced: [["morning", "midday"], ["afternoon", "evening", "night"]],
  packed: [["morning"], ["midday"], ["afternoon"], ["evening", "night"]],
};

/** How many stops a day has at least. A packed day may have one more. */
const MIN_STOPS: Record<Pace, number> = { relaxed: 3, balanced: 4, packed: 5 };

/** The stops of a day lie in a circle of this radius around the first choice. */
const RADIUS_METERS = 2_500;

/** Travellers see the city itself before they leave it for a day. */
const DAYS_BEFORE_TRIPS = 3;

const LUNCH_MINUTES = 60;
const DINNER_MINUTES = 75;
const WALK_MINUTES = 60;

/** A picnic or street food costs about this part of a plain meal. */
const CHEAP_MEAL = 0.4;

/** Above this part of what a day may cost, plain meals leave too little for the rest. */
const MEALS_SHARE = 0.6;

export interface TripSettings extends Omit<Taste, "currency"> {
  city: City;
  places: readonly SamplePlace[];
  /** Whether stairs and steep ways must be avoided. */
  isStepFree: boolean;
  /** Titles of activities that must not come again. */
  taken: Iterable<string>;
}

/** What a day must keep to. */
export interface DaySettings {
  /** Counted from 0. */
  index: number;
  /** From 0 for Sunday; `null` if the date is not known. */
  weekday: number | null;
  /** What the day may cost, in the currency of the budget; `null` without a budget. */
  allowance: number | null;
}

/** The places of a trip that are left. Each day takes some of them away. */
export class DayChooser {
  readonly #settings: TripSettings;
  readonly #frame: DayFrame;
  #taste: Taste;
  readonly #titles: Set<string>;
  #left: SamplePlace[];
  #quarters: string[];

  constructor(settings: TripSettings) {
    const { city, places, pace, isStepFree, taken } = settings;
    this.#settings = settings;
    this.#frame = { city, pace };
    this.#taste = { ...settings, currency: city.currency };
    this.#titles = new Set(taken);
    const isTaken = mentionsIn(this.#titles);
    this.#left = places.filter((place) => !isTaken(place) && !(isStepFree && place.isSteep));
    this.#quarters = [...new Set(places.map(({ quarter }) => quarter))].filter((quarter) => {
      const inside = places.filter((place) => place.quarter === quarter);
      const steep = inside.filter((place) => place.isSteep);
      return !inside[0]!.isDayTrip && !(isStepFree && 2 * steep.length >= inside.length);
    });
  }

  /** Returns the stops of the next day in their order; `null` if the trip has used up the city. */
  nextDay(day: DaySettings): TimedStop[] | null {
    const timed = this.#realDay(day) ?? this.#quarterDay(day);
    for (const stop of timed ?? []) {
      this.#titles.add(titleOf(stop));
      this.#left = this.#left.filter((place) => place !== stop.place);
    }
    this.#turnToOtherInterests(timed ?? []);
    return timed;
  }

  /** Gives each interest its turn, as far as the places that are left can meet it. */
  #turnToOtherInterests(stops: readonly Stop[]): void {
    const unmet = this.#taste.interests.filter((interest) =>
      !stops.some(({ place }) => reasonFor(place, [interest])) &&
      this.#left.some((place) => reasonFor(place, [interest]))
    );
    const interests = unmet.length > 0 ? unmet : this.#settings.interests;
    this.#taste = { ...this.#taste, interests };
  }

  /** Returns a day around the best place that is left; `null` if no sight is left. */
  #realDay(day: DaySettings): TimedStop[] | null {
    const { pace } = this.#frame;
    const open = this.#open(day);
    // A day is not made of meals alone.
    const seeds = open.filter(({ category }) => category !== "food")
      .map((place) => ({ place, rating: this.#seedRating(place, { open, day }) }))
      .toSorted((one, other) => other.rating - one.rating);
    for (const { place } of seeds) {
      for (const part of groupsOf[pace].flat().filter((part) => place.parts.includes(part))) {
        const stops = this.#around({ place, part }, { anchor: place.point!, open, day });
        if (stops) return stops;
      }
    }
    return null;
  }

  /** Returns a day of walks and meals in a quarter that has had no such day yet. */
  #quarterDay(day: DaySettings): TimedStop[] | null {
    for (let quarter = this.#quarters.shift(); quarter; quarter = this.#quarters.shift()) {
      const anchor = this.#settings.places.find((place) => place.quarter === quarter)!.point!;
      const part = groupsOf[this.#frame.pace][0]![0]!;
      const first = this.#invent({
        part,
        near: quarter,
        isQuarter: true,
        quarter,
        isDayTrip: false,
        minutes: WALK_MINUTES,
        cost: 0,
      }, []);
      const open = this.#open(day).filter(isMeal);
      const chosen = first && this.#around(first, { anchor, open, day });
      if (chosen) return chosen;
    }
    return null;
  }

  /** Returns the places that are left and open on the day. */
  #open({ weekday, index }: DaySettings): SamplePlace[] {
    return this.#left.filter(({ closed, isDayTrip }) =>
      (weekday === null || !closed.includes(weekday)) &&
      (!isDayTrip || index >= DAYS_BEFORE_TRIPS)
    );
  }

  /** Returns a day around its first stop, or `null` if that does not fit. */
  #around(
    seed: Stop,
    { anchor, open, day }: { anchor: Point; open: readonly SamplePlace[]; day: DaySettings },
  ): TimedStop[] | null {
    const { pace } = this.#frame;
    let stops = [seed, ...this.#plainMeals(seed, day)];
    if (!this.#fits(stops, day) && seed.place.cost !== 0 && day.allowance !== null) return null;
    if (timetable(stops, this.#frame) === null) return null;
    const near = open.filter(({ point }) => distanceMeters(point!, anchor) <= RADIUS_METERS);
    for (const group of groupsOf[pace].filter((group) => !group.includes(seed.part))) {
      const next = this.#bestStop(group, { stops, near, anchor, day }) ??
        (pace === "packed" && group.includes("night") ? null : this.#walk(group, stops));
      if (next) stops.push(next);
    }
    for (const part of ["lunch", "dinner"] as const) {
      const others = stops.filter((stop) => stop.part !== part);
      const before = others.filter((stop) => isBefore(stop, part) && stop.place.point !== null)
        .toSorted((one, other) => isBefore(one, other.part) ? 1 : -1)[0];
      const meal = this.#bestStop([part], {
        stops: others,
        near,
        anchor: before?.place.point ?? anchor,
        day,
      });
      if (meal) stops = [...others, meal];
    }
    const named = stops.length < MIN_STOPS[pace] ? null : this.#named(stops);
    return named?.some((stop) => this.#titles.has(titleOf(stop))) ? null : named;
  }

  /** Returns the best real place for one of the parts of the day; `null` if none fits. */
  #bestStop(
    parts: readonly Part[],
    { stops, near, anchor, day }: {
      stops: readonly Stop[];
      near: readonly SamplePlace[];
      anchor: Point;
      day: DaySettings;
    },
  ): Stop | null {
    const chosen = new Set(stops.map(({ place }) => place));
    const candidates = near.filter((place) => !chosen.has(place)).flatMap((place) =>
      parts.filter((part) => place.parts.includes(part)).map((part) => ({
        stop: { place, part },
        rating: this.#rating(place, { anchor, day }) - LATER_PART * parts.indexOf(part),
      }))
    ).toSorted((one, other) => other.rating - one.rating);
    const fitting = candidates.find(({ stop }) => {
      const all = [...stops, stop];
      return this.#fits(all, day) && timetable(all, this.#frame) !== null;
    });
    return fitting?.stop ?? null;
  }

  /** Returns the meals of a day before real places take their turn. */
  #plainMeals(seed: Stop, { allowance }: DaySettings): Stop[] {
    const { quarter, isDayTrip } = seed.place;
    const { city } = this.#settings;
    const plain = (costFor(city.lunch.cost, this.#taste) ?? 0) +
      (costFor(city.dinner.cost, this.#taste) ?? 0);
    const isCheap = allowance !== null && plain > MEALS_SHARE * allowance;
    const meal = (part: "lunch" | "dinner", minutes: number) =>
      inventedStop({
        part,
        near: quarter,
        isQuarter: true,
        quarter,
        isDayTrip,
        minutes,
        cost: Math.round(city[part].cost * (isCheap ? CHEAP_MEAL : 1)),
        isCheap,
      }, isCheap ? CHEAP : PLAIN);
    return [meal("lunch", LUNCH_MINUTES), meal("dinner", DINNER_MINUTES)];
  }

  /** Returns a walk in the quarter of the day for the first part that is free. */
  #walk(group: readonly Part[], stops: readonly Stop[]): Stop | null {
    const { quarter, isDayTrip } = stops[0]!.place;
    for (const near of [quarter, stops[0]!.place.name]) {
      for (const part of group) {
        const isQuarter = near === quarter;
        const stop = this.#invent(
          { part, near, isQuarter, quarter, isDayTrip, minutes: WALK_MINUTES, cost: 0 },
          stops,
        );
        if (stop && timetable([...stops, stop], this.#frame)) return stop;
      }
    }
    return null;
  }

  /** Returns an invented stop with a title that the trip does not have yet. */
  #invent(settings: InventedSettings, stops: readonly Stop[]): Stop | null {
    const used = new Set(stops.map(titleOf));
    const name = inventedNames(settings).find((name) => !this.#titles.has(name) && !used.has(name));
    return name === undefined ? null : inventedStop(settings, name);
  }

  /** Names the plain meals after the real stop before them, and sets the times. */
  #named(stops: readonly Stop[]): TimedStop[] | null {
    const timed = timetable(stops, this.#frame);
    const real = timed?.filter((stop) => stop.place.point !== null && !isMealStop(stop)) ?? [];
    return timed?.map((stop) => {
      const { place, part, start } = stop;
      if (place.name !== PLAIN && place.name !== CHEAP) return stop;
      const before = real.findLast((other) => other.start < start) ?? real[0];
      const near = before?.place.name ?? place.quarter;
      const isCheap = place.name === CHEAP;
      if (place.isDayTrip && part === "dinner") {
        return { ...stop, place: dinnerBackIn(this.#settings.city, { place, near, isCheap }) };
      }
      const [name] = inventedNames({ part, near, isQuarter: !before, isCheap });
      const { quarter } = before?.place ?? place;
      return { ...stop, place: { ...place, name: name!, quarter } };
    }) ?? null;
  }

  #fits(stops: readonly Stop[], { allowance }: DaySettings): boolean {
    if (allowance === null) return true;
    const costs = stops.map(({ place }) => costFor(place.cost, this.#taste) ?? 0);
    return costs.reduce((sum, cost) => sum + cost, 0) <= allowance;
  }

  /** Rates a place beside the first stop of a day. */
  #rating(
    place: SamplePlace,
    { anchor, day }: { anchor: Point; day: DaySettings },
  ): number {
    return appealOf(place, this.#taste, day.allowance) -
      distanceMeters(place.point!, anchor) / 1_000;
  }

  /** Rates a place as the first choice of a day. */
  #seedRating(
    place: SamplePlace,
    { open, day }: { open: readonly SamplePlace[]; day: DaySettings },
  ): number {
    const neighbors = open.filter((other) =>
      other !== place && !isMeal(other) &&
      distanceMeters(other.point!, place.point!) <= RADIUS_METERS
    ).length;
    const isLate = place.parts.every((part) => part === "night" || part === "evening");
    return appealOf(place, this.#taste, day.allowance) + Math.min(neighbors, MANY_NEIGHBORS) -
      (isLate ? LATE_SEED : 0);
  }
}

function isBefore({ part }: Pick<Stop, "part">, other: Part): boolean {
  return PARTS.indexOf(part) < PARTS.indexOf(other);
}

/** With so many sights around it, a place is as good a center of a day as with more. */
const MANY_NEIGHBORS = 3;

/** What it costs a place in the rating of centers that it opens late, in kilometers. */
const LATE_SEED = 3;

/** What a later part of the same group costs in the rating, in kilometers. */
const LATER_PART = 0.4;

/** Names of plain meals until the stops around them are known. */
const PLAIN = "plain meal";
const CHEAP = "cheap meal";
