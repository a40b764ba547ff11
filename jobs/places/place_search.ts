/**
 * Finds the place that a model means, with the geocoding of Open-Meteo. That finds places by their
 * name alone, so this module compares the words for region and country with what it found.
 * https://open-meteo.com/en/docs/geocoding-api
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJsonTwice } from "../../lib/http/json_fetch.ts";
import { loadPlaceCodes, type PlaceCodes } from "./place_codes.ts";
import type { PlaceContext } from "./places.ts";

/** The longest name of a place has 85 letters. Each name is compared with each word. */
const MAX_NAME_CHARACTERS = 200;

const name = z.string().overwrite((name) => name.slice(0, MAX_NAME_CHARACTERS));
const text = name.nullish().catch(null);

const Place = z.object({
  name,
  admin1: text,
  admin2: text,
  admin3: text,
  admin4: text,
  country: text,
  country_code: text,
  feature_code: text,
  population: z.number().nullish().catch(null),
  timezone: text,
  latitude: z.number(),
  longitude: z.number(),
});
export type Place = z.infer<typeof Place>;

/** An answer with odd places only is no answer: it would mean that there is no place. */
const Places = z.object({
  results: z.array(Place.nullable().catch(null))
    .refine((places) => places.length === 0 || places.some((place) => place !== null))
    .transform((places) => places.filter((place) => place !== null))
    .nullish(),
});

/** The words for a place. The name of the city may contain the others: `Portland, Maine`. */
export interface PlaceWords {
  city: string;
  region: string | null;
  country: string | null;
}

/** The place that fits the words best. */
export interface PlaceMatch {
  /** `null` if no place of this name fits any word for its region and country. */
  place: Place | null;
  /** Other places of the name. If there is a place, they fit the words as well as it does. */
  others: Place[];
  /** The words that are not known to be true of the place. */
  unmatched: string[];
  /** All candidates that fit the words as well as the place, of any sort, the most relevant first. */
  fitting: Place[];
}

/** How places are searched. */
export interface PlaceSearchOptions {
  /** The base URL of the geocoding. */
  baseUrl: string;
  context: PlaceContext;
  /** The languages of the name, in the order of the tries. Unset: those of its script, then English. */
  languages?: readonly string[];
  /** Whether to search again without the last words, if no place has the name. Unset: yes. */
  strips?: boolean;
}

/** Words for a region, for a country, or for any of them. */
interface Qualifier {
  words: string;
  kind: "region" | "country" | "any";
}

/** A word that may be the code of a country, of a region, or of both, such as `CA`. */
const MAYBE_CODE = /^\p{L}{2,3}$/u;

/** Namesakes of a place are among the first candidates, except for those of a common name. */
const FEW = 10;

/** The most candidates that Open-Meteo returns. */
const MANY = 100;

/** The most words that are taken from the end of an unknown name: `Salt Lake City UT USA`. */
const MAX_STRIPPED = 3;

/** The most parts of a name that are read: `Springfield, Sangamon County, Illinois, USA`. */
const MAX_PARTS = 6;

/** The most namesakes that the model learns about. */
const MAX_OTHERS = 5;

/**
 * Open-Meteo knows a name in its own script only in the language of the name. A Chinese name may
 * also be a Japanese one.
 */
const languagesByScript: [script: RegExp, languages: string[]][] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, ["ja"]],
  [/\p{Script=Han}/u, ["zh", "ja"]],
  [/\p{Script=Hangul}/u, ["ko"]],
  [/\p{Script=Cyrillic}/u, ["ru", "uk"]],
  [/\p{Script=Greek}/u, ["el"]],
  [/\p{Script=Arabic}/u, ["ar", "fa"]],
  [/\p{Script=Hebrew}/u, ["he"]],
  [/\p{Script=Thai}/u, ["th"]],
  [/\p{Script=Devanagari}/u, ["hi"]],
];

/**
 * Finds a place.
 *
 * @throws {JsonFetchError} if the geocoding fails
 */
export async function findPlace(
  words: PlaceWords,
  options: PlaceSearchOptions,
): Promise<PlaceMatch> {
  const [first = "", ...rest] = words.city.split(/[,;()，、（）]/).map((part) => part.trim())
    .filter(Boolean).slice(0, MAX_PARTS);
  const qualifiers = [
    ...qualifiersOf(rest, "any"),
    ...qualifiersOf([words.region], "region"),
    ...qualifiersOf([words.country], "country"),
  ];
  let name = first;
  let places = await search(name, { count: FEW, ...options });
  const maxStripped = options.strips === false ? 0 : MAX_STRIPPED;
  for (let stripped = 0; places.length === 0 && stripped < maxStripped; stripped++) {
    const words = name.split(/\s+/);
    if (words.length < 2) break;
    qualifiers.push({ words: words.pop()!, kind: "any" });
    name = words.join(" ");
    places = await search(name, { count: FEW, ...options });
  }
  const found = await best(places, qualifiers);
  if (found.unmatched.length === 0 || places.length < FEW) return found;
  return await best(await search(name, { count: MANY, ...options }), qualifiers);
}

function qualifiersOf(parts: (string | null)[], kind: Qualifier["kind"]): Qualifier[] {
  return parts.flatMap((part) => part?.trim() ? [{ words: part.trim(), kind }] : []);
}

/** Returns the candidates for a name, the most relevant first. */
async function search(
  name: string,
  { count, baseUrl, context, languages }: PlaceSearchOptions & { count: number },
): Promise<Place[]> {
  const ofScript = languagesByScript.find(([script]) => script.test(name))?.[1] ?? [];
  for (const language of languages ?? [...ofScript, "en"]) {
    const url = apiUrl(baseUrl, "/v1/search", { name, count: String(count), language });
    const { signal, clock } = context;
    const { results } = await fetchJsonTwice(url, { schema: Places, signal, clock });
    if (results?.length) return results;
  }
  return [];
}

/** Chooses the place that most words are true of. */
async function best(places: Place[], qualifiers: Qualifier[]): Promise<PlaceMatch> {
  if (!qualifiers.some(({ words }) => MAYBE_CODE.test(words))) {
    const found = choose(places, qualifiers);
    if (found.unmatched.length === 0) return found;
  }
  return choose(places, qualifiers, await loadPlaceCodes());
}

function choose(places: Place[], qualifiers: Qualifier[], codes?: PlaceCodes): PlaceMatch {
  const scores = places.map((place) =>
    qualifiers.reduce((sum, qualifier) => sum + scoreOf(place, qualifier, codes), 0)
  );
  const highest = Math.max(...scores);
  if (places.length === 0 || (qualifiers.length > 0 && highest === 0)) {
    return {
      place: null,
      others: places.slice(0, MAX_OTHERS),
      unmatched: qualifiers.map(({ words }) => words),
      fitting: [],
    };
  }
  const fitting = places.filter((_, index) => scores[index] === highest);
  // For a name in another script, a village may be the first of its namesakes.
  const [place, ...others] = fitting.filter(isNamesakeOf(fitting[0]!))
    .toSorted((a, b) => (b.population ?? 0) - (a.population ?? 0));
  const unmatched = qualifiers.filter((qualifier) => scoreOf(place!, qualifier, codes) === 0)
    .map(({ words }) => words);
  return { place: place!, others: others.slice(0, MAX_OTHERS), unmatched, fitting };
}

/** Whether a place is a city or village of the same name: no airport, lake or mountain. */
function isNamesakeOf(first: Place): (place: Place) => boolean {
  return (place) =>
    place === first ||
    (fold(place.name) === fold(first.name) && (place.feature_code ?? "PPL").startsWith("PPL"));
}

/** Returns how well the words describe where the place is: 0 if they do not. */
function scoreOf(place: Place, { words, kind }: Qualifier, codes?: PlaceCodes): number {
  const { country, admin1, admin2, admin3, admin4 } = place;
  // CA is California as a region, and Canada as a country.
  const isCountry = kind !== "region" && isCodeOfCountry(place, words, codes);
  const code = place.country_code?.toUpperCase();
  const region = kind !== "country" && code && codes?.regionOf(code, words);
  if (isCountry || (region && contains(admin1, region))) return 3;
  const areas = kind === "region" ? [admin1] : [country, admin1];
  if (areas.some((area) => fold(area ?? "") === fold(words) && fold(words) !== "")) return 3;
  // Mexico is not New Mexico.
  const wholes = kind === "country" ? [country] : areas;
  if (wholes.some((area) => contains(area, words))) return 2;
  return [admin2, admin3, admin4].some((area) => contains(area, words)) ? 1 : 0;
}

function isCodeOfCountry(place: Place, words: string, codes?: PlaceCodes): boolean {
  const code = place.country_code?.toUpperCase();
  if (!code) return false;
  return fold(words) === fold(code) || codes?.countryOf(words) === code;
}

/** Whether the area's name contains all of the words: `South Korea` contains `Korea`. */
function contains(area: string | null | undefined, words: string): boolean {
  const [inArea, asked] = [fold(area ?? ""), fold(words)];
  if (asked === "") return false;
  // Other scripts may write words without spaces.
  if (!/\p{Script=Latin}/u.test(asked)) return inArea.includes(asked);
  return asked.split(" ").every((word) => inArea.split(" ").includes(word));
}

/** Letters that Unicode does not decompose, as travellers and maps write them without accents. */
const plainLetters: Record<string, string> = {
  "ß": "ss",
  "æ": "ae",
  "œ": "oe",
  "ø": "o",
  "ł": "l",
  "đ": "d",
  "ð": "d",
  "þ": "th",
  "ı": "i",
};

/** Returns the words in lower case, without accents and punctuation. */
export function fold(words: string): string {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
    .replace(/[ßæœøłđðþı]/g, (letter) => plainLetters[letter]!)
    .split(/[^\p{L}\p{N}]+/u).filter(Boolean).join(" ");
}
