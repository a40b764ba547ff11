/**
 * What the model learns about the events that Ticketmaster found. Ticketmaster guarantees little
 * about an event, so each is read by itself, and each member may be missing or odd.
 * @module
 */
import { z } from "zod";
import { isLater, localDay, readLocalTime, timeOfDay } from "../../lib/local_time.ts";

/** A member that counts as missing if it is odd. */
function optional<T extends z.ZodType>(schema: T) {
  return schema.nullish().catch(null);
}

/** A list without its odd entries. */
function listOf<T extends z.ZodType>(schema: T) {
  return optional(z.array(optional(schema))).transform((entries) =>
    (entries ?? []).filter((entry) => entry !== null && entry !== undefined)
  );
}

const text = optional(z.string());
const number = optional(z.number());
const flag = optional(z.boolean());
const named = optional(z.object({ name: text }));

/** A number of degrees. Ticketmaster writes them as text. */
const degrees = z.union([
  z.number(),
  z.string().trim().regex(/^-?\d{1,3}(\.\d+)?$/).transform(Number),
]);

const Event = z.object({
  id: text,
  name: z.string().trim().min(1),
  url: text,
  images: listOf(z.object({ url: z.string(), width: number })),
  dates: optional(z.object({
    start: optional(z.object({
      localDate: text,
      localTime: text,
      dateTBA: flag,
      dateTBD: flag,
      timeTBA: flag,
      noSpecificTime: flag,
    })),
    end: optional(z.object({
      localDate: text,
      localTime: text,
      approximate: flag,
      noSpecificTime: flag,
    })),
    status: optional(z.object({ code: text })),
  })),
  classifications: listOf(z.object({ segment: named, genre: named })),
  priceRanges: listOf(z.object({ min: number, max: number, currency: text })),
  _embedded: optional(z.object({
    venues: listOf(z.object({
      name: text,
      address: optional(z.object({ line1: text })),
      city: named,
      state: named,
      country: named,
      location: optional(z.object({ latitude: degrees, longitude: degrees })),
    })),
  })),
});
type Event = z.infer<typeof Event>;
type Location = NonNullable<Event["_embedded"]>["venues"][number]["location"];

/** An event for the model. */
interface Entry {
  name: string;
  /** Local time: `2026-11-28T20:00`; without a time that is not fixed; `null` without a fixed day. */
  startsAt: string | null;
  /** Further times of the same day. */
  otherTimes?: string[];
  /** The same for the end; a day is the last day. Unset: not known. */
  endsAt?: string;
  status: string | null;
  venue: string | null;
  address: string | null;
  city: string | null;
  coordinates: { latitude: number; longitude: number } | null;
  genre: string | null;
  price: { min: number | null; max: number | null; currency: string | null } | null;
  url: string | null;
  imageUrl: string | null;
}

/** Why events are not among the entries. */
type Reason = "canceled" | "postponed" | "addOns" | "doubles" | "unreadable" | "tooLarge";

/** How many events are left out, by reason. */
export type LeftOut = Partial<Record<Reason, number>>;

/** The statuses of events that do not take place on their day. */
const notTakingPlace: Record<string, Reason> = {
  canceled: "canceled",
  cancelled: "canceled",
  postponed: "postponed",
};

/** Names of what is sold beside the tickets of an event: `Parking: …`, `… - VIP Upgrade`. */
const addOns = [
  /^parking( pass(es)?)?( for\b| *[:(|–—-]| *$)/i,
  /[:(|–—-] *parking( pass(es)?)?\)?$/i,
  /^(vip|premium|ticket) (upgrade|package|add-?on)s?\b/i,
  /\b(vip|premium|ticket) (upgrade|package|add-?on)s?\)?$/i,
];

/**
 * Turns events into entries, in their order. The same event counts once.
 *
 * @returns the entries, and how many events were left out by reason
 */
export function eventEntries(events: unknown[]): { entries: Entry[]; leftOut: LeftOut } {
  const entries = new Map<string, Entry>();
  const leftOut: LeftOut = {};
  const ids = new Set<string>();
  for (const raw of events) {
    const { data: event } = Event.safeParse(raw);
    if (event?.id && ids.has(event.id)) continue;
    if (event?.id) ids.add(event.id);
    const reason = event ? add(event, entries) : "unreadable";
    if (reason) leftOut[reason] = (leftOut[reason] ?? 0) + 1;
  }
  return { entries: [...entries.values()], leftOut };
}

/** Adds an event to the entries, or returns why it does not become an entry. */
function add(event: Event, entries: Map<string, Entry>): Reason | null {
  const entry = entryOf(event);
  const reason = notTakingPlace[entry.status ?? ""];
  if (reason) return reason;
  if (addOns.some((name) => name.test(entry.name))) return "addOns";
  const { startsAt } = entry;
  const day = startsAt && localDay(startsAt);
  const key = JSON.stringify([entry.name, entry.venue, day]).toLowerCase();
  const known = entries.get(key);
  if (!known) {
    entries.set(key, entry);
    return null;
  }
  const time = timeOfDay(startsAt ?? "");
  const times = [timeOfDay(known.startsAt ?? ""), ...known.otherTimes ?? []];
  if (!time || times.includes(time)) return "doubles";
  known.otherTimes = [...known.otherTimes ?? [], time];
  return null;
}

function entryOf(event: Event): Entry {
  const venue = event._embedded?.venues[0];
  const [kind] = event.classifications;
  const [price] = event.priceRanges;
  const [image] = event.images.toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0));
  return {
    name: event.name,
    ...datesOf(event),
    status: event.dates?.status?.code?.toLowerCase() ?? null,
    venue: venue?.name ?? null,
    address: joined(
      venue?.address?.line1,
      venue?.city?.name,
      venue?.state?.name,
      venue?.country?.name,
    ),
    city: venue?.city?.name ?? null,
    coordinates: positionOf(venue?.location),
    genre: joined(kind?.segment?.name, kind?.genre?.name),
    price: price
      ? { min: price.min ?? null, max: price.max ?? null, currency: price.currency ?? null }
      : null,
    url: event.url ?? null,
    imageUrl: image?.url ?? null,
  };
}

/** Returns what is fixed of the date. Ticketmaster writes midnight for a time that is not fixed. */
function datesOf({ dates }: Event): Pick<Entry, "startsAt" | "endsAt"> {
  const { start, end } = dates ?? {};
  if (start?.dateTBA || start?.dateTBD) return { startsAt: null };
  const isOpen = start?.timeTBA || start?.noSpecificTime;
  const startsAt = localTime(start?.localDate, isOpen ? null : start?.localTime);
  const isRough = end?.approximate || end?.noSpecificTime;
  const endsAt = localTime(end?.localDate, isRough ? null : end?.localTime);
  const isEnd = startsAt !== null && endsAt !== null && isLater(endsAt, startsAt);
  return { startsAt, ...isEnd ? { endsAt } : {} };
}

/** Returns a local time, or the day without a time that can be read; `null` without a day. */
function localTime(
  day: string | null | undefined,
  time: string | null | undefined,
): string | null {
  return (time ? readLocalTime(`${day}T${time}`) : null) ?? readLocalTime(day ?? "");
}

/** Ticketmaster writes zeros for a position that it does not know. */
function positionOf(location: Location): Entry["coordinates"] {
  if (!location) return null;
  const { latitude, longitude } = location;
  return latitude === 0 && longitude === 0 ? null : { latitude, longitude };
}

function joined(...parts: (string | null | undefined)[]): string | null {
  return parts.filter(Boolean).join(", ") || null;
}
