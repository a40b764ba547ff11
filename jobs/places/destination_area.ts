/**
 * How large the area is that a trip to a place covers. It is rather too large than too small: a place
 * beyond it is certainly not a part of the trip, for example a namesake in another country.
 * @module
 */
import type { Place } from "./place_search.ts";

/** What a trip may be about. */
export type PlaceSort = "city" | "county" | "region" | "country" | "island" | "nature";

/** The feature codes of GeoNames, by how they begin. https://www.geonames.org/export/codes.html */
const sortsByCode: [code: RegExp, sort: PlaceSort][] = [
  [/^PPL/, "city"],
  [/^ADM1/, "region"],
  [/^ADM/, "county"],
  [/^(PCL|TERR)/, "country"],
  [/^(ISL|ATOL)/, "island"],
  [/^(RGN|AREA|PEN|CST)/, "region"],
  [/^(PRK|RES|MT|VAL|LK|BAY|FJD|DSRT|GLCR|CNYN)/, "nature"],
];

/** Returns what sort of place it is; `null`: none for a trip, such as an airport. */
export function sortOf({ feature_code: code }: Place): PlaceSort | null {
  return code ? sortsByCode.find(([begin]) => begin.test(code))?.[1] ?? null : "city";
}

/** Countries that are, or have parts, thousands of kilometres wide. */
const wideCountries = new Set(
  "AQ AR AU BR CA CD CL CN DZ EC FJ FM GL ID IN KI KZ LY MX NC NZ PF RU SA SD US".split(" "),
);

/** Countries in which every place is a day trip. */
const smallCountries = new Set("AD BB BH HK LI LU MC MO MT SG SM VA".split(" "));

/** The areas without a population to judge by, in kilometres. */
const areaKm = {
  smallCountry: 100,
  /** From the middle of Portugal to the Azores. */
  country: 2_000,
  /** From the middle of the USA to Hawaii. */
  wideCountry: 5_000,
  /** Scotland or Tuscany, from the centre. */
  region: 300,
  /** Queensland or Texas. */
  wideRegion: 1_000,
  county: 100,
  /** The Canaries, or a national park with the way there. */
  archipelago: 400,
  nature: 150,
} as const;

/**
 * Day trips from a village: an hour by car or train. The rest is the size of the city itself with its
 * suburbs, which grows with the root of its population: Tokyo gets 160 km in total.
 */
const DAY_TRIP_KM = 50;
const CITY_KM_PER_ROOT = 0.03;

/** Skye has 10,000 inhabitants and 80 km, Sicily 5 million and 280 km, Java 150 million and 1,000 km. */
const ISLAND_KM = 70;
const ISLAND_KM_PER_ROOT = 0.07;

/** Returns within how many kilometres of the place everything on a trip lies. */
export function radiusKmOf(place: Place): number {
  const { country_code: country, feature_code: code } = place;
  const root = Math.sqrt(Math.max(0, place.population ?? 0));
  const isWide = wideCountries.has(country ?? "");
  switch (sortOf(place)) {
    case "country":
      if (smallCountries.has(country ?? "")) return areaKm.smallCountry;
      return isWide ? areaKm.wideCountry : areaKm.country;
    case "region":
      return isWide ? areaKm.wideRegion : areaKm.region;
    case "island":
      return code === "ISLS"
        ? areaKm.archipelago
        : Math.ceil(ISLAND_KM + ISLAND_KM_PER_ROOT * root);
    case "county":
    case "nature":
      return areaKm[sortOf(place) as "county" | "nature"];
    default:
      return Math.ceil(DAY_TRIP_KM + CITY_KM_PER_ROOT * root);
  }
}

/** Returns the time zone of everything on a trip to the place; `null`: not known, or several. */
export function timeZoneOf(place: Place): string | null {
  const { country_code: country, timezone } = place;
  if (sortOf(place) !== "country") return timezone ?? null;
  const zones = /^[A-Z]{2}$/.test(country ?? "")
    ? new Intl.Locale(`und-${country}`).getTimeZones() ?? []
    : [];
  return zones.length === 1 ? zones[0]! : null;
}
