/**
 * The routes of a trip in the picture: positions on Earth become positions in a panel.
 * @module
 */

import { boxOf, type Outlines, pointIn } from "../../web/app/map/land.ts";
import { type Position, xOf } from "../../web/app/map/mercator.ts";

export type { Position };

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

/** The smallest extent that fills the panel, as a part of the world: about 600 m. */
const MIN_EXTENT = 0.006 / 360;

/**
 * Projects routes so that they fill a panel.
 *
 * @param routes one list for each part of the plan; a list may be empty
 */
export function projectRoutes(routes: readonly (readonly Position[])[], panel: Panel): Dot[][] {
  const all = routes.flat();
  if (all.length === 0) return routes.map(() => []);
  // The edge of the world is opposite the first place, so that no trip crosses it.
  const west = xOf(all[0]!.longitude) - 0.5;
  const planned = routes.map((route) =>
    route.map((position) => pointIn({ x: west, y: 0, width: 1, height: 1 }, position))
  );
  const flat = planned.flat();
  const [xs, ys] = [flat.map(({ x }) => x), flat.map(({ y }) => y)];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const scale = Math.min(
    panel.width / Math.max(right - left, MIN_EXTENT),
    panel.height / Math.max(bottom - top, MIN_EXTENT),
  );
  const [centerX, centerY] = [(left + right) / 2, (top + bottom) / 2];
  return planned.map((route) =>
    route.map(({ x, y }) => ({
      x: rounded(panel.x + panel.width / 2 + (x - centerX) * scale),
      y: rounded(panel.y + panel.height / 2 + (y - centerY) * scale),
    }))
  );
}

/** Projects routes so that they lie on the land of a frame, which fills the panel. */
export function projectOnto(
  { frame }: Pick<Outlines, "frame">,
  routes: readonly (readonly Position[])[],
  panel: Panel,
): Dot[][] {
  const box = boxOf(frame);
  const scale = panel.width / box.width;
  return routes.map((route) =>
    route.map((position) => {
      const { x, y } = pointIn(box, position);
      return {
        x: rounded(panel.x + (x - box.x) * scale),
        y: rounded(panel.y + (y - box.y) * scale),
      };
    })
  );
}

function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
