/**
 * Links to a place on the maps of other sites. Runs in browsers and on the server.
 * @module
 */

/** A position in degrees (WGS 84). */
export interface Point {
  latitude: number;
  longitude: number;
}

/** Shows a place and the streets around it. */
const OSM_ZOOM = 18;

/**
 * Returns the links to a place. With its position, a map shows exactly this place.
 *
 * - https://developers.google.com/maps/documentation/urls/get-started#search-action
 * - https://developer.apple.com/library/archive/featuredarticles/iPhoneURLScheme_Reference/MapLinks/
 * - https://wiki.openstreetmap.org/wiki/Browsing#Other_URL_tricks
 *
 * @param query the name of the place with its city
 * @param point where it is; `null`: not known for sure
 */
export function mapLinks(query: string, point: Point | null): { name: string; url: string }[] {
  const position = point && `${point.latitude},${point.longitude}`;
  const google = new URLSearchParams({ api: "1", query });
  // With a position, Apple uses the text as the name of the pin.
  const apple = new URLSearchParams({ q: query, ...(position && { ll: position }) });
  return [
    { name: "Google Maps", url: `https://www.google.com/maps/search/?${google}` },
    { name: "Apple Maps", url: `https://maps.apple.com/?${apple}` },
    { name: "OpenStreetMap", url: osmUrl(query, point) },
  ];
}

function osmUrl(query: string, point: Point | null): string {
  const site = "https://www.openstreetmap.org";
  if (!point) return `${site}/search?${new URLSearchParams({ query })}`;
  const { latitude, longitude } = point;
  return `${site}/?mlat=${latitude}&mlon=${longitude}#map=${OSM_ZOOM}/${latitude}/${longitude}`;
}
