/**
 * The plan of bundles: each bundle is a card with its events.
 * @module
 */
import { DAY_MS } from "../../../../lib/clock.ts";
import { hasTimeOfDay, localMs, timeOfDay } from "../../../../lib/local_time.ts";
import type { Bundle, GenerationJob } from "../../../client/job.ts";
import { PartMenu } from "../../shaping/part_menu.tsx";
import { Credits, formatCost, formatDay, Link, Placeholder, PlaceLink } from "../plan_pieces.tsx";
import type { PlanProps } from "../trip_view.ts";

type KeyEvent = Bundle["keyEvents"][number];

export function BundlesPlan(
  { job: { bundles, partial }, isGrowing }: PlanProps<Pick<GenerationJob, "bundles" | "partial">>,
) {
  const parts = bundles ?? partial ?? [];
  return (
    <>
      <ol class="bundles">
        {parts.map((bundle, index) => <BundleCard key={index} part={index} bundle={bundle} />)}
        {isGrowing && <Placeholder key={parts.length} label={`Bundle ${parts.length + 1}`} />}
      </ol>
      <Credits places={parts.flatMap(({ keyEvents }) => keyEvents)} />
    </>
  );
}

function BundleCard({ bundle, part }: { bundle: Bundle; part: number }) {
  const { title, description, keyEvents, imageUrl } = bundle;
  return (
    <li class="card">
      <PartMenu part={part} />
      <h2 dir="auto">{title}</h2>
      <p dir="auto">{description}</p>
      <ol class="events">
        {keyEvents.map((event, index) => (
          <EventRow key={index} part={part} index={index} event={event} />
        ))}
      </ol>
      {imageUrl && (
        <p class="facts">
          <Link url={imageUrl}>View picture</Link>
        </p>
      )}
    </li>
  );
}

function EventRow({ event, part, index }: { event: KeyEvent; part: number; index: number }) {
  const { name, date, startsAt, endsAt, mapQuery, price, url, why } = event;
  const where = placeOf(event).join(", ");
  return (
    <li>
      <PartMenu part={part} index={index} />
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
