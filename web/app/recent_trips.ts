/**
 * The trips that this browser knows, kept in `localStorage` and so the same in all its tabs.
 * @module
 */
import { DAY_MS } from "../../lib/clock.ts";
import type { Job } from "../client/client.ts";
import { idOf } from "../client/job.ts";
import { wishKinds } from "./kinds/registry.ts";
import { durationLabel, titleOf, type Wish, wishOfJob } from "./wish.ts";

export interface RecentTrip {
  id: string;
  wish: Wish;
  /** `gone`: the service does not know it any more. */
  status: Job["status"] | "gone";
  /** ISO 8601. */
  createdAt: string;
}

const KEY = "tripwright.trips";

/** A list that fits on a screen or two. */
const MAX_TRIPS = 20;

/**
 * How much older than the newest trip another one may be. By the service's times alone: the clock of
 * this machine may be wrong.
 */
const MAX_AGE_MS = 7 * DAY_MS;

/** Newest first. Entries that this app has not written are ignored. */
export class RecentTrips {
  readonly #storage: Storage | null;

  /** @param storage `null` where a browser allows none: then nothing is kept */
  constructor(storage: Storage | null) {
    this.#storage = storage;
  }

  /** Each time anew: another tab may have changed it. */
  list(): RecentTrip[] {
    try {
      const stored = JSON.parse(this.#storage?.getItem(KEY) ?? "[]");
      return Array.isArray(stored) ? stored.filter(isTrip) : [];
    } catch {
      return [];
    }
  }

  /** Adds a job, or brings it up to date. The list has only trips that a form can wish for again. */
  put(job: Job): void {
    const id = idOf(job);
    const wish = wishOfJob(job);
    const { status, createdAt } = job;
    if (wish) this.#change(id, { id, wish, status, createdAt });
  }

  /** Brings a job up to date, unless it has been forgotten meanwhile. */
  update(job: Job): void {
    if (this.list().some(({ id }) => id === idOf(job))) this.put(job);
  }

  /** The service does not know it any more. */
  markGone(id: string): void {
    const trip = this.list().find((trip) => trip.id === id);
    if (trip) this.#change(id, { ...trip, status: "gone" });
  }

  remove(id: string): void {
    this.#change(id, null);
  }

  #change(id: string, trip: RecentTrip | null): void {
    const trips = this.list();
    const known = trips.find((known) => known.id === id);
    if (trip && JSON.stringify(known) === JSON.stringify(trip)) return;
    const others = trips.filter((other) => other.id !== id);
    const next = trip ? newest([...others, trip]) : others;
    try {
      this.#storage?.setItem(KEY, JSON.stringify(next));
    } catch {
      // Full, or forbidden: the list is a convenience.
    }
  }
}

/** This browser's trips. */
export function openRecentTrips(): RecentTrips {
  try {
    return new RecentTrips(globalThis.localStorage);
  } catch {
    // Browsers that forbid storage throw when they are asked for it.
    return new RecentTrips(null);
  }
}

/** Whether an event of `window` tells that another tab has changed the list. */
export function tellsOfTrips({ key }: StorageEvent): boolean {
  return key === KEY || key === null;
}

/** As many as the list has, newest first. */
function newest(trips: RecentTrip[]): RecentTrip[] {
  const madeAt = (trip: RecentTrip) => Date.parse(trip.createdAt);
  const oldest = Math.max(...trips.map(madeAt)) - MAX_AGE_MS;
  const young = trips.filter((trip) => madeAt(trip) >= oldest);
  return young.sort((a, b) => madeAt(b) - madeAt(a)).slice(0, MAX_TRIPS);
}

/** Whether it is what this version has stored: its title can be said. */
function isTrip(value: unknown): value is RecentTrip {
  const trip = value as RecentTrip;
  try {
    const isKnown = wishKinds.includes(trip.wish.kind) && typeof trip.status === "string";
    const said = [titleOf(trip.wish), durationLabel(trip.wish) ?? ""];
    return isKnown && typeof trip.id === "string" && /^[\w-]+$/.test(trip.id) &&
      Date.parse(trip.createdAt) > 0 &&
      said.every((text) => typeof text === "string");
  } catch {
    return false;
  }
}
