/**
 * Components that several kinds of plan share.
 * @module
 */
import type { ComponentChildren } from "preact";
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

/** Formats a cost: `about $12`, or `free`. */
export function formatCost({ amount, currency }: { amount: number; currency: string }): string {
  if (amount === 0) return "free";
  const fractions = Number.isInteger(amount)
    // Both, because older versions of Safari reject a maximum below their minimum.
    ? { minimumFractionDigits: 0, maximumFractionDigits: 0 }
    : {};
  const format = new Intl.NumberFormat("en", { style: "currency", currency, ...fractions });
  return `about ${format.format(amount)}`;
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
