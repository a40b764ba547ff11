/**
 * Writes GPX 1.1 (https://www.topografix.com/GPX/1/1/), the files of map apps: each place as a
 * waypoint, and each part of the plan as a route from place to place.
 * @module
 */
import { XMLBuilder } from "fast-xml-parser";
import { oneLine } from "./text.ts";

/** A place of a plan. */
export interface RoutePoint {
  /** In degrees (WGS 84). */
  latitude: number;
  longitude: number;
  name: string;
  description: string;
  /** The sort of the place. */
  category: string;
  /** Its page on the web; `null`: not known. */
  url: string | null;
}

/** A part of a plan, from place to place. */
export interface PlanRoute {
  name: string;
  points: readonly RoutePoint[];
}

const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  format: true,
  suppressEmptyNode: true,
});

/** XML 1.0 does not allow these, not even as a reference (section 2.2). */
const FORBIDDEN = /[\ufffe\uffff]/g;

/**
 * Writes a file. The order of the elements is that of the schema.
 *
 * @param options `createdAt`: epoch milliseconds
 */
export function gpxText(
  { name, routes, createdAt }: {
    name: string;
    routes: readonly PlanRoute[];
    createdAt: number;
  },
): string {
  return builder.build({
    "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
    gpx: {
      "@version": "1.1",
      "@creator": "Tripwright",
      "@xmlns": "http://www.topografix.com/GPX/1/1",
      "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
      "@xsi:schemaLocation":
        "http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd",
      metadata: { name: clean(name), time: new Date(createdAt).toISOString() },
      wpt: routes.flatMap(({ points }) => points.map(pointElement)),
      rte: routes.filter(({ points }) => points.length > 0).map((route, index) => ({
        name: clean(route.name),
        number: index + 1,
        rtept: route.points.map(pointElement),
      })),
    },
  });
}

function pointElement({ latitude, longitude, name, description, category, url }: RoutePoint) {
  return {
    "@lat": degrees(latitude),
    "@lon": degrees(longitude),
    name: clean(name),
    ...(description && { desc: clean(description) }),
    ...(url !== null && { link: { "@href": clean(url) } }),
    type: clean(category),
  };
}

/** Six decimals are a tenth of a meter. The schema allows no exponent. */
function degrees(value: number): string {
  return value.toFixed(6);
}

function clean(text: string): string {
  return oneLine(text).replace(FORBIDDEN, "");
}
