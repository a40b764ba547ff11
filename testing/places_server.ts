/**
 * A small provider of places: it answers as Nominatim at `/search`, as Photon at `/api`, and as a
 * router at `/route/v1/foot/`.
 * @module
 */
import { type LocalServer, serveLocally } from "./local_server.ts";

/** A place that the server knows. */
export interface ServedPlace {
  /** Its names; the first one is shown. */
  names: readonly string[];
  latitude: number;
  longitude: number;
  /** The main tag, such as `tourism=museum`. Unset: `tourism=attraction`. */
  tag?: string;
  openingHours?: string;
}

/**
 * What the server does. `slow`: it never answers. `busy`: it refuses with 429. `broken`: it fails with
 * 500. `dead`: the connection breaks. `web page`: it answers with HTML.
 */
export type ServerMode = "answers" | "slow" | "busy" | "broken" | "dead" | "web page";

export interface PlacesServer extends LocalServer {
  mode: ServerMode;
  /** The names that were looked up, in order. */
  readonly queries: string[];
  /** The headers of the last request. */
  readonly headers: Headers;
  /** Adds a place. */
  add(place: ServedPlace): void;
}

/** Starts the server; `await using` stops it. */
export function servePlaces(known: readonly ServedPlace[] = []): PlacesServer {
  const places = [...known];
  const queries: string[] = [];
  let headers = new Headers();
  const server = serveLocally((request, url) => {
    headers = request.headers;
    const query = url.searchParams.get("q");
    if (query !== null) queries.push(query);
    return answerIn(result.mode, url, places);
  });
  const result: PlacesServer = Object.assign(server, {
    mode: "answers" as ServerMode,
    queries,
    add: (place: ServedPlace) => void places.push(place),
    headers,
  });
  return Object.defineProperty(result, "headers", { get: () => headers });
}

/** The environment of a program that is to use the server. */
export function placesEnv({ url }: LocalServer, provider: "nominatim" | "photon" = "nominatim") {
  return { PLACES_PROVIDER: provider, PLACES_BASE_URL: url };
}

function answerIn(
  mode: ServerMode,
  url: URL,
  places: readonly ServedPlace[],
): Response | Promise<Response> {
  switch (mode) {
    case "slow":
      return new Promise(() => {});
    case "busy":
      return new Response("Too many requests", { status: 429, headers: { "retry-after": "120" } });
    case "broken":
      return new Response("Internal error", { status: 500 });
    case "dead":
      // A body that cannot be decoded ends a request as a broken connection does.
      return new Response("dead", { headers: { "content-encoding": "gzip" } });
    case "web page":
      return new Response("<!doctype html><h1>Hello</h1>");
    default:
      return answer(url, places);
  }
}

function answer({ pathname, searchParams }: URL, places: readonly ServedPlace[]): Response {
  const name = (searchParams.get("q") ?? "").split(",")[0]!.trim().toLowerCase();
  const found = places.filter(({ names }) => names.some((each) => each.toLowerCase() === name));
  if (pathname === "/search") return Response.json(found.map(nominatimHit));
  if (pathname === "/api") {
    return Response.json({ type: "FeatureCollection", features: found.map(photonHit) });
  }
  if (pathname.startsWith("/route/v1/foot/")) return Response.json(routeAlong(pathname));
  return new Response(null, { status: 404 });
}

/** A result as Nominatim writes it in the format `jsonv2`. */
export function nominatimHit({ names, latitude, longitude, tag, openingHours }: ServedPlace) {
  const [category, type] = (tag ?? "tourism=attraction").split("=");
  return {
    place_id: 1,
    lat: String(latitude),
    lon: String(longitude),
    category,
    type,
    place_rank: 30,
    importance: 0.1,
    name: names[0],
    display_name: `${names[0]}, Baixa, Lisboa, Portugal`,
    namedetails: Object.fromEntries(
      names.map((name, n) => [n === 0 ? "name" : `alt_name:${n}`, name]),
    ),
    extratags: openingHours === undefined ? null : { opening_hours: openingHours },
  };
}

/** A result as Photon writes it. */
export function photonHit({ names, latitude, longitude, tag, openingHours }: ServedPlace) {
  const [osm_key, osm_value] = (tag ?? "tourism=attraction").split("=");
  return {
    type: "Feature",
    geometry: { type: "Point", coordinates: [longitude, latitude] },
    properties: {
      osm_key,
      osm_value,
      name: names[0],
      city: "Lisboa",
      ...openingHours !== undefined && { extra: { opening_hours: openingHours } },
    },
  };
}

/** A route as OSRM writes it, each leg 1,000 m and 15 minutes long. */
function routeAlong(pathname: string) {
  const points = pathname.split("/").at(-1)!.split(";");
  const legs = points.slice(1).map(() => ({ distance: 1_000, duration: 900, steps: [] }));
  return {
    code: "Ok",
    routes: [{ legs, distance: 1_000 * legs.length, duration: 900 * legs.length }],
  };
}
