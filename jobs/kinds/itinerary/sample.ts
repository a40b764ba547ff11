/**
 * Invented itineraries for the sample generator. They are plausible in any place, equal for equal
 * requests, and have no repetition in 30 days (ten themes, each in three parts of town).
 * @module
 */
import type { WrittenItinerary } from "./plan.ts";
import type { ItineraryRequest } from "./request.ts";
import { choicesFor } from "../sample_choice.ts";

interface Theme {
  title: string;
  /** Each with its preposition: `on the main square`. */
  areas: [string, string, string];
  activities: SampleActivity[];
}

interface SampleActivity {
  time: string;
  /** `{area}` stands for `main square`, and `{in the area}` for `on the main square`. */
  title: string;
  description: string;
  /** In US dollars; `null` if a cost makes no sense. */
  cost: number | null;
}

function activity(
  time: string,
  title: string,
  description: string,
  cost: number | null,
): SampleActivity {
  return { time, title, description, cost };
}

const themes: Theme[] = [
  {
    title: "First impressions",
    areas: ["in the old town", "in the cathedral quarter", "on the main square"],
    activities: [
      activity("09:30", "Guided walk around the {area}", "Two hours with a local guide.", 18),
      activity("12:30", "Lunch near the {area}", "A set lunch where office workers eat.", 15),
      activity("14:30", "Viewpoint above the {area}", "Get your bearings from above.", 6),
      activity("19:00", "Dinner {in the area}", "Regional dishes, an easy first evening.", 32),
    ],
  },
  {
    title: "Art and design",
    areas: ["on the museum mile", "in the gallery district", "on the arts campus"],
    activities: [
      activity("10:00", "Main collection of the {area}", "Come early, the rooms are quiet.", 16),
      activity("12:45", "Museum café {in the area}", "Light lunch between two exhibitions.", 14),
      activity("14:15", "Small galleries of the {area}", "Young artists, free entry.", 0),
      activity("17:30", "Design shops around the {area}", "Prints, ceramics and paper.", null),
    ],
  },
  {
    title: "Markets and street food",
    areas: ["at the covered market", "at the farmers' market", "at the night market"],
    activities: [
      activity("09:00", "Breakfast {in the area}", "Fresh bread and what is in season.", 9),
      activity("11:00", "Tasting tour of the {area}", "Six stalls, six small plates.", 38),
      activity("15:00", "Cooking class near the {area}", "Cook two dishes and eat them.", 55),
      activity("20:00", "Street food {in the area}", "Follow the longest local queue.", 13),
    ],
  },
  {
    title: "By the water",
    areas: ["on the riverside", "at the harbor", "by the canal"],
    activities: [
      activity("09:30", "Walk along the {area}", "Flat, shady and good for photographs.", 0),
      activity("11:30", "Boat trip from the {area}", "An hour with commentary.", 20),
      activity("13:30", "Fish lunch {in the area}", "Ask for the catch of the day.", 24),
      activity("18:00", "Sunset drinks {in the area}", "A terrace that faces west.", 12),
    ],
  },
  {
    title: "Green day",
    areas: ["in the botanical garden", "in the city park", "in the hill gardens"],
    activities: [
      activity("09:00", "Morning {in the area}", "Before the school classes arrive.", 7),
      activity("12:30", "Picnic {in the area}", "Buy it at a deli on the way.", 12),
      activity("14:30", "Bicycle loop around the {area}", "Twelve easy kilometers.", 16),
      activity("17:00", "Tea house of the {area}", "Cake, and a look at the map.", 8),
    ],
  },
  {
    title: "Layers of history",
    areas: ["at the fortress", "in the royal quarter", "at the ancient site"],
    activities: [
      activity("09:15", "First entry to the {area}", "Booked ahead, without the queue.", 19),
      activity("11:45", "History museum by the {area}", "The two rooms to see are upstairs.", 11),
      activity("13:15", "Old inn beside the {area}", "Lunch under beams.", 19),
      activity("15:30", "Quiet side of the {area}", "A path that tour groups skip.", 0),
    ],
  },
  {
    title: "Where locals live",
    areas: ["in the university quarter", "in the workshop streets", "in the garden suburb"],
    activities: [
      activity("10:00", "Coffee roastery {in the area}", "Watch the roasting, then taste.", 6),
      activity("11:30", "Workshops of the {area}", "Two makers open their doors.", 10),
      activity("13:30", "Neighborhood lunch {in the area}", "One dish a day, no menu.", 12),
      activity("20:30", "Live music {in the area}", "A small stage and local bands.", 15),
    ],
  },
  {
    title: "Out of town",
    areas: ["at the lake", "in the wine villages", "on the coast"],
    activities: [
      activity("08:30", "Regional train to the {area}", "One hour; sit on the left.", 14),
      activity("10:30", "Walk {in the area}", "Marked path, two and a half hours.", 0),
      activity("13:30", "Late lunch {in the area}", "Simple cooking with a view.", 22),
      activity("16:30", "Tasting {in the area}", "Three local products, then the train.", 18),
    ],
  },
  {
    title: "Slow day",
    areas: ["at the thermal baths", "in the spa gardens", "at the hammam"],
    activities: [
      activity("10:30", "Morning {in the area}", "Two hours of doing nothing.", 28),
      activity("13:00", "Light lunch near the {area}", "Soup, salad, fruit.", 14),
      activity("15:00", "Bookshop beside the {area}", "English shelf on the first floor.", null),
    ],
  },
  {
    title: "City lights",
    areas: ["in the theater district", "in the rooftop quarter", "in the jazz streets"],
    activities: [
      activity("11:00", "Late brunch {in the area}", "No alarm clock today.", 17),
      activity("15:00", "Backstage tour of the {area}", "See how a show is put together.", 14),
      activity("18:30", "Early dinner {in the area}", "Before the performance.", 29),
      activity("20:30", "Performance {in the area}", "Rush tickets from six o'clock.", 35),
      activity("23:00", "Nightcap {in the area}", "One last drink above the roofs.", 13),
    ],
  },
];

/** Returns a complete itinerary for the request. */
export function sampleItinerary({ destination, durationDays }: ItineraryRequest): WrittenItinerary {
  const choose = choicesFor({ destination });
  const first = choose([...themes.keys()], "first theme");
  const firstArea = choose([0, 1, 2], "first area");
  const days = Array.from({ length: durationDays }, (_, index) => {
    const theme = themes[(first + index) % themes.length]!;
    const round = Math.floor(index / themes.length);
    const inTheArea = theme.areas[(firstArea + round) % theme.areas.length]!;
    const area = inTheArea.replace(/^\w+ the /, "");
    return {
      day: index + 1,
      theme: round === 0 ? theme.title : `${theme.title}: the ${area}`,
      activities: theme.activities.map(({ time, title, description, cost }) => ({
        time,
        title: title.replace("{area}", area).replace("{in the area}", inTheArea),
        description,
        place: `${area[0]!.toUpperCase()}${area.slice(1)}, ${destination}`,
        estimatedCost: cost === null ? null : { amount: cost, currency: "USD" },
        category: "other" as const,
        mapQuery: null,
        coordinates: null,
        durationMinutes: null,
        bookAhead: null,
        needsMet: null,
      })),
    };
  });
  return { days };
}
