/**
 * Where the markers of a map go: near places make room for each other, and crowds become one
 * marker. All of it in pixels of the picture.
 * @module
 */
import { type Box, pointIn } from "./land.ts";
import type { Stop } from "./stop.ts";

/** One marker of the map. */
export interface Marker {
  /** The stops that it stands for, in the order of the plan. */
  stops: Stop[];
  /** Where it is drawn. */
  x: number;
  y: number;
  /** Where the place is: the middle of the places. */
  home: { x: number; y: number };
}

/** Places nearer than this are a crowd. */
const CROWD_PIXELS = 26;

/** A crowd of up to this many places is shown one by one. */
const FEW = 3;

/** The distance between markers that fingers can tell apart: across, and down. */
const ROOM = { x: 36, y: 27 };

/** How often markers push each other apart. */
const ROUNDS = 12;

/**
 * Arranges the markers.
 *
 * @param view the box of the projected world that the picture shows
 * @param width the width of the picture in pixels
 * @param isClosest whether this is the closest view, so that no zoom takes crowds apart
 */
export function arrange(
  stops: readonly Stop[],
  { view, width, isClosest }: { view: Box; width: number; isClosest: boolean },
): Marker[] {
  const scale = width / view.width;
  const singles = stops.map((stop): Marker => {
    const { x, y } = pointIn(view, stop);
    const home = { x: (x - view.x) * scale, y: (y - view.y) * scale };
    return { stops: [stop], ...home, home };
  });
  const crowds = gather(singles);
  const markers = crowds.flatMap((crowd) =>
    isClosest || crowd.length <= FEW ? crowd : [merge(crowd)]
  );
  spread(markers);
  return markers;
}

/** Gathers neighbors: each marker joins the first crowd whose middle is near. */
function gather(markers: readonly Marker[]): Marker[][] {
  const crowds: { members: Marker[]; x: number; y: number }[] = [];
  for (const marker of markers) {
    const crowd = crowds.find((one) => distance(one, marker) < CROWD_PIXELS);
    if (crowd) {
      crowd.members.push(marker);
      const count = crowd.members.length;
      crowd.x += (marker.x - crowd.x) / count;
      crowd.y += (marker.y - crowd.y) / count;
    } else crowds.push({ members: [marker], x: marker.x, y: marker.y });
  }
  return crowds.map(({ members }) => members);
}

function merge(crowd: readonly Marker[]): Marker {
  const mean = (axis: "x" | "y") =>
    crowd.reduce((sum, { home }) => sum + home[axis], 0) / crowd.length;
  const home = { x: mean("x"), y: mean("y") };
  return { stops: crowd.flatMap(({ stops }) => stops), ...home, home };
}

/** Pushes markers apart until no two are too near, or the rounds are over. */
function spread(markers: readonly Marker[]): void {
  for (let round = 0; round < ROUNDS; round++) {
    let hasMoved = false;
    for (let index = 0; index < markers.length; index++) {
      for (let other = index + 1; other < markers.length; other++) {
        hasMoved = push(markers[index]!, markers[other]!, index) || hasMoved;
      }
    }
    if (!hasMoved) break;
  }
}

/** Moves two markers apart. Markers at the same place go into different directions. */
function push(a: Marker, b: Marker, index: number): boolean {
  const [across, down] = [(b.x - a.x) / ROOM.x, (b.y - a.y) / ROOM.y];
  // Most pairs are far apart.
  if (Math.abs(across) > 1 || Math.abs(down) > 1) return false;
  const missing = 1 - Math.hypot(across, down);
  // Less than that is not visible.
  if (missing < 0.02) return false;
  const angle = missing < 0.999 ? Math.atan2(down, across) : index * 2.4;
  const [dx, dy] = [
    Math.cos(angle) * missing * ROOM.x / 2,
    Math.sin(angle) * missing * ROOM.y / 2,
  ];
  a.x -= dx;
  a.y -= dy;
  b.x += dx;
  b.y += dy;
  return true;
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
