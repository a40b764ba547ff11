/**
 * The cities whose places the sample generator knows. These facts are small and always loaded; the
 * places of a city are loaded when a wish names it.
 * @module
 */
import type { Point } from "../plan_members.ts";
import { parsePlaces, type SamplePlace } from "./place_table.ts";

/** What is always known of a city. */
export interface City {
  /** Its English name. */
  name: string;
  /** Its own name, for map searches. */
  ownName: string;
  country: string;
  /** All other names that travellers write. Case and accents do not matter. */
  otherNames: readonly string[];
  /** What may follow the name after a comma or in parentheses. */
  regions: readonly string[];
  /** IANA name. */
  timeZone: string;
  /** ISO 4217 code. */
  currency: string;
  center: Point;
  /** When people usually begin to eat, and what a plain meal costs. */
  lunch: Meal;
  dinner: Meal;
  loadTable(): Promise<{ places: string }>;
}

interface Meal {
  /** `HH:MM` */
  time: string;
  /** For one person, in the currency of the city. */
  cost: number;
}

function at(latitude: number, longitude: number): Point {
  return { latitude, longitude };
}

const usa = ["USA", "US", "United States", "United States of America", "America", "NY", "NYC"];
const uk = ["UK", "United Kingdom", "England", "Great Britain", "GB", "Großbritannien"];
const japan = ["Japan", "Japon", "Japón", "Giappone", "日本", "JP"];

export const cities: readonly City[] = [
  {
    name: "Lisbon",
    ownName: "Lisboa",
    country: "Portugal",
    otherNames: ["Lissabon", "Lisbonne", "Lisbona", "Lizbona", "Lisabon", "Лиссабон", "里斯本"],
    regions: ["PT", "Portogallo"],
    timeZone: "Europe/Lisbon",
    currency: "EUR",
    center: at(38.7139, -9.1394),
    lunch: { time: "12:30", cost: 14 },
    dinner: { time: "19:30", cost: 24 },
    loadTable: () => import("./data/lisbon.ts"),
  },
  {
    name: "Paris",
    ownName: "Paris",
    country: "France",
    otherNames: ["Parigi", "París", "Parijs", "Paryż", "Paříž", "Париж", "パリ", "巴黎", "Παρίσι"],
    regions: ["Frankreich", "Francia", "Île-de-France", "FR"],
    timeZone: "Europe/Paris",
    currency: "EUR",
    center: at(48.8566, 2.3522),
    lunch: { time: "12:30", cost: 18 },
    dinner: { time: "19:30", cost: 30 },
    loadTable: () => import("./data/paris.ts"),
  },
  {
    name: "Rome",
    ownName: "Roma",
    country: "Italy",
    otherNames: ["Rom", "Rzym", "Řím", "Рим", "ローマ", "罗马", "羅馬", "Ρώμη", "Città eterna"],
    regions: ["Italia", "Italien", "Italie", "Lazio", "IT"],
    timeZone: "Europe/Rome",
    currency: "EUR",
    center: at(41.9028, 12.4964),
    lunch: { time: "12:45", cost: 16 },
    dinner: { time: "19:30", cost: 28 },
    loadTable: () => import("./data/rome.ts"),
  },
  {
    name: "Berlin",
    ownName: "Berlin",
    country: "Germany",
    otherNames: ["Berlino", "Berlín", "Berlim", "Berlijn", "Берлин", "ベルリン", "柏林"],
    regions: ["Deutschland", "Allemagne", "Alemania", "Germania", "DE"],
    timeZone: "Europe/Berlin",
    currency: "EUR",
    center: at(52.52, 13.405),
    lunch: { time: "12:30", cost: 14 },
    dinner: { time: "18:30", cost: 22 },
    loadTable: () => import("./data/berlin.ts"),
  },
  {
    name: "London",
    ownName: "London",
    country: "United Kingdom",
    otherNames: ["Londres", "Londra", "Londen", "Londyn", "Londýn", "Лондон", "ロンドン", "伦敦"],
    regions: uk,
    timeZone: "Europe/London",
    currency: "GBP",
    center: at(51.5074, -0.1278),
    lunch: { time: "12:30", cost: 15 },
    dinner: { time: "18:30", cost: 26 },
    loadTable: () => import("./data/london.ts"),
  },
  {
    name: "New York",
    ownName: "New York",
    country: "United States",
    otherNames: [
      ...["New York City", "NYC", "Nueva York", "Nova York", "Nova Iorque", "Nowy Jork"],
      ...["Manhattan", "Нью-Йорк", "ニューヨーク", "纽约", "紐約"],
    ],
    regions: [...usa, "New York", "New York State"],
    timeZone: "America/New_York",
    currency: "USD",
    center: at(40.7549, -73.984),
    lunch: { time: "12:30", cost: 20 },
    dinner: { time: "18:30", cost: 34 },
    loadTable: () => import("./data/new_york.ts"),
  },
  {
    name: "Tokyo",
    ownName: "Tokyo",
    country: "Japan",
    otherNames: ["Tokio", "Tōkyō", "Tóquio", "Токио", "東京", "東京都", "东京", "도쿄"],
    regions: japan,
    timeZone: "Asia/Tokyo",
    currency: "JPY",
    center: at(35.6812, 139.7671),
    lunch: { time: "12:00", cost: 1_300 },
    dinner: { time: "18:30", cost: 2_800 },
    loadTable: () => import("./data/tokyo.ts"),
  },
  {
    name: "Kyoto",
    ownName: "Kyoto",
    country: "Japan",
    otherNames: ["Kioto", "Kyōto", "Quioto", "Киото", "京都", "京都市", "교토"],
    regions: [...japan, "Kansai"],
    timeZone: "Asia/Tokyo",
    currency: "JPY",
    center: at(35.0116, 135.7681),
    lunch: { time: "12:00", cost: 1_400 },
    dinner: { time: "18:30", cost: 2_900 },
    loadTable: () => import("./data/kyoto.ts"),
  },
  {
    name: "Mexico City",
    ownName: "Ciudad de México",
    country: "Mexico",
    otherNames: [
      ...["CDMX", "Mexiko-Stadt", "Mexico-Stadt", "Città del Messico", "Ville de Mexico"],
      ...["Mexico D.F.", "Cidade do México", "Mexico-stad", "Мехико", "メキシコシティ", "墨西哥城"],
    ],
    regions: ["México", "Mexiko", "Messico", "Mexique", "CDMX", "MX"],
    timeZone: "America/Mexico_City",
    currency: "MXN",
    center: at(19.4326, -99.1332),
    lunch: { time: "13:00", cost: 190 },
    dinner: { time: "19:30", cost: 320 },
    loadTable: () => import("./data/mexico_city.ts"),
  },
  {
    name: "Istanbul",
    ownName: "İstanbul",
    country: "Turkey",
    otherNames: ["Estambul", "Istambul", "Stambuł", "Стамбул", "イスタンブール", "伊斯坦布尔"],
    regions: ["Türkiye", "Türkei", "Turquie", "Turquía", "Turchia", "TR"],
    timeZone: "Europe/Istanbul",
    currency: "TRY",
    center: at(41.0186, 28.9744),
    lunch: { time: "12:30", cost: 420 },
    dinner: { time: "19:00", cost: 800 },
    loadTable: () => import("./data/istanbul.ts"),
  },
  {
    name: "Sydney",
    ownName: "Sydney",
    country: "Australia",
    otherNames: ["Sídney", "Sidney", "Сидней", "シドニー", "悉尼", "雪梨"],
    regions: ["New South Wales", "NSW", "Australien", "Australie", "AU"],
    timeZone: "Australia/Sydney",
    currency: "AUD",
    center: at(-33.8688, 151.2093),
    lunch: { time: "12:30", cost: 22 },
    dinner: { time: "18:30", cost: 38 },
    loadTable: () => import("./data/sydney.ts"),
  },
  {
    name: "Cape Town",
    ownName: "Cape Town",
    country: "South Africa",
    otherNames: [
      ...["Kapstadt", "Kaapstad", "Le Cap", "Ciudad del Cabo", "Città del Capo"],
      ...["Cidade do Cabo", "Кейптаун", "ケープタウン", "开普敦"],
    ],
    regions: ["Südafrika", "Afrique du Sud", "Sudáfrica", "Western Cape", "ZA", "RSA"],
    timeZone: "Africa/Johannesburg",
    currency: "ZAR",
    center: at(-33.9249, 18.4241),
    lunch: { time: "12:30", cost: 170 },
    dinner: { time: "18:30", cost: 280 },
    loadTable: () => import("./data/cape_town.ts"),
  },
  {
    name: "Marrakesh",
    ownName: "Marrakech",
    country: "Morocco",
    otherNames: [
      "Marrakesch",
      "Marraquexe",
      "Marrákeš",
      "Марракеш",
      "مراكش",
      "マラケシュ",
      "马拉喀什",
    ],
    regions: ["Maroc", "Marokko", "Marruecos", "Marocco", "MA"],
    timeZone: "Africa/Casablanca",
    currency: "MAD",
    center: at(31.6295, -7.9811),
    lunch: { time: "13:00", cost: 90 },
    dinner: { time: "19:30", cost: 180 },
    loadTable: () => import("./data/marrakesh.ts"),
  },
  {
    name: "Buenos Aires",
    ownName: "Buenos Aires",
    country: "Argentina",
    otherNames: [
      ...["CABA", "Ciudad Autónoma de Buenos Aires", "Ciudad de Buenos Aires"],
      ...["Буэнос-Айрес", "ブエノスアイレス", "布宜诺斯艾利斯"],
    ],
    regions: ["Argentinien", "Argentine", "CABA", "AR"],
    timeZone: "America/Argentina/Buenos_Aires",
    currency: "ARS",
    center: at(-34.6037, -58.3816),
    lunch: { time: "13:00", cost: 18_000 },
    dinner: { time: "20:00", cost: 30_000 },
    loadTable: () => import("./data/buenos_aires.ts"),
  },
];

/** The places of the cities that a wish has named in this process. */
const loaded = new Map<string, Promise<readonly SamplePlace[]>>();

/** Returns the places of a city, in the order in which a stranger should see them. */
export function placesOf({ name, loadTable }: City): Promise<readonly SamplePlace[]> {
  let places = loaded.get(name);
  if (!places) loaded.set(name, places = loadTable().then((table) => parsePlaces(table.places)));
  return places;
}
