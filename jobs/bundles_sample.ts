/**
 * Made-up event bundles for the sample generator. They name no real venue and link nowhere.
 * @module
 */
import type { Bundles, BundlesRequest } from "./bundles.ts";
import { choicesFor } from "./sample_choice.ts";

const neighborhoods = ["Old Town", "Harbour", "University Quarter", "Arts District", "Riverside"];

const moods = [
  { name: "Underground", text: "Small rooms, late starts and people who know each other." },
  { name: "Golden Hour", text: "Outdoors until the sun is down, then somewhere warm." },
  { name: "Front Row", text: "One big night, booked well, with time around it." },
  { name: "Slow Burn", text: "Few appointments, good food and a long walk home." },
  { name: "Local Secrets", text: "What the neighbours do when nobody is looking." },
];

const happenings = [
  { name: "opening night", venue: "The Warehouse", when: "Friday, 21:00" },
  { name: "open-air session", venue: "The Courtyard", when: "Saturday, 17:00" },
  { name: "late show", venue: "The Cellar", when: "Saturday, 23:00" },
  { name: "morning market", venue: "Market Hall", when: "Sunday, 10:00" },
  { name: "guided walk", venue: "The Old Gate", when: "Saturday, 11:00" },
  { name: "closing session", venue: "The Terrace", when: "Sunday, 18:00" },
];

/** Asked of travellers who named no interest. */
const anyInterests = ["music", "food", "art"];

const EVENTS_PER_BUNDLE = 3;

/** Three to five bundles for the request. */
export function sampleBundles(request: BundlesRequest): Bundles {
  const { interests, timeframe } = request.preferences;
  const choose = choicesFor(request.preferences);
  const named = interests?.filter(Boolean) ?? [];
  const wanted = named.length > 0 ? named : anyInterests;
  const count = choose([3, 4, 5], "number of bundles");
  const mood = choose([...moods.keys()], "first mood");
  const start = choose([...happenings.keys()], "first event");

  const bundles = Array.from({ length: count }, (_, bundle) => {
    const { name, text } = moods[(mood + bundle) % moods.length]!;
    const interest = wanted[bundle % wanted.length]!;
    return {
      title: `${name} ${titleCase(interest)}`,
      description: `${text} Planned for ${timeframe || "the coming weekend"}.`,
      keyEvents: Array.from({ length: EVENTS_PER_BUNDLE }, (_, event) => {
        const happening = happenings[(start + 2 * bundle + event) % happenings.length]!;
        return {
          name: `${titleCase(interest)} ${happening.name}`,
          date: happening.when,
          venue: happening.venue,
          neighborhood: choose(neighborhoods, `place ${bundle}.${event}`),
          url: null,
          why: `Because you asked for ${interest}.`,
        };
      }),
      imageUrl: null,
    };
  });
  return { bundles };
}

function titleCase(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}
