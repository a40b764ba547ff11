/**
 * The scale bar and the grid of the map.
 * @module
 */
import { type Box, LAND_UNITS } from "./land.ts";
import { latitudeOf, longitudeOf, metersPerUnit, xOf, yOf } from "./mercator.ts";

/** The longest scale bar, as a part of the width of the picture. */
const LONGEST_BAR = 0.3;

/** How many lines of the grid cross the picture, at most. */
const GRID_LINES = 6;

/** Returns the largest number below a limit that is 1, 2 or 5 with zeros. */
export function roundBelow(limit: number): number {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].find((digit) => digit * power <= limit)! * power;
}

/** Returns the length of the scale bar in meters, and as a part of the width of the picture. */
export function scaleBarOf(view: Box): { meters: number; part: number } {
  const width = view.width * metersPerUnit(view.y + view.height / 2);
  const meters = roundBelow(width * LONGEST_BAR);
  return { meters, part: meters / width };
}

/** Returns the text of a distance: `500 m`, `2 km`. */
export function metersText(meters: number, language: string): string {
  const [value, unit] = meters < 1_000 ? [meters, "m"] : [meters / 1_000, "km"];
  return `${value.toLocaleString(language)} ${unit}`;
}

/**
 * Returns the lines of equal longitude and latitude in a view, as path data.
 *
 * @param frame the picture, which has {@link LAND_UNITS} units across
 */
export function gridOf(frame: Box, view: Box): string {
  const scale = LAND_UNITS / frame.width;
  const step = roundAbove(view.width * 360 / GRID_LINES);
  const [left, right] = [(view.x - frame.x) * scale, (view.x + view.width - frame.x) * scale];
  const [top, bottom] = [(view.y - frame.y) * scale, (view.y + view.height - frame.y) * scale];
  const short = (units: number) => Math.round(units * 100) / 100;
  const lines: string[] = [];
  const east = longitudeOf(view.x + view.width);
  for (let line = Math.ceil(longitudeOf(view.x) / step); line * step < east; line++) {
    const x = short((xOf(line * step) - frame.x) * scale);
    lines.push(`M${x} ${short(top)}V${short(bottom)}`);
  }
  const north = latitudeOf(view.y);
  for (
    let line = Math.ceil(latitudeOf(view.y + view.height) / step);
    line * step < north;
    line++
  ) {
    const y = short((yOf(line * step) - frame.y) * scale);
    lines.push(`M${short(left)} ${y}H${short(right)}`);
  }
  return lines.join("");
}

/** Returns the smallest number above a limit that is 1, 2 or 5 with zeros. */
function roundAbove(limit: number): number {
  const below = roundBelow(limit);
  return below === limit ? limit : roundBelow(below * 2.5);
}
