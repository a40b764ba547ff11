/**
 * Wishes for bundles of events: words for places and times, languages, and facts.
 * @module
 */
import { type BundlesWish, inDays } from "./wish.ts";

type Preferences = BundlesWish["request"]["preferences"];

function wish(
  label: string,
  preferences: Preferences,
  { language = "en", ...measured }: Partial<Pick<BundlesWish, "language" | "interests" | "area">> =
    {},
): BundlesWish {
  return { label, kind: "bundles", language, ...measured, request: { preferences } };
}

/** Returns the wishes; see `wishesOn()`. */
export function bundlesWishes(today: string): BundlesWish[] {
  return [
    wish("this weekend", {
      interests: ["live music", "street food"],
      musicProfile: "Indie rock, some jazz, small venues",
      timeframe: "this weekend",
      otherPreferences: "We stay in Austin, Texas, and have no car",
    }, {
      interests: [/music|concert|band/i, /street food|food truck|taco/i],
      area: { latitude: 30.27, longitude: -97.74, radiusKm: 60 },
    }),
    wish("Spanish weekend", {
      interests: ["flamenco", "tapas"],
      timeframe: "el próximo fin de semana",
      otherPreferences: "Estaremos en Sevilla con dos niños y nos gusta caminar",
    }, {
      language: "es",
      interests: [/flamenco/i, /tapa/i],
      area: { latitude: 37.39, longitude: -5.99, radiusKm: 60 },
    }),
    wish("no preferences", {}),
    wish("city and dates", {
      city: "Hamburg, Germany",
      interests: ["concerts", "harbor"],
      startDate: inDays(today, 10),
      endDate: inDays(today, 12),
      travellers: { adults: 2 },
      budget: { amount: 200, currency: "EUR", per: "all" },
    }, {
      interests: [/concert/i, /harbou?r/i],
      area: { latitude: 53.55, longitude: 9.99, radiusKm: 60 },
    }),
    wish("needs", {
      city: "Toronto",
      interests: ["theatre", "food"],
      timeframe: "next Saturday",
      diet: ["halal"],
      accessibility: ["wheelchair"],
      startPoint: "Union Station",
      pace: "relaxed",
    }, {
      interests: [/theat(?:re|er)/i],
      area: { latitude: 43.65, longitude: -79.38, radiusKm: 70 },
    }),
    wish("language of a bundle", {
      city: "Lyon",
      interests: ["jazz", "cinéma"],
      language: "fr",
      startDate: inDays(today, 30),
      endDate: inDays(today, 33),
    }, {
      language: "fr",
      interests: [/jazz/i, /cinéma|film/i],
      area: { latitude: 45.76, longitude: 4.84, radiusKm: 60 },
    }),
  ];
}
