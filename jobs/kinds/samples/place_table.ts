/**
 * Reads the tables of real places that the sample generator plans with.
 * @module
 */
import { z } from "zod";
import { Point } from "../../places/place.ts";
import { Category } from "../plan_members.ts";

/** The parts of a day, in their order. Two of them are meals. */
export const PARTS = [
  "morning",
  "midday",
  "lunch",
  "afternoon",
  "evening",
  "dinner",
  "night",
] as const;
export type Part = typeof PARTS[number];

/** What a table writes for the times of most sights. */
const DAY: readonly Part[] = ["morning", "midday", "afternoon"];

/** The days on which a place may be closed, in the order of `Date.getUTCDay()`. */
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** A real place, or a stop that is invented between real ones. */
export interface SamplePlace {
  name: string;
  /** The part of the city, or the town of a day trip. */
  quarter: string;
  /** Whether the quarter is a town outside of the city. */
  isDayTrip: boolean;
  category: Category;
  /** `null` for an invented stop. */
  point: Point | null;
  /** How long a visit takes, in minutes. */
  minutes: number;
  /** For one person in the currency of the city; `null`: not known. */
  cost: number | null;
  /** When a visit is best, the best part first. Meals have `lunch` and `dinner` alone. */
  parts: readonly Part[];
  /** Whether it is one of the first places to see. */
  isTop: boolean;
  bookAhead: boolean;
  /** Whether there are long stairs or a steep way. */
  isSteep: boolean;
  /** Whether it is a street or a quarter, not a house. */
  isArea: boolean;
  /** The weekdays on which it is closed, from 0 for Sunday. */
  closed: readonly number[];
  text: string;
}

const PartName = z.enum(PARTS);
const Minutes = z.coerce.number().int().min(15).max(240);
const Amount = z.coerce.number().nonnegative();

/**
 * Parses the places of a city. A line that begins with `#` names the quarter of the lines below it,
 * and `, day trip` after its name says that it is a town outside of the city. Each other line is a
 * place with these columns between `|`:
 *
 * 1. the name, as a map search finds it
 * 2. the category
 * 3. latitude and longitude
 * 4. the minutes of a visit
 * 5. the cost for one person, `-` if it is not known
 * 6. the parts of the day, the best one first; `day` stands for morning, midday and afternoon
 * 7. `top`, `book`, `steep`, `area`, and the days on which it is closed, such as `closed:mon`
 * 8. a description
 *
 * @throws {Error} with the line that has another form
 */
export function parsePlaces(table: string): SamplePlace[] {
  let quarter = "";
  let isDayTrip = false;
  const places: SamplePlace[] = [];
  for (const line of table.split("\n")) {
    if (line === "") continue;
    if (line.startsWith("# ")) {
      isDayTrip = line.endsWith(", day trip");
      quarter = line.slice(2).replace(/, day trip$/, "");
    } else {
      places.push(parseLine(line, { quarter, isDayTrip }));
    }
  }
  return places;
}

function parseLine(
  line: string,
  where: Pick<SamplePlace, "quarter" | "isDayTrip">,
): SamplePlace {
  const columns = line.split("|").map((column) => column.trim());
  const [name, category, position, minutes, cost, parts, marks, text] = columns;
  if (columns.length !== 8 || !name || !text) {
    throw new Error(`Cannot read a sample place: its line has not 8 columns: ${line}`);
  }
  const [latitude, longitude] = position!.split(" ").map(Number);
  const marked = marks!.split(" ").filter(Boolean);
  return {
    name,
    ...where,
    category: Category.parse(category),
    point: Point.parse({ latitude, longitude }),
    minutes: Minutes.parse(minutes),
    cost: cost === "-" ? null : Amount.parse(cost),
    parts: parts!.split(" ").flatMap((part) => part === "day" ? DAY : PartName.parse(part)),
    ...parseMarks(marked, line),
    text,
  };
}

function parseMarks(marks: readonly string[], line: string) {
  const closed = marks.filter((mark) => mark.startsWith("closed:"))
    .map((mark) => WEEKDAYS.indexOf(mark.slice("closed:".length)));
  const known = ["top", "book", "steep", "area"];
  if (closed.includes(-1) || marks.some((mark) => !mark.includes(":") && !known.includes(mark))) {
    throw new Error(`Cannot read a sample place: it has an unknown mark: ${line}`);
  }
  return {
    isTop: marks.includes("top"),
    bookAhead: marks.includes("book"),
    isSteep: marks.includes("steep"),
    isArea: marks.includes("area"),
    closed,
  };
}

/** Returns whether a place is for a meal. */
export function isMeal({ parts }: Pick<SamplePlace, "parts">): boolean {
  return parts.includes("lunch") || parts.includes("dinner");
}
