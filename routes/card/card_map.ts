/**
 * The routes of a trip in the picture: positions on Earth become positions in a panel.
 * @module
 */

/** A position in degrees (WGS 84). */
export interface Position {
  latitude: number;
  longitude: number;
}

/** A rectangle of the picture, in pixels. */
export interface Panel {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A dot of a route, in pixels. */
export interface Dot {
  x: number;
  y: number;
}

/** The smallest extent that fills the panel, in degrees: about 600 m. */
const MIN_DEGREES = 0.006;

/** Mercator cannot show the poles. */
const MAX_LATITUDE = 85;

/**
 * Projects routes (Web Mercator, https://epsg.io/3857) so that they fill a panel.
 *
 * @param routes one list for each part of the plan; a list may be empty
 */
export function projectRoutes(routes: readonly (readonly Position[])[], panel: Panel): Dot[][] {
  const all = routes.flat();
  if (all.length === 0) return routes.map(() => []);
  const west = all[0]!.longitude - 180;
  const planned = routes.map((route) => route.map((position) => mercator(position, west)));
  const flat = planned.flat();
  const [xs, ys] = [flat.map(({ x }) => x), flat.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    panel.width / Math.max(right - left, MIN_DEGREES),
    panel.height / Math.max(bottom - top, MIN_DEGREES),
  );
  const [centerX, centerY] = [(left + right) / 2, (top + bottom) / 2];
  return planned.map((route) =>
    route.map(({ x, y }) => ({
      x: rounded(panel.x + panel.width / 2 + (x - centerX) * scale),
      y: rounded(panel.y + panel.height / 2 + (y - centerY) * scale),
    }))
  );
}

/** Outlines of land and water, as the map of the page has them. */
export interface CardLand {
  /** A box in degrees with the shape of the panel. */
  frame: { west: number; south: number; east: number; north: number };
  /** SVG path data; the frame is {@link LAND_UNITS} wide. */
  paths: { land: string; lakes: string; borders: string };
}

/** The width of a frame in the units of path data. */
export const LAND_UNITS = 1_000;

/** Projects routes so that they lie on the land of a frame, which fills the panel. */
export function projectOnto(
  { frame }: CardLand,
  routes: readonly (readonly Position[])[],
  panel: Panel,
): Dot[][] {
  const corner = mercator({ latitude: frame.north, longitude: frame.west }, frame.west);
  // Not from the western edge: of a frame around the world, both edges have the same place.
  const scale = panel.width / (frame.east - frame.west);
  return routes.map((route) =>
    route.map((position) => {
      const { x, y } = mercator(position, frame.west);
      return {
        x: rounded(panel.x + (x - corner.x) * scale),
        y: rounded(panel.y + (y - corner.y) * scale),
      };
    })
  );
}

/** @param west the longitude at the left edge of the map, so that no trip crosses that edge */
function mercator({ latitude, longitude }: Position, west: number): Dot {
  const limited = Math.max(-MAX_LATITUDE, Math.min(MAX_LATITUDE, latitude));
  const radians = limited * Math.PI / 180;
  const y = -Math.log(Math.tan(Math.PI / 4 + radians / 2)) * 180 / Math.PI;
  return { x: (longitude - west + 720) % 360, y };
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
