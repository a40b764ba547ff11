/**
 * Components that several kinds of plan share.
 * @module
 */
import type { ComponentChildren } from "preact";
import { localMs } from "../../../lib/local_time.ts";
import { webLink } from "./web_link.ts";

/** The service does not endorse links that a model wrote. */
const REL = "noopener noreferrer nofollow";

/** Shows a link if its URL is safe, otherwise only its content. */
export function Link({ url, children }: { url: string | null; children: ComponentChildren }) {
  const href = webLink(url);
  return href === null ? <>{children}</> : <a href={href} rel={REL} target="_blank">{children}</a>;
}

/**
 * Links to a map search for a place. The map site sees the place when the link is followed.
 *
 * @param props.query what to search for; unset: the text of the link
 */
export function PlaceLink({ place, query = place }: { place: string; query?: string }) {
  return <a href={mapUrl(query)} rel={REL} target="_blank" dir="auto">{place}</a>;
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
  const sources = [
    places.some(({ coordinates }) => coordinates?.origin === "places") &&
    "Places and opening hours: © OpenStreetMap contributors",
    hasWeather && "Weather: Open-Meteo.com (CC BY 4.0)",
  ].filter(Boolean);
  return sources.length === 0 ? null : <p class="quiet">{sources.join(" · ")}</p>;
}

/** What may have been looked up. */
interface Placed {
  coordinates: { origin: string } | null;
}

/** Shows details of a request; nothing without any. */
export function DetailList({ details }: { details: readonly (string | null | undefined)[] }) {
  const texts = details.filter(Boolean);
  return texts.length === 0 ? null : (
    <ul class="facts">
      {texts.map((text, index) => <li key={index} dir="auto">{text}</li>)}
    </ul>
  );
}

/** Formats a cost: `about $12`, or `free`. */
export function formatCost(cost: { amount: number; currency: string }): string {
  return cost.amount === 0 ? "free" : `about ${formatAmount(cost)}`;
}

/** Formats an amount of money: `$12`. */
export function formatAmount({ amount, currency }: { amount: number; currency: string }): string {
  const fractions = Number.isInteger(amount)
    // Both, because older versions of Safari reject a maximum below their minimum.
    ? { minimumFractionDigits: 0, maximumFractionDigits: 0 }
    : {};
  const format = new Intl.NumberFormat("en", { style: "currency", currency, ...fractions });
  return format.format(amount);
}

/** Formats the day of a local time: `Fri, Dec 4, 2026`. The text is the same on every machine. */
export function formatDay(time: string): string {
  const format = new Intl.DateTimeFormat("en", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
  return format.format(localMs(time));
}

function mapUrl(place: string): string {
  return `https://www.openstreetmap.org/search?${new URLSearchParams({ query: place })}`;
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
