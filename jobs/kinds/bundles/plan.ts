/**
 * Bundles as the model writes them, and as they are stored and shown.
 * @module
 */
import { z } from "zod";
import { PlanWarning } from "../../../lib/job/plan_warning.ts";
import { isLater, readLocalTime } from "../../../lib/local_time.ts";
import { TimeZoneName } from "../../../lib/time_zone.ts";
import { Cost, ShownCost } from "../cost.ts";
import { lenient, storedPlace, writtenPlace } from "../plan_members.ts";
import { areSingleCharacters, modelText, SINGLE_CHARACTERS } from "../text.ts";

const MIN_BUNDLES = 3;
export const MAX_BUNDLES = 5;

/** The members of an event that are stored as they are written. */
const unchanged = {
  name: modelText,
  date: modelText.describe("Local date and time in words, as exact as it is known"),
  venue: z.string().nullable(),
  neighborhood: z.string().nullable(),
  url: z.string().nullable().describe("Only a URL that a tool returned; otherwise null"),
  why: modelText.describe("Why this traveller will like it, one sentence"),
};

const imageUrl = z.string().nullable()
  .describe("Only a URL that a tool returned; otherwise null");

/** A time as a model writes it. What is no time counts as unknown. */
const writtenTime = z.preprocess(
  (value) => typeof value === "string" ? readLocalTime(value) : null,
  z.string().nullable(),
);

/** An event as the model writes it. */
export const WrittenEvent = z.object({
  name: unchanged.name,
  date: unchanged.date,
  startsAt: writtenTime.describe(
    "The start of date in local time, such as 2026-12-04T20:00, or 2026-12-04 if only the day is " +
      "known; null without a definite day",
  ),
  endsAt: writtenTime.describe("The end in the same forms; null where it is not known"),
  venue: unchanged.venue,
  neighborhood: unchanged.neighborhood,
  city: lenient(
    modelText.nullable().describe("The city or town alone; null where you do not know it"),
    null,
  ),
  ...writtenPlace,
  price: lenient(
    Cost.nullable().describe("For one person; null where you do not know it"),
    null,
  ),
  url: unchanged.url,
  why: unchanged.why,
}).overwrite(withSoundEnd);
export type WrittenEvent = z.infer<typeof WrittenEvent>;

/** The largest number of events of a bundle. */
export const MAX_EVENTS = 8;

/** The members of a bundle that a model writes. */
const writtenBundle = {
  title: modelText,
  description: modelText,
  keyEvents: z.array(WrittenEvent).min(1).max(MAX_EVENTS),
  imageUrl,
};

/** A bundle as the model writes it. It is not cut to single characters. */
export const WrittenBundle = z.object(writtenBundle).refine(isWhole, { error: SINGLE_CHARACTERS });
export type WrittenBundle = z.infer<typeof WrittenBundle>;

/** A bundle as the model writes it for a plan that exists already. */
export const NumberedBundle = z.object({
  bundle: z.int().min(1).max(MAX_BUNDLES).describe("The number of the bundle in the plan"),
  ...writtenBundle,
}).refine(isWhole, { error: SINGLE_CHARACTERS });
export type NumberedBundle = z.infer<typeof NumberedBundle>;

/** A plan as the model writes it. */
export const WrittenBundles = z.object({
  bundles: z.array(WrittenBundle).min(MIN_BUNDLES).max(MAX_BUNDLES),
});
export type WrittenBundles = z.infer<typeof WrittenBundles>;

/** A local time that is stored: `2026-12-04T20:00` or `2026-12-04`. */
const LocalTime = z.string().refine((text) => readLocalTime(text) === text, {
  error: "expected a local time",
});

/** An event as it is stored and shown. The defaults are for plans of earlier versions. */
export const KeyEvent = z.object({
  name: modelText.describe("What it is called"),
  date: unchanged.date,
  startsAt: LocalTime.nullable().default(null).describe(
    "The local start: `2026-12-04T20:00`, or `2026-12-04` if only the day is known",
  ),
  endsAt: LocalTime.nullable().default(null).describe(
    "The local end, in the forms of `startsAt`. A day is the last day",
  ),
  timeZone: TimeZoneName.nullable().default(null).catch(null).describe(
    "The IANA time zone of the place, from a tool",
  ),
  venue: unchanged.venue.describe("Where it takes place; `null`: not known"),
  neighborhood: unchanged.neighborhood.describe("The part of the city; `null`: not known"),
  city: z.string().nullable().default(null).describe("The city or town; `null`: not known"),
  ...storedPlace,
  price: ShownCost.nullable().default(null).describe("For one person; `null`: not known"),
  url: unchanged.url.describe("Its page, from a tool; `null`: none is known"),
  why: unchanged.why,
}).meta({ id: "KeyEvent", description: "An event of a bundle" });
export type KeyEvent = z.infer<typeof KeyEvent>;

export const Bundle = z.object({
  title: modelText.describe("The bundle in a few words"),
  description: modelText.describe("What the bundle is like"),
  keyEvents: z.array(KeyEvent).min(1).max(MAX_EVENTS).describe("Its events"),
  imageUrl: imageUrl.describe("The address of its picture, from a tool; `null`: none is known"),
}).meta({ id: "Bundle", description: "Events that go well together" });
export type Bundle = z.infer<typeof Bundle>;

/** A plan as it is stored. */
export const Bundles = z.object({
  bundles: z.array(Bundle).min(MIN_BUNDLES).max(MAX_BUNDLES),
  warnings: z.array(PlanWarning).optional(),
  /** The time zone of the place, from a tool; unset: not known, or not one. */
  timeZone: TimeZoneName.optional().catch(undefined),
});
export type Bundles = z.infer<typeof Bundles>;

/** Returns the event without an end that is not after its start. */
function withSoundEnd<Event extends { startsAt: string | null; endsAt: string | null }>(
  event: Event,
): Event {
  const { startsAt, endsAt } = event;
  const isSound = startsAt !== null && endsAt !== null && isLater(endsAt, startsAt);
  return isSound ? event : { ...event, endsAt: null };
}

function isWhole(
  { title, description, keyEvents }: Pick<Bundle, "title" | "description"> & {
    keyEvents: Pick<KeyEvent, "name" | "date" | "why">[];
  },
): boolean {
  const texts = keyEvents.flatMap(({ name, date, why }) => [name, date, why]);
  return !areSingleCharacters([title, description, ...texts]);
}
