/**
 * Components that several kinds of plan share.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useWords } from "../../words/words.ts";
import { CategoryIcon } from "../map/category_icon.tsx";
import type { Category } from "../map/stop.ts";
import { mapLinks, type Point } from "./map_links.ts";
import { webLink } from "./web_link.ts";

export { formatAmount, formatDay } from "./format.ts";

/** The service does not endorse links that a model wrote. */
const REL = "noopener noreferrer nofollow";

/** Shows a link if its URL is safe, otherwise only its content. */
export function Link({ url, children }: { url: string | null; children: ComponentChildren }) {
  const href = webLink(url);
  return href === null ? <>{children}</> : <a href={href} rel={REL} target="_blank">{children}</a>;
}

/**
 * Shows a place. It opens links to maps. The map site sees the place when a link is followed.
 *
 * @param props.title what is written above it; the place does not repeat it
 * @param props.query what to search for; unset: the text
 * @param props.point its position, if that was looked up
 */
export function PlaceLink(
  { place, title, query = place, point = null }: {
    place: string;
    title?: string;
    query?: string;
    point?: Point | null;
  },
) {
  const { plan } = useWords();
  return (
    <details class="place">
      <summary>
        <span dir="auto">{placeBelow(place, title)}</span>
      </summary>
      <ul>
        {mapLinks(query, point).map(({ name, url }) => (
          <li key={name}>
            <a href={url} rel={REL} target="_blank" aria-label={plan.openIn(name)}>{name}</a>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Returns a place without the name that is written above it: `Alfama, Lisbon`. */
function placeBelow(place: string, title: string | undefined): string {
  const start = `${title}, `;
  return place.startsWith(start) ? place.slice(start.length) : place;
}

/**
 * Names the sources of what was looked up, as their licenses ask: https://osm.org/copyright and
 * https://open-meteo.com/en/license
 *
 * @param props.hasWeather whether the plan shows a forecast
 */
export function Credits({ places, hasWeather = false }: {
  places: readonly Placed[];
  hasWeather?: boolean;
}) {
  const { plan } = useWords();
  const sources = [
    places.some(({ coordinates }) => coordinates?.origin === "places") && plan.placesBy,
    hasWeather && plan.weatherBy,
  ].filter(Boolean);
  return sources.length === 0 ? null : <p class="credits quiet">{sources.join(" · ")}</p>;
}

/** What may have been looked up. */
interface Placed {
  coordinates: (Point & { origin: string }) | null;
}

/** Returns the position of a place if it was looked up, else `null`. */
export function lookedUp({ coordinates }: Partial<Placed>): Point | null {
  return coordinates?.origin === "places" ? coordinates : null;
}

/** Shows details of a request; nothing without any. */
export function DetailList({ details }: { details: readonly (string | null | undefined)[] }) {
  const texts = details.filter(Boolean);
  return texts.length === 0 ? null : (
    <ul class="facts request">
      {texts.map((text, index) => <li key={index} dir="auto">{text}</li>)}
    </ul>
  );
}

/** Names the sort of a place, with its icon. A plan of an earlier version has no categories. */
export function CategoryName({ category = "other" }: { category: Category | undefined }) {
  const { categories } = useWords().plan;
  return category === "other" ? null : (
    <span class="category">
      <CategoryIcon category={category} />
      {categories[category] ?? category}
    </span>
  );
}

/** Reserves the space of the next part. The part replaces the placeholder, so nothing moves. */
export function Placeholder({ label }: { label: string }) {
  return (
    <li class="card placeholder" aria-hidden="true">
      <p class="quiet">{label}</p>
      <p class="bar wide" />
      <p class="bar" />
      <p class="bar" />
    </li>
  );
}
