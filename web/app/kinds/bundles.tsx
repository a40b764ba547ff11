/**
 * The view of bundles: a form with preferences, and bundles of events as cards.
 * @module
 */
import { DAY_MS } from "../../../lib/clock.ts";
import { hasTimeOfDay, localMs, timeOfDay } from "../../../lib/local_time.ts";
import type { Bundle, GenerationJob, GenerationWish } from "../../client/job.ts";
import { listError, listIn, textError, trimmed } from "./field.ts";
import {
  Credits,
  DetailList,
  formatCost,
  formatDay,
  Link,
  Placeholder,
  PlaceLink,
} from "./plan_pieces.tsx";
import { describeFacts } from "./trip_facts.ts";
import type { KindView, PlanProps } from "./view.ts";

type KeyEvent = Bundle["keyEvents"][number];
type Preferences = GenerationWish["preferences"];
type Field = "interests" | "musicProfile" | "timeframe" | "otherPreferences";

/** The maximum length of a destination. */
const MAX_TITLE_CHARACTERS = 120;

export const bundlesView: KindView<"bundles", Field> = {
  choice: {
    title: "Weekend bundles",
    text: "Sets of events to choose from, ready in 2 to 5 minutes",
  },
  verb: "Plan my weekend",
  fields: {
    interests: {
      label: "Interests",
      hint: "Separate them with commas",
      example: "music, nightlife, street food",
      input: "line",
      errorOf: listError,
    },
    musicProfile: {
      label: "Music",
      hint: "Genres or artists that you like",
      example: "Electronic, House",
      input: "line",
      errorOf: textError,
    },
    timeframe: {
      label: "When and where",
      hint: "Dates, and a city or region",
      example: "This weekend in Berlin",
      input: "line",
      errorOf: textError,
    },
    otherPreferences: {
      label: "Anything else",
      hint: "Who is coming, your budget, what to avoid",
      example: "Two of us, underground venues, no early mornings",
      input: "area",
      errorOf: textError,
    },
  },
  bodyOf: ({ interests, musicProfile, timeframe, otherPreferences }) => ({
    preferences: {
      interests: listIn(interests),
      musicProfile: trimmed(musicProfile) || null,
      timeframe: trimmed(timeframe) || null,
      otherPreferences: trimmed(otherPreferences) || null,
    },
  }),
  valuesOf: ({ preferences: { interests, musicProfile, timeframe, otherPreferences } }) => ({
    interests: interests?.join(", ") ?? "",
    musicProfile: musicProfile ?? "",
    timeframe: timeframe ?? "",
    otherPreferences: otherPreferences ?? "",
  }),
  bodyOfJob: ({ preferences }) => ({ preferences }),
  titleOf: ({ preferences }) => titleOf(preferences),

  partNoun: "Bundle",
  stages: [
    ["queued", "Waiting"],
    ["thinking", "Thinking"],
    ["researching", "Researching"],
    ["writing", "Writing"],
  ],
  waitingTips: [
    "This takes a few minutes.",
    "You can close this page.",
    "Bundles appear one by one.",
    "Check dates and tickets.",
  ],
  files: { markdown: true, calendar: "dates" },
  Plan: BundlesPlan,
  Details: ({ job: { preferences } }) => <PreferenceList preferences={preferences} />,
  timeZoneOf: ({ timeZone }) => timeZone,
  reasoningOf: ({ reasoningSummaries }) => reasoningSummaries,
};

function titleOf(preferences: Preferences): string {
  const interests = formatInterests(preferences);
  return interests === "" ? "Weekend bundles" : `Weekend bundles: ${shortened(interests)}`;
}

/** Returns all interests as text, which is empty without interests. */
function formatInterests({ interests }: Preferences): string {
  return (interests ?? []).filter((interest) => interest !== "").join(", ");
}

function shortened(text: string): string {
  const characters = [...text];
  if (characters.length <= MAX_TITLE_CHARACTERS) return text;
  return `${characters.slice(0, MAX_TITLE_CHARACTERS - 1).join("").trimEnd()}…`;
}

/** Shows the preferences that the title leaves out. */
function PreferenceList({ preferences }: Pick<GenerationJob, "preferences">) {
  const { timeframe, musicProfile, otherPreferences } = preferences;
  const interests = formatInterests(preferences);
  const cutOff = titleOf(preferences).endsWith(interests) ? null : interests;
  const { interests: _, ...facts } = preferences;
  const details = [cutOff, timeframe, musicProfile, ...describeFacts(facts), otherPreferences];
  return <DetailList details={details} />;
}

export function BundlesPlan(
  { job: { bundles, partial }, isGrowing }: PlanProps<Pick<GenerationJob, "bundles" | "partial">>,
) {
  const parts = bundles ?? partial ?? [];
  return (
    <>
      <ol class="bundles">
        {parts.map((bundle, index) => <BundleCard key={index} bundle={bundle} />)}
        {isGrowing && <Placeholder key={parts.length} label={`Bundle ${parts.length + 1}`} />}
      </ol>
      <Credits places={parts.flatMap(({ keyEvents }) => keyEvents)} />
    </>
  );
}

function BundleCard({ bundle }: { bundle: Bundle }) {
  const { title, description, keyEvents, imageUrl } = bundle;
  return (
    <li class="card">
      <h2 dir="auto">{title}</h2>
      <p dir="auto">{description}</p>
      <ol class="events">
        {keyEvents.map((event, index) => <EventRow key={index} event={event} />)}
      </ol>
      {imageUrl && (
        <p class="facts">
          <Link url={imageUrl}>View picture</Link>
        </p>
      )}
    </li>
  );
}

function EventRow({ event }: { event: KeyEvent }) {
  const { name, date, startsAt, endsAt, mapQuery, price, url, why } = event;
  const where = placeOf(event).join(", ");
  return (
    <li>
      <p class="when" dir="auto">
        {startsAt ? <time dateTime={startsAt}>{formatTimes(startsAt, endsAt)}</time> : date}
      </p>
      <h3 dir="auto">
        <Link url={url}>{name}</Link>
      </h3>
      <p dir="auto">{why}</p>
      {(where || price) && (
        <p class="facts">
          {where && <PlaceLink place={where} query={mapQuery || where} />}
          {price && <span>{formatCost(price)}</span>}
        </p>
      )}
    </li>
  );
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

/**
 * Formats local times: `Fri, Dec 4, 2026, 20:00–23:00`, or `Fri, Dec 4, 2026` if only the day is
 * known. The text is the same on every machine.
 *
 * @param startsAt the start, such as `2026-12-04T20:00` or `2026-12-04`
 * @param endsAt the end in the same forms; `null` or `undefined`: not known
 */
export function formatTimes(startsAt: string, endsAt: string | null | undefined): string {
  const start = formatTime(startsAt);
  if (!endsAt) return start;
  // An event that ends in the night after its day needs no second date.
  const isShort = hasTimeOfDay(startsAt) && hasTimeOfDay(endsAt) &&
    localMs(endsAt) - localMs(startsAt) < DAY_MS;
  return isShort ? `${start}–${timeOfDay(endsAt)}` : `${start} – ${formatTime(endsAt)}`;
}

function formatTime(time: string): string {
  const day = formatDay(time);
  return hasTimeOfDay(time) ? `${day}, ${timeOfDay(time)}` : day;
}
