/**
 * Plans as they are read: days as timelines, bundles as cards.
 * @module
 */
import type { ComponentChildren } from "preact";
import type { Bundle, Day } from "../client/client.ts";
import { sumCosts, webLink } from "./plan_facts.ts";

type Activity = Day["activities"][number];
type KeyEvent = Bundle["keyEvents"][number];

export interface PlanProps<Part> {
  /** Those that are there. */
  parts: readonly Part[];
  /** Whether there is another one to come. */
  isGrowing: boolean;
}

/** Links that a model has written are nobody's recommendation. */
const REL = "noopener noreferrer nofollow";

export function ItineraryPlan({ parts, isGrowing }: PlanProps<Day>) {
  return (
    <ol class="days">
      {parts.map((day, index) => <DayCard key={index} day={day} />)}
      {isGrowing && <Placeholder key={parts.length} label={`Day ${parts.length + 1}`} />}
    </ol>
  );
}

export function BundlesPlan({ parts, isGrowing }: PlanProps<Bundle>) {
  return (
    <ol class="bundles">
      {parts.map((bundle, index) => <BundleCard key={index} bundle={bundle} />)}
      {isGrowing && <Placeholder key={parts.length} label={`Bundle ${parts.length + 1}`} />}
    </ol>
  );
}

function DayCard({ day: { day, theme, activities } }: { day: Day }) {
  const cost = sayCosts(activities);
  return (
    <li class="card" id={`day-${day}`}>
      <p class="quiet">
        Day {day}
        {cost && ` · ${cost}`}
      </p>
      <h2 dir="auto">{theme}</h2>
      <ol class="timeline">
        {activities.map((activity, index) => <ActivityRow key={index} activity={activity} />)}
      </ol>
    </li>
  );
}

function ActivityRow({ activity }: { activity: Activity }) {
  const { time, title, description, place, estimatedCost } = activity;
  return (
    <li>
      <time dateTime={time}>{time}</time>
      <div>
        <h3 dir="auto">{title}</h3>
        <p dir="auto">{description}</p>
        <p class="facts">
          <a href={mapUrl(place)} rel={REL} target="_blank" dir="auto">{place}</a>
          {estimatedCost && <span>{sayCost(estimatedCost)}</span>}
        </p>
      </div>
    </li>
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
          <Link url={imageUrl}>A picture of it</Link>
        </p>
      )}
    </li>
  );
}

function EventRow({ event: { name, date, venue, neighborhood, url, why } }: { event: KeyEvent }) {
  const where = [venue, neighborhood].filter(Boolean).join(", ");
  return (
    <li>
      <p class="when" dir="auto">{date}</p>
      <h3 dir="auto">
        <Link url={url}>{name}</Link>
      </h3>
      <p dir="auto">{why}</p>
      {where && (
        <p class="facts">
          <a href={mapUrl(where)} rel={REL} target="_blank" dir="auto">{where}</a>
        </p>
      )}
    </li>
  );
}

/** A link, if it is one to the web; else what it would have said. */
function Link({ url, children }: { url: string | null; children: ComponentChildren }) {
  const href = webLink(url);
  return href === null ? <>{children}</> : <a href={href} rel={REL} target="_blank">{children}</a>;
}

/** Where something lies, for whoever looks: nothing is asked of the map before. */
function mapUrl(place: string): string {
  return `https://www.openstreetmap.org/search?${new URLSearchParams({ query: place })}`;
}

/** The room of the part that is being written. The part takes it over, so nothing moves. */
function Placeholder({ label }: { label: string }) {
  return (
    <li class="card placeholder" aria-hidden="true">
      <p class="quiet">{label}</p>
      <p class="bar wide" />
      <p class="bar" />
      <p class="bar" />
    </li>
  );
}

/** What a number of activities cost together; `null` if nobody knows. */
export function sayCosts(activities: readonly Activity[]): string | null {
  const sums = sumCosts(activities);
  if (sums.length > 0) {
    return sums.map(([currency, amount]) => sayCost({ amount, currency })).join(" + ");
  }
  return activities.some(({ estimatedCost }) => estimatedCost !== null) ? "free" : null;
}

function sayCost({ amount, currency }: { amount: number; currency: string }): string {
  if (amount === 0) return "free";
  const fractions = Number.isInteger(amount) ? { maximumFractionDigits: 0 } : {};
  const format = new Intl.NumberFormat("en", { style: "currency", currency, ...fractions });
  return `about ${format.format(amount)}`;
}
