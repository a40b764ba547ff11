/**
 * Invented event bundles for the sample generator, without real venues and without links.
 * @module
 */
import type { WrittenBundles } from "./plan.ts";
import type { BundlesRequest } from "./request.ts";
import { choicesFor } from "../sample_choice.ts";

const neighborhoods = ["Old Town", "Harbor", "University Quarter", "Arts District", "Riverside"];

const moods = [
  { name: "Underground", text: "Small rooms, late starts and people who know each other." },
  { name: "Golden Hour", text: "Outdoors until the sun is down, then somewhere warm." },
  { name: "Front Row", text: "One big night out, booked ahead, with free time around it." },
  { name: "Slow Burn", text: "Few fixed plans, good food and a long walk home." },
  { name: "Local Secrets", text: "Small places that the neighbors like best." },
];

/** The events of each bundle, in order. No event is in two bundles. */
const programmes = [
  [
    { name: "opening night", venue: "The Warehouse", when: "Friday, 21:00" },
    { name: "guided walk", venue: "The Old Gate", when: "Saturday, 11:00" },
    { name: "late show", venue: "The Cellar", when: "Saturday, 23:00" },
  ],
  [
    { name: "open-air session", venue: "The Courtyard", when: "Saturday, 17:00" },
    { name: "morning market", venue: "Market Hall", when: "Sunday, 10:00" },
    { name: "closing session", venue: "The Terrace", when: "Sunday, 18:00" },
  ],
  [
    { name: "warm-up", venue: "The Corner Bar", when: "Friday, 19:00" },
    { name: "workshop", venue: "The Studio", when: "Saturday, 10:30" },
    { name: "gala", venue: "The Old Theater", when: "Saturday, 20:00" },
  ],
  [
    { name: "street fair", venue: "Mill Street", when: "Saturday, 12:00" },
    { name: "rooftop evening", venue: "The Car Park Roof", when: "Saturday, 19:30" },
    { name: "brunch", venue: "The Greenhouse", when: "Sunday, 11:30" },
  ],
  [
    { name: "night tour", venue: "The Bridge", when: "Friday, 22:30" },
    { name: "matinee", venue: "The Small Stage", when: "Sunday, 14:00" },
    { name: "farewell supper", venue: "The Long Table", when: "Sunday, 19:00" },
  ],
];

/** The interests of travellers who name none. */
const anyInterests = ["music", "food", "art"];

/** The time of bundles for travellers who name none. */
const THIS_WEEKEND = "When: the coming weekend";

/** What is not known of an invented event. */
const unknown = {
  city: null,
  category: "other",
  mapQuery: null,
  coordinates: null,
  price: null,
} as const;

/** The reasoning summaries of the sample generator. */
export const sampleReasoning = [
  "Reading your request: what matters most, and when",
  "Putting together sample bundles that differ from each other",
];

/** Returns three to five bundles for the request. */
export function sampleBundles(request: BundlesRequest): WrittenBundles {
  const { interests, timeframe } = request.preferences;
  const choose = choicesFor(request.preferences);
  const named = interests?.filter(Boolean) ?? [];
  const wanted = named.length > 0 ? named : anyInterests;
  const count = choose([3, 4, 5], "number of bundles");
  const mood = choose([...moods.keys()], "first mood");
  const first = choose([...programmes.keys()], "first programme");

  const bundles = Array.from({ length: count }, (_, bundle) => {
    const { name, text } = moods[(mood + bundle) % moods.length]!;
    const interest = wanted[bundle % wanted.length]!;
    return {
      title: `${name} ${titleCase(interest)}`,
      description: `${text} ${timeframe ? `When and where: ${timeframe}` : THIS_WEEKEND}.`,
      keyEvents: programmes[(first + bundle) % programmes.length]!.map((happening, event) => ({
        name: `${titleCase(interest)} ${happening.name}`,
        date: happening.when,
        startsAt: null,
        endsAt: null,
        venue: happening.venue,
        neighborhood: choose(neighborhoods, `place ${bundle}.${event}`),
        ...unknown,
        url: null,
        why: named.length > 0
          ? `Because you asked for ${interest}.`
          : `A good choice if you like ${interest}.`,
      })),
      imageUrl: null,
    };
  });
  return { bundles };
}

function titleCase(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
