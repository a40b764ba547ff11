/**
 * The cities whose places the sample generator knows. These facts are small and always loaded; the
 * places of a city are loaded when a wish names it.
 * @module
 */
import type { Point } from "../../places/place.ts";
import { parsePlaces, type SamplePlace } from "./place_table.ts";

/** What is always known of a city. */
export interface City {
  /** Its English name. */
  name: string;
  /** Its own name, for map searches. */
  ownName: string;
  country: string;
  /** ISO 3166-1 alpha-2. Travellers may write the country's name in any language behind the city. */
  countryCode: string;
  /** All other names that travellers write. Case and accents do not matter. */
  otherNames: readonly string[];
  /** What else may stand beside the name: states, parts of countries and other names of them. */
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

const uk = [
  ...["UK", "England", "Great Britain", "Großbritannien", "Angleterre", "Inglaterra"],
  ...["Inghilterra", "Engeland", "Anglia", "Anglie", "Англия", "英国"],
];

export const cities: readonly City[] = [
  {
    name: "Lisbon",
    ownName: "Lisboa",
    country: "Portugal",
    countryCode: "PT",
    otherNames: [
      ...["Lissabon", "Lisbonne", "Lisbona", "Lizbona", "Lisabon", "Лиссабон", "里斯本"],
      ...["リスボン", "리스본", "لشبونة"],
    ],
    regions: [],
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
    countryCode: "FR",
    otherNames: [
      ...["Parigi", "París", "Parijs", "Paryż", "Paříž", "Париж", "パリ", "巴黎", "Παρίσι"],
      ...["파리", "باريس"],
    ],
    regions: ["Île-de-France"],
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
    countryCode: "IT",
    otherNames: [
      ...["Rom", "Rzym", "Řím", "Рим", "ローマ", "罗马", "羅馬", "Ρώμη", "로마", "روما"],
      ...["Città eterna"],
    ],
    regions: ["Lazio"],
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
    countryCode: "DE",
    otherNames: [
      ...["Berlino", "Berlín", "Berlim", "Berlijn", "Берлин", "ベルリン", "柏林", "베를린"],
      ...["برلين"],
    ],
    regions: [],
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
    countryCode: "GB",
    otherNames: [
      ...["Londres", "Londra", "Londen", "Londyn", "Londýn", "Лондон", "ロンドン", "伦敦", "倫敦"],
      ...["런던", "لندن"],
    ],
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
    countryCode: "US",
    otherNames: [
      ...["New York City", "NYC", "Nueva York", "Nova York", "Nova Iorque", "Nowy Jork"],
      ...["Manhattan", "Нью-Йорк", "ニューヨーク", "纽约", "紐約", "뉴욕", "نيويورك"],
    ],
    regions: ["USA", "America", "NY", "New York State", "США", "EUA", "EE. UU."],
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
    countryCode: "JP",
    otherNames: ["Tokio", "Tōkyō", "Tóquio", "Токио", "東京", "東京都", "东京", "도쿄", "طوكيو"],
    regions: ["Kantō"],
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
    countryCode: "JP",
    otherNames: ["Kioto", "Kyōto", "Quioto", "Киото", "京都", "京都市", "교토", "كيوتو"],
    regions: ["Kansai"],
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
    countryCode: "MX",
    otherNames: [
      ...["CDMX", "Mexiko-Stadt", "Mexico-Stadt", "Città del Messico", "Ville de Mexico"],
      ...["Mexico D.F.", "Cidade do México", "Mexico-stad", "Мехико", "メキシコシティ", "墨西哥城"],
      ...["멕시코시티"],
    ],
    regions: [],
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
    countryCode: "TR",
    otherNames: [
      ...["Estambul", "Istambul", "Stambuł", "Стамбул", "イスタンブール", "伊斯坦布尔", "이스탄불"],
      ...["إسطنبول"],
    ],
    regions: ["Türkiye"],
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
    countryCode: "AU",
    otherNames: ["Sídney", "Sidney", "Сидней", "シドニー", "悉尼", "雪梨", "시드니", "سيدني"],
    regions: ["New South Wales", "NSW"],
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
    countryCode: "ZA",
    otherNames: [
      ...["Kapstadt", "Kaapstad", "Le Cap", "Ciudad del Cabo", "Città del Capo"],
      ...["Cidade do Cabo", "Кейптаун", "ケープタウン", "开普敦", "케이프타운"],
    ],
    regions: ["Western Cape", "RSA"],
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
    countryCode: "MA",
    otherNames: [
      ...["Marrakesch", "Marraquexe", "Marrákeš", "Марракеш", "مراكش", "マラケシュ", "마라케시"],
      ...["马拉喀什"],
    ],
    regions: [],
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
    countryCode: "AR",
    otherNames: [
      ...["CABA", "Ciudad Autónoma de Buenos Aires", "Ciudad de Buenos Aires"],
      ...["Буэнос-Айрес", "ブエノスアイレス", "布宜诺斯艾利斯", "부에노스아이레스"],
    ],
    regions: [],
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
