/**
 * The plan of an itinerary: days as timelines.
 * @module
 */
import { useState } from "preact/hooks";
import type { Day, ItineraryJob } from "../../../client/job.ts";
import { useWords } from "../../../words/words.ts";
import { partClass } from "../../map/part_class.ts";
import { stopId } from "../../map/stop.ts";
import { formatShortDay } from "../format.ts";
import { CategoryName, Credits, lookedUp, Placeholder, PlaceLink } from "../plan_pieces.tsx";
import { FooterSlot, MenuSlot, PhotoSlot } from "../plan_slots.ts";
import type { PlanProps } from "../trip_view.ts";
import { daysOf, describeActivity, describeDay, describeWay, formatWeather } from "./day_text.ts";

export { formatWeather, sumCosts } from "./day_text.ts";

type Activity = Day["activities"][number];

/** A longer finished plan shows its days closed at first: an overview of two screens. */
const MAX_OPEN_DAYS = 10;

/** A plan of more days is laid out only where the reader looks, so that a phone scrolls smoothly. */
const MAX_WHOLE_DAYS = 5;

export function ItineraryPlan(
  { job, isGrowing, focus = null, isCompact = false }: PlanProps<
    Pick<ItineraryJob, "itinerary" | "partial" | "durationDays">
  >,
) {
  const { plan } = useWords();
  const days = daysOf(job);
  const { durationDays } = job;
  // Days that the reader watches growing stay open at the end.
  const [isOpen] = useState(isGrowing || durationDays <= MAX_OPEN_DAYS);
  // While the model corrects a plan, all of its days are there already.
  const hasMore = isGrowing && days.length < durationDays;
  const size = isCompact ? "compact" : durationDays > MAX_WHOLE_DAYS ? "long" : "";
  return (
    <>
      <ol class={`days ${size}`}>
        {days.map((day, part) => (
          <DayCard
            key={part}
            day={day}
            part={part}
            isOpen={isOpen && !(isCompact && part > 0)}
            isCompact={isCompact}
            focus={focus?.part === part ? focus.index : null}
          />
        ))}
        {hasMore && <Placeholder key={days.length} label={plan.day(days.length + 1)} />}
      </ol>
      <Credits
        places={days.flatMap(({ activities }) => activities)}
        hasWeather={days.some(({ weather }) => weather)}
      />
    </>
  );
}

interface DayCardProps {
  day: Day;
  part: number;
  /** Whether it is open at first. After that, the reader opens and closes it. */
  isOpen: boolean;
  isCompact: boolean;
  /** The index of the activity that the reader looks at; `null`: none of this day. */
  focus: number | null;
}

function DayCard({ day, part, isOpen, isCompact, focus }: DayCardProps) {
  const words = useWords();
  const { date, season, weather, theme, activities } = day;
  const when = [
    date && formatShortDay(date, words.language),
    !date && season && words.plan.seasons[season],
    weather && formatWeather(weather, words),
  ].filter(Boolean);
  return (
    <li class={`card day ${partClass(part)}`} id={`day-${day.day}`}>
      <MenuSlot part={part} />
      <details open={isOpen}>
        <summary>
          <span class="day-name">
            <span class="badge">{words.plan.day(day.day)}</span>
            {when.length > 0 && <span class="quiet">{when.join(" · ")}</span>}
          </span>
          <h2 dir="auto">{theme}</h2>
          <span class="quiet sums">{describeDay(day, words).join(" · ")}</span>
        </summary>
        <ol class="timeline">
          {activities.map((activity, index) => (
            <ActivityRow
              key={index}
              activity={activity}
              weekday={day.weekday}
              spot={{ part, index }}
              isFocused={focus === index}
              isCompact={isCompact}
            />
          ))}
        </ol>
        <FooterSlot part={part} />
      </details>
    </li>
  );
}

interface ActivityRowProps {
  activity: Activity;
  weekday: Day["weekday"];
  spot: { part: number; index: number };
  isFocused: boolean;
  isCompact: boolean;
}

function ActivityRow({ activity, weekday, spot, isFocused, isCompact }: ActivityRowProps) {
  const words = useWords();
  const { time, title, category, bookAhead } = activity;
  return (
    <li id={stopId(spot)} class={isFocused ? "stop in-focus" : "stop"}>
      <time dateTime={time}>{time}</time>
      <div class="what" data-number={spot.index + 1}>
        <MenuSlot {...spot} />
        <h3 dir="auto">{title}</h3>
        <p class="facts">
          <CategoryName category={category} />
          {describeActivity(activity, { weekday, words }).map((fact, index) => (
            <span key={index} dir="auto">{fact}</span>
          ))}
          {bookAhead && <span class="book">{words.plan.bookAhead}</span>}
        </p>
        <PhotoSlot title={title} {...spot} />
        {!isCompact && <ActivityDetails activity={activity} />}
      </div>
    </li>
  );
}

function ActivityDetails({ activity }: { activity: Activity }) {
  const { title, description, needsMet, place, mapQuery } = activity;
  const way = describeWay(activity, useWords());
  return (
    <>
      <p class="about" dir="auto">{description}</p>
      {needsMet && <p class="about" dir="auto">{needsMet}</p>}
      <PlaceLink place={place} title={title} query={mapQuery || place} point={lookedUp(activity)} />
      {way && <p class="way quiet">{way}</p>}
    </>
  );
}
