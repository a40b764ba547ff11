/**
 * The plan of an itinerary: days as timelines.
 * @module
 */
import type { Day, ItineraryJob } from "../../../client/job.ts";
import { PartMenu } from "../../shaping/part_menu.tsx";
import { Credits, formatCost, formatDay, Placeholder, PlaceLink } from "../plan_pieces.tsx";
import type { PlanProps } from "../trip_view.ts";

type Activity = Day["activities"][number];

/** Travellers take a vehicle for longer ways. */
const LONGEST_WALK_MINUTES = 60;

export function ItineraryPlan(
  { job: { itinerary, partial, durationDays }, isGrowing }: PlanProps<
    Pick<ItineraryJob, "itinerary" | "partial" | "durationDays">
  >,
) {
  const days = itinerary ?? partial ?? [];
  // While the model corrects a plan, all of its days are there already.
  const hasMore = isGrowing && days.length < durationDays;
  return (
    <>
      <ol class="days">
        {days.map((day, index) => <DayCard key={index} part={index} day={day} />)}
        {hasMore && <Placeholder key={days.length} label={`Day ${days.length + 1}`} />}
      </ol>
      <Credits
        places={days.flatMap(({ activities }) => activities)}
        hasWeather={days.some(({ weather }) => weather)}
      />
    </>
  );
}

function DayCard({ day: whole, part }: { day: Day; part: number }) {
  const { day, date, weather, theme, activities, totals } = whole;
  const facts = [
    `Day ${day}`,
    date && formatDay(date),
    weather && formatWeather(weather),
    formatCosts(activities),
    totals?.walkingMeters ? `${formatKilometers(totals.walkingMeters)} on foot` : null,
  ];
  return (
    <li class="card" id={`day-${day}`}>
      <PartMenu part={part} />
      <p class="quiet">{facts.filter(Boolean).join(" · ")}</p>
      <h2 dir="auto">{theme}</h2>
      <ol class="timeline">
        {activities.map((activity, index) => (
          <ActivityRow key={index} part={part} index={index} activity={activity} />
        ))}
      </ol>
    </li>
  );
}

function ActivityRow(
  { activity, part, index }: { activity: Activity; part: number; index: number },
) {
  const { time, title, description, place, mapQuery, estimatedCost, needsMet, toNext } = activity;
  const facts = [
    estimatedCost && formatCost(estimatedCost),
    activity.durationMinutes && `takes ${formatMinutes(activity.durationMinutes)}`,
    activity.bookAhead && "book ahead",
    activity.openingHours && `open: ${activity.openingHours}`,
    toNext && toNext.walkingMinutes <= LONGEST_WALK_MINUTES &&
    `${formatMinutes(toNext.walkingMinutes)} on foot to the next place`,
  ];
  return (
    <li>
      <time dateTime={time}>{time}</time>
      <div>
        <PartMenu part={part} index={index} />
        <h3 dir="auto">{title}</h3>
        <p dir="auto">{description}</p>
        {needsMet && <p dir="auto">{needsMet}</p>}
        <p class="facts">
          <PlaceLink place={place} query={mapQuery || place} />
          {facts.map((fact, index) => fact && <span key={index} dir="auto">{fact}</span>)}
        </p>
      </div>
    </li>
  );
}

/** Formats a duration: `45 min`, `1 h`, `1 h 30 min`. */
export function formatMinutes(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`]
    .filter(Boolean).join(" ");
}

/** Formats a distance: `0.4 km`, `2.5 km`. */
function formatKilometers(meters: number): string {
  return `${(meters / 1_000).toFixed(1)} km`;
}

/** Formats a forecast: `rain showers, 12 to 18 °C, rain 60%`. Unknown values are left out. */
export function formatWeather(weather: NonNullable<Day["weather"]>): string | null {
  const { sky, minCelsius, maxCelsius, rainPercent } = weather;
  const degrees = [minCelsius, maxCelsius].flatMap((celsius) =>
    celsius === null ? [] : [Math.round(celsius)]
  );
  const texts = [
    sky,
    // Two negative numbers with a dash between them are hard to read.
    degrees.length > 0 && `${[...new Set(degrees)].join(" to ")} °C`,
    rainPercent !== null && `rain ${Math.round(rainPercent)}%`,
  ].filter(Boolean);
  return texts.length === 0 ? null : texts.join(", ");
}

/** Returns the total cost of activities by currency. Free and unknown costs are skipped. */
export function sumCosts(activities: readonly Activity[]): [currency: string, amount: number][] {
  const sums = new Map<string, number>();
  for (const { estimatedCost } of activities) {
    if (!estimatedCost?.amount) continue;
    const { currency, amount } = estimatedCost;
    sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return [...sums];
}

/**
 * Returns the total cost of activities as text, or `null` if no cost is known. The text names the
 * activities, because a trip has other costs too.
 */
export function formatCosts(activities: readonly Activity[]): string | null {
  const sums = sumCosts(activities);
  if (sums.length > 0) {
    const texts = sums.map(([currency, amount]) => formatCost({ amount, currency }));
    return `activities: ${texts.join(" + ")}`;
  }
  const isKnown = activities.some(({ estimatedCost }) => estimatedCost !== null);
  return isKnown ? "activities: free" : null;
}
