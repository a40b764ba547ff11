/**
 * The list of trips in this browser. It is kept in `localStorage`, which all tabs share.
 * @module
 */
import { DAY_MS } from "../../../lib/clock.ts";
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { wishKinds } from "../kinds/registry.ts";
import { browserStorage, StoredValue, tellsOf, type ValueStorage } from "../stored.ts";
import { valuesOf, type Wish, wishOfJob } from "../wish.ts";

export interface RecentTrip {
  id: string;
  wish: Wish;
  /** `gone`: the service no longer finds the trip. */
  status: Job["status"] | "gone";
  /** ISO 8601. */
  createdAt: string;
}

const KEY = "tripwright.trips";

/** The list fits on one or two screens. */
const MAX_TRIPS = 20;

/**
 * The largest difference in age to the newest trip. Both times come from the service, because the
 * clock of this machine may be wrong.
 */
const MAX_AGE_MS = 7 * DAY_MS;

/** The list, newest first. It ignores entries that this app did not write. */
export class RecentTrips {
  /** Whether the browser allows storage. */
  readonly isAvailable: boolean;
  readonly #value: StoredValue;

  /** @param storage `null` if the browser forbids storage; the list then stays empty */
  constructor(storage: ValueStorage | null) {
    this.isAvailable = storage !== null;
    this.#value = new StoredValue(storage, KEY);
  }

  /** Reads the list. It is read each time, because another tab may have changed it. */
  list(): RecentTrip[] {
    return this.#value.readList().filter(isTrip);
  }

  /** Adds or updates a job. Kinds without a form are left out. */
  put(job: Job): void {
    const id = idOf(job);
    const wish = wishOfJob(job);
    const { status, createdAt } = job;
    if (wish) this.#change(id, { id, wish, status, createdAt });
  }

  /** Updates a job, unless the traveler has removed it from the list. */
  update(job: Job): void {
    if (this.list().some(({ id }) => id === idOf(job))) this.put(job);
  }

  /** Marks a trip that the service no longer finds. */
  markGone(id: string): void {
    const trip = this.list().find((trip) => trip.id === id);
    if (trip) this.#change(id, { ...trip, status: "gone" });
  }

  remove(id: string): void {
    this.#change(id, null);
  }

  /** Brings a removed trip back. */
  restore(trip: RecentTrip): void {
    this.#change(trip.id, trip);
  }

  #change(id: string, trip: RecentTrip | null): void {
    const trips = this.list();
    const known = trips.find((known) => known.id === id);
    if (trip && JSON.stringify(known) === JSON.stringify(trip)) return;
    const others = trips.filter((other) => other.id !== id);
    this.#value.write(trip ? newest([...others, trip]) : others);
  }
}

/** Opens the list of this browser. */
export function openRecentTrips(): RecentTrips {
  return new RecentTrips(browserStorage());
}

/** Returns whether a storage event reports that another tab has changed the list. */
export function tellsOfTrips(event: StorageEvent): boolean {
  return tellsOf(event, KEY);
}

/** Returns the trips that the list keeps, newest first. */
function newest(trips: RecentTrip[]): RecentTrip[] {
  const createdAtMs = (trip: RecentTrip) => Date.parse(trip.createdAt);
  const oldest = Math.max(...trips.map(createdAtMs)) - MAX_AGE_MS;
  const young = trips.filter((trip) => createdAtMs(trip) >= oldest);
  return young.sort((a, b) => createdAtMs(b) - createdAtMs(a)).slice(0, MAX_TRIPS);
}

/** Returns whether a value is an entry of this version, with a wish that can be shown. */
function isTrip(value: unknown): value is RecentTrip {
  const trip = value as RecentTrip;
  try {
    const isKnown = wishKinds.includes(trip.wish.kind) && typeof trip.status === "string";
    const texts = Object.values(valuesOf(trip.wish));
    return isKnown && typeof trip.id === "string" && /^[\w-]+$/.test(trip.id) &&
      Date.parse(trip.createdAt) > 0 &&
      texts.every((text) => typeof text === "string");
  } catch {
    return false;
  }
}
