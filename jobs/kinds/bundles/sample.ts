/**
 * Invented event bundles for the sample generator, without real venues and without links.
 * @module
 */
import type { SampleContext } from "../../kind.ts";
import type { Category } from "../plan_members.ts";
import { choicesFor, type Choose } from "../sample_choice.ts";
import { minutesOf } from "../samples/timetable.ts";
import type { WrittenBundle, WrittenBundles, WrittenEvent } from "./plan.ts";
import type { BundlesRequest } from "./request.ts";
import { datesOf, dateWords, timesOf } from "./sample_dates.ts";
import { moods } from "./sample_moods.ts";

const neighborhoods = ["Old Town", "Harbor", "University Quarter", "Arts District", "Riverside"];

/** An invented event: its weekday and time are in `when`. */
interface Happening {
  name: string;
  venue: string;
  when: string;
  category: Category;
}

/** The days in `when`, in the order of a weekend. */
const DAYS = ["Friday", "Saturday", "Sunday"];

/** Invented events take two hours. */
const EVENT_MINUTES = 120;

function happening(name: string, venue: string, when: string, category: Category): Happening {
  return { name, venue, when, category };
}

/** The events of each bundle, in order. No event is in two bundles. */
const programmes: readonly (readonly Happening[])[] = [
  [
    happening("opening night", "The Warehouse", "Friday, 21:00", "nightlife"),
    happening("guided walk", "The Old Gate", "Saturday, 11:00", "sight"),
    happening("late show", "The Cellar", "Saturday, 23:00", "nightlife"),
  ],
  [
    happening("open-air session", "The Courtyard", "Saturday, 17:00", "entertainment"),
    happening("morning market", "Market Hall", "Sunday, 10:00", "shopping"),
    happening("closing session", "The Terrace", "Sunday, 18:00", "entertainment"),
  ],
  [
    happening("warm-up", "The Corner Bar", "Friday, 19:00", "nightlife"),
    happening("workshop", "The Studio", "Saturday, 10:30", "other"),
    happening("gala", "The Old Theater", "Saturday, 20:00", "entertainment"),
  ],
  [
    happening("street fair", "Mill Street", "Saturday, 12:00", "shopping"),
    happening("rooftop evening", "The Car Park Roof", "Saturday, 19:30", "nightlife"),
    happening("brunch", "The Greenhouse", "Sunday, 11:30", "food"),
  ],
  [
    happening("night tour", "The Bridge", "Friday, 22:30", "sight"),
    happening("matinee", "The Small Stage", "Sunday, 14:00", "entertainment"),
    happening("farewell supper", "The Long Table", "Sunday, 19:00", "food"),
  ],
];

/** The interests of travellers who name none. */
const anyInterests = ["music", "food", "art"];

/** The time of bundles for travellers who name none. */
const THIS_WEEKEND = "When: the coming weekend";

/** What is not known of an invented event. */
const unknown = { mapQuery: null, coordinates: null, price: null, url: null } as const;

/** The reasoning summaries of the sample generator. */
export const sampleReasoning = [
  "Reading your request: what matters most, and when",
  "Putting together sample bundles that differ from each other",
];

/**
 * Returns three to five invented bundles for the request.
 *
 * @param context unset: the events have no dates, only weekdays
 */
export function sampleBundles(request: BundlesRequest, context?: SampleContext): WrittenBundles {
  const choose = choicesFor(request.preferences);
  const count = choose([3, 4, 5], "number of bundles");
  return { bundles: inventedBundles(request, { choose, context }).slice(0, count) };
}

/** Returns one bundle of each mood. No two of them have an event in common. */
export function inventedBundles(
  request: BundlesRequest,
  { choose, context }: { choose: Choose; context?: SampleContext | undefined },
): WrittenBundle[] {
  const { interests, timeframe } = request.preferences;
  const named = interests?.filter(Boolean) ?? [];
  const wanted = named.length > 0 ? named : anyInterests;
  const mood = choose([...moods.keys()], "first mood");
  const first = choose([...programmes.keys()], "first programme");
  return moods.map((_, bundle) => {
    const { name, text } = moods[(mood + bundle) % moods.length]!;
    const interest = wanted[bundle % wanted.length]!;
    const events = programmes[(first + bundle) % programmes.length]!;
    return {
      title: `${name} ${titleCase(interest)}`,
      description: `${text} ${timeframe ? `When and where: ${timeframe}` : THIS_WEEKEND}.`,
      keyEvents: events.map((happening, event): WrittenEvent => ({
        name: `${titleCase(interest)} ${happening.name}`,
        ...inventedTimes(happening, { request, context }),
        venue: happening.venue,
        neighborhood: choose(neighborhoods, `place ${bundle}.${event}`),
        city: request.preferences.city ?? null,
        category: happening.category,
        ...unknown,
        why: named.length > 0
          ? `Because you asked for ${interest}.`
          : `A good choice if you like ${interest}.`,
      })).toSorted(byStart).filter(isFree),
      imageUrl: null,
    };
  });
}

/** Returns when an invented event is: on a date if the time of the job is known. */
function inventedTimes(
  { when }: Happening,
  { request, context }: { request: BundlesRequest; context: SampleContext | undefined },
): Pick<WrittenEvent, "date" | "startsAt" | "endsAt"> {
  if (!context) return { date: when, startsAt: null, endsAt: null };
  const { preferences } = request;
  const dates = datesOf(preferences, { ...context, timeZone: "UTC" });
  const [weekday, time] = when.split(", ");
  const date = dates[Math.min(DAYS.indexOf(weekday!), dates.length - 1)]!;
  const start = minutesOf(time!);
  const isLast = preferences.endDate === date;
  return {
    date: `${dateWords(date)}, ${time}`,
    ...timesOf({ date, start, minutes: EVENT_MINUTES, isLast }),
  };
}

function byStart(one: WrittenEvent, other: WrittenEvent): number {
  return (one.startsAt ?? "").localeCompare(other.startsAt ?? "");
}

/** Returns whether an event begins when the events before it have ended: short trips are full. */
function isFree(
  { startsAt }: WrittenEvent,
  index: number,
  events: readonly WrittenEvent[],
): boolean {
  return startsAt === null || events.slice(0, index).every(({ endsAt }) => endsAt! <= startsAt);
}

function titleCase(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
