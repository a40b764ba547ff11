/**
 * Pieces that plans of several kinds are made of.
 * @module
 */
import type { ComponentChildren } from "preact";
import { webLink } from "./web_link.ts";

/** The service recommends no link that a model has written. */
const REL = "noopener noreferrer nofollow";

/** A link, if it is one to the web; else what it would have said. */
export function Link({ url, children }: { url: string | null; children: ComponentChildren }) {
  const href = webLink(url);
  return href === null ? <>{children}</> : <a href={href} rel={REL} target="_blank">{children}</a>;
}

/** A link that looks for a place on a map. The map learns of it when a reader follows the link. */
export function PlaceLink({ place }: { place: string }) {
  return <a href={mapUrl(place)} rel={REL} target="_blank" dir="auto">{place}</a>;
}

function mapUrl(place: string): string {
  return `https://www.openstreetmap.org/search?${new URLSearchParams({ query: place })}`;
}

/** The room of the part that is being written. The part takes it over, so nothing moves. */
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
