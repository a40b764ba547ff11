/**
 * The days of invented itineraries: ten themes, each in three parts of town. They are plausible in
 * any place.
 * @module
 */
import type { Category } from "../plan_members.ts";
import type { Pace } from "../samples/timetable.ts";

export interface SampleTheme {
  title: string;
  /** Each with its preposition: `on the main square`. */
  areas: [string, string, string];
  activities: readonly SampleActivity[];
}

export interface SampleActivity {
  time: string;
  durationMinutes: number;
  category: Category;
  /** `{area}` stands for `main square`, and `{in the area}` for `on the main square`. */
  title: string;
  description: string;
  /** For one person in US dollars; `null` if a cost makes no sense. */
  cost: number | null;
  /** The slowest pace that has time for it. */
  pace: Pace;
}

type Row = [
  time: string,
  durationMinutes: number,
  category: Category,
  title: string,
  description: string,
  cost: number | null,
  pace: Pace,
];

function theme(title: string, areas: SampleTheme["areas"], rows: readonly Row[]): SampleTheme {
  return {
    title,
    areas,
    activities: rows.map(([time, durationMinutes, category, title, description, cost, pace]) => ({
      time,
      durationMinutes,
      category,
      title,
      description,
      cost,
      pace,
    })),
  };
}

// deno-fmt-ignore
export const sampleThemes: readonly SampleTheme[] = [
  theme("First impressions", ["in the old town", "in the cathedral quarter", "on the main square"], [
    ["09:30", 120, "sight", "Guided walk around the {area}", "Two hours with a local guide.", 18, "relaxed"],
    ["12:30", 60, "food", "Lunch near the {area}", "A set lunch where office workers eat.", 15, "relaxed"],
    ["14:30", 75, "sight", "Viewpoint above the {area}", "Get your bearings from above.", 6, "balanced"],
    ["16:30", 60, "sight", "Quiet courtyards of the {area}", "Doors that most visitors pass.", 0, "packed"],
    ["19:00", 90, "food", "Dinner {in the area}", "Regional dishes, an easy first evening.", 32, "relaxed"],
  ]),
  theme("Art and design", ["on the museum mile", "in the gallery district", "on the arts campus"], [
    ["10:00", 120, "museum", "Main collection of the {area}", "Come early, the rooms are quiet.", 16, "relaxed"],
    ["12:45", 60, "food", "Museum lunch {in the area}", "Light dishes between two exhibitions.", 14, "relaxed"],
    ["14:15", 90, "museum", "Small galleries of the {area}", "Young artists, free entry.", 0, "balanced"],
    ["17:00", 60, "shopping", "Design shops around the {area}", "Prints, ceramics and paper.", null, "packed"],
    ["19:30", 90, "food", "Bistro dinner {in the area}", "The menu is a drawing on the wall.", 30, "relaxed"],
  ]),
  theme("Markets and street food", ["at the covered market", "at the farmers' market", "at the night market"], [
    ["09:00", 45, "food", "Breakfast {in the area}", "Fresh bread and what is in season.", 9, "packed"],
    ["10:30", 90, "food", "Tasting tour of the {area}", "Six stalls, six small plates.", 38, "balanced"],
    ["13:00", 60, "food", "Lunch counter {in the area}", "Sit where the cooks can see you.", 14, "relaxed"],
    ["15:00", 150, "other", "Cooking class near the {area}", "Cook two dishes and taste them.", 55, "relaxed"],
    ["20:00", 75, "food", "Dinner from the stalls {in the area}", "Follow the longest local queue.", 13, "relaxed"],
  ]),
  theme("By the water", ["on the riverside", "at the harbor", "by the canal"], [
    ["09:30", 90, "nature", "Walk along the {area}", "Flat, shady and good for photographs.", 0, "relaxed"],
    ["11:30", 60, "transport", "Boat trip from the {area}", "An hour with commentary.", 20, "balanced"],
    ["13:30", 75, "food", "Fish lunch {in the area}", "Ask for the catch of the day.", 24, "relaxed"],
    ["16:00", 60, "museum", "Boat museum by the {area}", "Models, ropes and one real cabin.", 8, "packed"],
    ["19:30", 90, "food", "Sunset dinner {in the area}", "A terrace that faces west.", 31, "relaxed"],
  ]),
  theme("Green day", ["in the botanical garden", "in the city park", "in the hill gardens"], [
    ["09:00", 120, "nature", "Morning {in the area}", "Before the school classes arrive.", 7, "relaxed"],
    ["12:30", 60, "food", "Picnic lunch {in the area}", "Buy it at a deli on the way.", 12, "relaxed"],
    ["14:30", 105, "sport", "Bicycle loop around the {area}", "Twelve easy kilometers.", 16, "balanced"],
    ["17:00", 60, "food", "Tea house of the {area}", "Cake, and a look at the map.", 8, "packed"],
    ["19:00", 90, "food", "Garden dinner near the {area}", "Tables between herbs and lanterns.", 29, "relaxed"],
  ]),
  theme("Layers of history", ["at the fortress", "in the royal quarter", "at the ancient site"], [
    ["09:15", 120, "sight", "First entry to the {area}", "Booked ahead, without the queue.", 19, "relaxed"],
    ["11:45", 75, "museum", "History museum by the {area}", "The two rooms to see are upstairs.", 11, "packed"],
    ["13:15", 75, "food", "Old inn beside the {area}", "Lunch under beams.", 19, "relaxed"],
    ["15:30", 90, "sight", "Quiet side of the {area}", "A path that tour groups skip.", 0, "balanced"],
    ["19:00", 90, "food", "Cellar dinner near the {area}", "Old recipes below old vaults.", 30, "relaxed"],
  ]),
  theme("Where locals live", ["in the university quarter", "in the workshop streets", "in the garden suburb"], [
    ["10:00", 60, "food", "Coffee roastery {in the area}", "Watch the roasting, then taste.", 6, "packed"],
    ["11:30", 90, "shopping", "Workshops of the {area}", "Two makers open their doors.", 10, "relaxed"],
    ["13:30", 60, "food", "Neighborhood lunch {in the area}", "One dish a day, no menu.", 12, "relaxed"],
    ["19:00", 75, "food", "Dinner with the neighbors {in the area}", "Shared tables, shared plates.", 24, "relaxed"],
    ["20:45", 105, "nightlife", "Live music {in the area}", "A small stage and local bands.", 15, "balanced"],
  ]),
  theme("Out of town", ["at the lake", "in the wine villages", "on the coast"], [
    ["08:30", 60, "transport", "Regional train to the {area}", "One hour; sit on the left.", 14, "balanced"],
    ["10:30", 150, "nature", "Walk {in the area}", "Marked path, two and a half hours.", 0, "relaxed"],
    ["13:30", 75, "food", "Late lunch {in the area}", "Simple cooking with a view.", 22, "relaxed"],
    ["16:00", 60, "food", "Tasting {in the area}", "Three local products, then the train.", 18, "packed"],
    ["19:30", 75, "food", "Supper after the {area}", "A dinner close to the station.", 24, "relaxed"],
  ]),
  theme("Slow day", ["at the thermal baths", "in the spa gardens", "at the hammam"], [
    ["10:30", 120, "relaxation", "Morning {in the area}", "Two hours of doing nothing.", 28, "relaxed"],
    ["13:00", 60, "food", "Light lunch near the {area}", "Soup, salad, fruit.", 14, "relaxed"],
    ["15:00", 60, "shopping", "Bookshop beside the {area}", "English shelf on the first floor.", null, "balanced"],
    ["16:30", 60, "food", "Afternoon tea near the {area}", "A pot, a window and the rest of the book.", 9, "packed"],
    ["18:30", 75, "food", "Early dinner near the {area}", "Home before the streets are full.", 26, "relaxed"],
  ]),
  theme("City lights", ["in the theater district", "in the rooftop quarter", "in the jazz streets"], [
    ["11:30", 75, "food", "Late brunch {in the area}", "No alarm clock today.", 17, "relaxed"],
    ["15:00", 75, "entertainment", "Backstage tour of the {area}", "See how a show is put together.", 14, "balanced"],
    ["18:30", 75, "food", "Early dinner {in the area}", "Before the performance.", 29, "relaxed"],
    ["20:30", 120, "entertainment", "Performance {in the area}", "Rush tickets from six o'clock.", 35, "relaxed"],
    ["23:00", 45, "nightlife", "Nightcap {in the area}", "One last drink above the roofs.", 13, "packed"],
  ]),
];
