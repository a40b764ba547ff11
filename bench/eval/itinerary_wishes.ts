/**
 * Wishes for itineraries: lengths, languages, facts, and trips to several cities.
 * @module
 */
import { type Area, inDays, type ItineraryWish } from "./wish.ts";

type Request = ItineraryWish["request"];
type Extras = Partial<Pick<ItineraryWish, "language" | "interests" | "cities">> & {
  facts?: Partial<Request>;
};

/**
 * @param trip the destination and the number of days
 * @param area latitude, longitude and radius in kilometres
 */
function wish(
  label: string,
  trip: [destination: string, days: number],
  area: [latitude: number, longitude: number, radiusKm: number],
  { language = "en", facts, ...measured }: Extras = {},
): ItineraryWish {
  const [destination, durationDays] = trip;
  return {
    label,
    kind: "itinerary",
    language,
    area: areaOf(area),
    ...measured,
    request: { destination, durationDays, ...facts },
  };
}

function areaOf([latitude, longitude, radiusKm]: [number, number, number]): Area {
  return { latitude, longitude, radiusKm };
}

/** Returns the wishes; see `wishesOn()`. */
export function itineraryWishes(today: string): ItineraryWish[] {
  return [
    ...lengthsAndPlaces(),
    ...languages(today),
    ...withFacts(today),
    ...severalCities(today),
  ];
}

/** The radius of a city has its surroundings, for day trips. */
function lengthsAndPlaces(): ItineraryWish[] {
  return [
    wish("30 days", ["Tokyo, Japan", 30], [35.68, 139.76, 160]),
    wish("1 day", ["Rome, Italy", 1], [41.9, 12.49, 50]),
    wish("village", ["Hallstatt, Austria", 3], [47.56, 13.65, 60]),
    wish("island", ["Isle of Skye, Scotland", 5], [57.36, -6.25, 90], {
      facts: { pace: "relaxed", startPoint: "A guest house in Portree" },
    }),
  ];
}

function languages(today: string): ItineraryWish[] {
  return [
    wish("Japanese", ["東京", 3], [35.68, 139.76, 100], {
      language: "ja",
      interests: [/庭/, /文房具|文具|筆|紙/],
      facts: { startDate: inDays(today, 40), interests: ["庭園", "文房具"] },
    }),
    wish("German", ["Lissabon", 4], [38.72, -9.14, 70], {
      language: "de",
      interests: [/Fado/, /Kachel|Fliese|Azulejo/],
      facts: { interests: ["Fado", "Kacheln"], notes: "Wir fahren nicht gern mit dem Auto." },
    }),
    wish("Arabic", ["القاهرة", 2], [30.04, 31.24, 70], {
      language: "ar",
      facts: { travellers: { adults: 2, children: 2 } },
    }),
    wish("Portuguese", ["São Paulo, onde moram os meus avós", 3], [-23.55, -46.63, 90], {
      language: "pt",
    }),
    wish("French", ["Marseille", 3], [43.3, 5.37, 70], {
      language: "fr",
      facts: { language: "fr", diet: ["sans gluten"], notes: "Nous aimons nager le matin." },
    }),
    wish("Spanish", ["Ciudad de México", 4], [19.43, -99.13, 80], {
      language: "es",
      facts: { budget: { amount: 6000, currency: "MXN", per: "person" } },
    }),
    wish("Italian", ["Palermo", 3], [38.12, 13.36, 70], {
      language: "it",
      facts: { language: "it", accessibility: ["sedia a rotelle"] },
    }),
    wish("Chinese", ["西安", 3], [34.34, 108.94, 80], {
      language: "zh",
      facts: { budget: { amount: 3000, currency: "CNY", per: "all" } },
    }),
    wish("Korean", ["부산", 3], [35.18, 129.08, 80], {
      language: "ko",
      facts: { pace: "packed" },
    }),
    wish("Russian", ["Стамбул", 3], [41.01, 28.98, 70], { language: "ru" }),
    wish("language of its own", ["Kyoto, Japan", 2], [35.01, 135.77, 70], {
      language: "nl",
      facts: { language: "nl" },
    }),
  ];
}

function withFacts(today: string): ItineraryWish[] {
  return [
    wish("vegan in a wheelchair", ["Berlin, Germany", 3], [52.52, 13.4, 60], {
      facts: { diet: ["vegan"], accessibility: ["wheelchair"] },
    }),
    wish("small budget", ["Lisbon, Portugal", 3], [38.72, -9.14, 70], {
      facts: {
        startDate: inDays(today, 100),
        travellers: { adults: 2 },
        budget: { amount: 240, currency: "EUR", per: "all" },
      },
    }),
    wish("family", ["London, England", 4], [51.51, -0.13, 70], {
      interests: [
        /\b(?:zoo|animals?|aquarium|farm)\b/i,
        /\b(?:trains?|railway|transport)\b/i,
        /\bpark/i,
      ],
      facts: {
        startDate: inDays(today, 60),
        travellers: { adults: 2, children: 3 },
        interests: ["animals", "trains", "parks"],
        budget: { amount: 150, currency: "GBP", per: "person" },
        pace: "balanced",
      },
    }),
    wish("all facts", ["New York, USA", 5], [40.74, -73.98, 70], {
      interests: [/architect|building|skyscraper|tower/i, /\bjazz\b/i, /\bbook/i],
      facts: {
        startDate: inDays(today, 150),
        travellers: { adults: 3, children: 1 },
        budget: { amount: 2500, currency: "USD", per: "all" },
        pace: "relaxed",
        interests: ["architecture", "jazz", "bookshops"],
        diet: ["vegetarian", "no nuts"],
        accessibility: ["no long stairs"],
        startPoint: "A hotel near Bryant Park",
        language: "en",
        notes: "One of us turns seventy on the third day.",
      },
    }),
    wish("another currency", ["Sydney, Australia", 3], [-33.87, 151.21, 80], {
      facts: { budget: { amount: 600, currency: "USD", per: "person" }, pace: "packed" },
    }),
    wish("next week", ["Cape Town, South Africa", 4], [-33.92, 18.42, 90], {
      facts: { startDate: inDays(today, 4), notes: "We want to be outdoors when it is dry." },
    }),
  ];
}

function severalCities(today: string): ItineraryWish[] {
  return [
    wish("two cities", ["Rome and Florence", 5], [42.84, 11.87, 220], {
      cities: [/\bRom[ae]\b/, /Florence|Firenze/],
    }),
    wish("three capitals", ["Prague, Vienna and Budapest", 7], [48.8, 16.7, 330], {
      cities: [/Prague|Praha/, /Vienna|Wien/, /Budapest/],
      facts: { startDate: inDays(today, 80), pace: "balanced" },
    }),
    wish("three cities by train", ["Tokyo, Kyoto and Osaka", 9], [35.2, 137.6, 320], {
      cities: [/Tokyo/, /Kyoto/, /Osaka/],
      interests: [/market/i, /temple|shrine/i],
      facts: { pace: "packed", interests: ["food markets", "temples"] },
    }),
    wish("Spanish cities", ["Sevilla, Córdoba y Granada", 6], [37.6, -4.8, 190], {
      language: "es",
      cities: [/Sevilla/, /Córdoba/, /Granada/],
      facts: { diet: ["vegetariano"], travellers: { adults: 2 } },
    }),
    wish("city and coast", ["Marrakech and Essaouira", 4], [31.6, -8.9, 190], {
      cities: [/Marrake[cs]h/, /Essaouira/],
      facts: { budget: { amount: 400, currency: "EUR", per: "all" } },
    }),
  ];
}
