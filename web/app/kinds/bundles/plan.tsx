/**
 * The plan of bundles: each bundle is a card with its events.
 * @module
 */
import type { Bundle, GenerationJob } from "../../../client/job.ts";
import { useWords } from "../../../words/words.ts";
import { partClass } from "../../map/part_class.ts";
import { stopId } from "../../map/stop.ts";
import { formatCost } from "../format.ts";
import { CategoryName, Credits, Link, lookedUp, Placeholder, PlaceLink } from "../plan_pieces.tsx";
import { FooterSlot, MenuSlot, PhotoSlot } from "../plan_slots.ts";
import type { PlanProps } from "../trip_view.ts";
import { describeBundle, formatTimes, placeOf } from "./bundle_text.ts";

export { formatTimes, placeOf } from "./bundle_text.ts";

type KeyEvent = Bundle["keyEvents"][number];

export function BundlesPlan(
  { job: { bundles, partial }, isGrowing, focus = null }: PlanProps<
    Pick<GenerationJob, "bundles" | "partial">
  >,
) {
  const { plan } = useWords();
  const parts = bundles ?? partial ?? [];
  return (
    <>
      <ol class="bundles">
        {parts.map((bundle, part) => (
          <BundleCard
            key={part}
            bundle={bundle}
            part={part}
            focus={focus?.part === part ? focus.index : null}
          />
        ))}
        {isGrowing && <Placeholder key={parts.length} label={plan.bundle(parts.length + 1)} />}
      </ol>
      <Credits places={parts.flatMap(({ keyEvents }) => keyEvents)} />
    </>
  );
}

interface BundleCardProps {
  bundle: Bundle;
  part: number;
  /** The index of the event that the reader looks at; `null`: none of this bundle. */
  focus: number | null;
}

function BundleCard({ bundle, part, focus }: BundleCardProps) {
  const words = useWords();
  const { title, description, keyEvents, imageUrl } = bundle;
  return (
    <li class={`card bundle ${partClass(part)}`} id={`bundle-${part + 1}`}>
      <MenuSlot part={part} />
      <p class="day-name">
        <span class="badge">{words.plan.bundle(part + 1)}</span>
      </p>
      <h2 dir="auto">{title}</h2>
      <p class="quiet sums">{describeBundle(bundle, words).join(" · ")}</p>
      <p dir="auto">{description}</p>
      <ol class="events">
        {keyEvents.map((event, index) => (
          <EventRow
            key={index}
            event={event}
            spot={{ part, index }}
            isFocused={focus === index}
          />
        ))}
      </ol>
      {imageUrl && (
        <p class="facts">
          <Link url={imageUrl}>{words.plan.viewPicture}</Link>
        </p>
      )}
      <FooterSlot part={part} />
    </li>
  );
}

interface EventRowProps {
  event: KeyEvent;
  spot: { part: number; index: number };
  isFocused: boolean;
}

function EventRow({ event, spot, isFocused }: EventRowProps) {
  const words = useWords();
  const { name, date, startsAt, endsAt, mapQuery, price, url, why, category } = event;
  const where = placeOf(event).join(", ");
  return (
    <li id={stopId(spot)} class={isFocused ? "stop in-focus" : "stop"}>
      <div class="what" data-number={spot.index + 1}>
        <MenuSlot {...spot} />
        <p class="when" dir="auto">
          {startsAt
            ? <time dateTime={startsAt}>{formatTimes({ startsAt, endsAt }, words.language)}</time>
            : date}
        </p>
        <h3 dir="auto">
          <Link url={url}>{name}</Link>
        </h3>
        {(price || (category ?? "other") !== "other") && (
          <p class="facts">
            <CategoryName category={category} />
            {price && <span>{formatCost(price, words)}</span>}
          </p>
        )}
        <PhotoSlot title={name} {...spot} />
        <p class="about" dir="auto">{why}</p>
        {where && <PlaceLink place={where} query={mapQuery || where} point={lookedUp(event)} />}
      </div>
    </li>
  );
}
