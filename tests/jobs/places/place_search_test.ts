import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { findPlace, type Place, type PlaceWords } from "../../../jobs/places/place_search.ts";
import { systemClock } from "../../../lib/clock.ts";
import { countWork } from "../../../testing/counted_work.ts";
import { serveLocally } from "../../../testing/local_server.ts";

const context = { signal: new AbortController().signal, clock: systemClock };

/** A place of a country, `US: United States`, in a region, with optional members. */
function place(name: string, area: string, more: Partial<Place> = {}): Place {
  const [admin1, country_code, country] = area.split(", ");
  const position = { latitude: 1, longitude: 2 };
  return { name, admin1: admin1 || null, country_code, country, ...position, ...more };
}

const portlands = [
  place("Portland", "Oregon, US, United States", { admin2: "Multnomah", population: 652_503 }),
  place("Portland", "Maine, US, United States", { admin2: "Cumberland", population: 68_408 }),
  place("Portland Bight", "Clarendon, JM, Jamaica", { feature_code: "BGHT" }),
  place("Portland", "Texas, US, United States", { population: 16_490 }),
  place("Portland", "Victoria, AU, Australia", { population: 10_800 }),
  place("Portland", "England, GB, United Kingdom", { admin2: "Dorset", population: 12_400 }),
  place("Portland", "Ontario, CA, Canada"),
  place("Portland Heights", "Oregon, US, United States", { population: 700_000 }),
];

/** More candidates than the first request returns. The last one is in Georgia. */
const springfields = Array.from(
  { length: 40 },
  (_, n) =>
    place("Springfield", n < 39 ? `State ${n}, US, United States` : "Georgia, US, United States"),
);

/** What the geocoding knows, by language and name, the most relevant first. */
const known: Record<string, Place[]> = {
  "en Portland": portlands,
  "en Springfield": springfields,
  "en Santa Fe": [
    place("Santa Fe", "New Mexico, US, United States", { population: 84_000 }),
    place("Santa Fe", "Mexico City, MX, Mexico", { population: 20_000 }),
  ],
  "en Newcastle": [
    place("Newcastle", "Northern Ireland, GB, United Kingdom", { population: 8_000 }),
    place("Newcastle", "Munster, IE, Ireland", { population: 7_000 }),
  ],
  "en Taos": [place("Taos", "New Mexico, US, United States")],
  "en Richmond": [
    place("Richmond", "British Columbia, CA, Canada", { population: 182_000 }),
    place("Richmond", "Virginia, US, United States", { population: 220_000 }),
    place("Richmond", "California, US, United States", { population: 109_000 }),
  ],
  "en Chicago": [place("Chicago", "Illinois, US, United States")],
  "en Las Vegas": [
    place("Las Vegas", "Nevada, US, United States"),
    place("Las Vegas", "New Mexico, US, United States"),
  ],
  "en Salt Lake City": [place("Salt Lake City", "Utah, US, United States")],
  "en New York": [place("New York", "New York, US, United States")],
  "en Washington": [
    place("Washington", "District of Columbia, US, United States"),
    place("Washington", "England, GB, United Kingdom"),
  ],
  "en London": [
    place("London", "England, GB, United Kingdom"),
    place("London", "Ontario, CA, Canada"),
  ],
  "en Prague": [
    place("Prague", "Prague, CZ, Czechia"),
    place("Prague", "Oklahoma, US, United States"),
  ],
  "en Seoul": [place("Seoul", "Seoul, KR, South Korea")],
  "en San Jose": [
    place("San Jose", "California, US, United States"),
    place("San José", "San José, CR, Costa Rica"),
  ],
  "en São Paulo": [place("São Paulo", "São Paulo, BR, Brazil")],
  "en Kyoto": [place("Kyoto", "Kyoto, JP, Japan")],
  "en Tbilisi": [place("Tbilisi", "Tbilisi, GE, Georgia")],
  "en Singapore": [place("Singapore", ", SG, Singapore")],
  "zh 北京": [
    place("北京", "重庆市, CN, 中国"),
    place("北京", "四川, CN, 中国", { population: 900 }),
    place("北京", "北京市, CN, 中国", { population: 18_960_744 }),
    place("北京", "北京市, CN, 中国", { population: 20_000_000, feature_code: "AIRP" }),
  ],
  "ja 東京": [place("東京", "東京都, JP, 日本")],
  "ja さいたま": [place("さいたま", "埼玉県, JP, 日本")],
  "ko 서울": [place("서울", "서울, KR, 대한민국")],
  "ru Москва": [place("Москва", "Москва, RU, Россия"), place("Москва", "Тверская, RU, Россия")],
  "uk Київ": [place("Київ", "Київ, UA, Україна")],
  "el Αθήνα": [place("Αθήνα", "Αττική, GR, Ελλάδα")],
  "ar القاهرة": [place("القاهرة", "القاهرة, EG, مصر")],
  "en Ξάνθη": [place("Xanthi", "East Macedonia and Thrace, GR, Greece")],
};

/** Finds a place, and lists the requests: language, name, count. */
async function find(words: Partial<PlaceWords>) {
  await using server = serveLocally((_request, { searchParams }) => {
    const [name, language] = ["name", "language"].map((key) => searchParams.get(key));
    const results = known[`${language} ${name}`]?.slice(0, Number(searchParams.get("count")));
    return Response.json({ generationtime_ms: 0.5, ...results ? { results } : {} });
  });
  const all = { city: "", region: null, country: null, ...words };
  const { place, others, unmatched } = await findPlace(all, { baseUrl: server.url, context });
  return {
    place: place && labelOf(place),
    others: others.map(labelOf),
    unmatched,
    requests: server.requests.map(({ searchParams }) =>
      ["language", "name", "count"].map((key) => searchParams.get(key)).join(" ")
    ),
  };
}

const labelOf = ({ name, admin1, country }: Place) => [name, admin1, country].join(", ");

/** The words, and the only place that they mean. */
const clear: [words: string | Partial<PlaceWords>, place: string][] = [
  ["Portland, Maine", "Portland, Maine, United States"],
  ["Portland, ME", "Portland, Maine, United States"],
  ["Portland ME", "Portland, Maine, United States"],
  ["Portland, ME, USA", "Portland, Maine, United States"],
  ["Portland (Maine)", "Portland, Maine, United States"],
  ["Portland, Texas, US", "Portland, Texas, United States"],
  ["Portland, Dorset", "Portland, England, United Kingdom"],
  ["Portland, UK", "Portland, England, United Kingdom"],
  ["Portland, AUS", "Portland, Victoria, Australia"],
  ["Portland, ON", "Portland, Ontario, Canada"],
  [{ city: "Portland", region: "Maine" }, "Portland, Maine, United States"],
  [{ city: "Portland", region: "ME", country: "US" }, "Portland, Maine, United States"],
  [{ city: "Portland", country: "Great Britain" }, "Portland, England, United Kingdom"],
  [{ city: "Portland, Maine", country: "United States" }, "Portland, Maine, United States"],
  [{ city: "Santa Fe", country: "Mexico" }, "Santa Fe, Mexico City, Mexico"],
  ["Santa Fe, Mexico", "Santa Fe, Mexico City, Mexico"],
  ["Santa Fe, New Mexico", "Santa Fe, New Mexico, United States"],
  [{ city: "Newcastle", country: "Ireland" }, "Newcastle, Munster, Ireland"],
  ["Newcastle, Northern Ireland", "Newcastle, Northern Ireland, United Kingdom"],
  [{ city: "Richmond", region: "CA" }, "Richmond, California, United States"],
  [{ city: "Richmond", country: "CA" }, "Richmond, British Columbia, Canada"],
  ["Richmond, CA, USA", "Richmond, California, United States"],
  ["Chicago, US", "Chicago, Illinois, United States"],
  ["Chicago, U.S.A.", "Chicago, Illinois, United States"],
  ["Chicago, Illinois, United States of America", "Chicago, Illinois, United States"],
  ["Las Vegas NV", "Las Vegas, Nevada, United States"],
  ["Las Vegas New Mexico", "Las Vegas, New Mexico, United States"],
  ["Salt Lake City UT USA", "Salt Lake City, Utah, United States"],
  ["Salt Lake\n  City   UT", "Salt Lake City, Utah, United States"],
  ["New York", "New York, New York, United States"],
  ["New York USA", "New York, New York, United States"],
  ["Washington, D.C.", "Washington, District of Columbia, United States"],
  ["London, England", "London, England, United Kingdom"],
  ["London, U.K.", "London, England, United Kingdom"],
  [", London, England", "London, England, United Kingdom"],
  ["London, Canada", "London, Ontario, Canada"],
  ["Prague, Czech Republic", "Prague, Prague, Czechia"],
  [{ city: "Prague", country: "CZE" }, "Prague, Prague, Czechia"],
  ["Seoul, Korea", "Seoul, Seoul, South Korea"],
  ["San Jose, Costa Rica", "San José, San José, Costa Rica"],
  ["São Paulo, Sao Paulo", "São Paulo, São Paulo, Brazil"],
  ["Springfield, GA", "Springfield, Georgia, United States"],
  ["Tbilisi, Georgia", "Tbilisi, Tbilisi, Georgia"],
  ["Singapore, Singapore", "Singapore, , Singapore"],
  ["東京, Japan", "東京, 東京都, 日本"],
  ["東京, 東京", "東京, 東京都, 日本"],
  ["東京（日本）", "東京, 東京都, 日本"],
  ["さいたま", "さいたま, 埼玉県, 日本"],
  ["서울", "서울, 서울, 대한민국"],
  ["Київ", "Київ, Київ, Україна"],
  ["Αθήνα", "Αθήνα, Αττική, Ελλάδα"],
  ["القاهرة", "القاهرة, القاهرة, مصر"],
  ["Ξάνθη", "Xanthi, East Macedonia and Thrace, Greece"],
  ["北京, 北京市", "北京, 北京市, 中国"],
];

for (const [words, expected] of clear) {
  Deno.test(`findPlace() finds ${expected} for ${JSON.stringify(words)}`, async () => {
    const { place, others, unmatched } = await find(
      typeof words === "string" ? { city: words } : words,
    );

    assertStrictEquals(place, expected);
    assertEquals([others, unmatched], [[], []]);
  });
}

Deno.test("findPlace() compares a bounded number of words and characters", async () => {
  const city = (parts: number) => ({ city: `Portland${", x".repeat(parts)}` });
  await find(city(10));
  const few = await countWork(() => find(city(10)));
  const many = await countWork(() => find(city(1_000)));
  // The text itself is read a few times.
  assert(many < few + 10 * 3_000, `${few} and ${many} characters`);
});

/** Words that several places fit: the place, the others. */
const ambiguous: [words: string, place: string, others: string[]][] = [
  ["Portland", "Portland, Oregon, United States", [
    "Portland, Maine, United States",
    "Portland, Texas, United States",
    "Portland, England, United Kingdom",
    "Portland, Victoria, Australia",
    "Portland, Ontario, Canada",
  ]],
  ["Portland, US", "Portland, Oregon, United States", [
    "Portland, Maine, United States",
    "Portland, Texas, United States",
  ]],
  ["Richmond, CA", "Richmond, British Columbia, Canada", ["Richmond, California, United States"]],
  ["Las Vegas", "Las Vegas, Nevada, United States", ["Las Vegas, New Mexico, United States"]],
  ["北京", "北京, 北京市, 中国", ["北京, 四川, 中国", "北京, 重庆市, 中国"]],
  ["Москва", "Москва, Москва, Россия", ["Москва, Тверская, Россия"]],
];

for (const [city, expected, others] of ambiguous) {
  Deno.test(`findPlace() finds ${others.length} namesakes for ${city}`, async () => {
    const found = await find({ city });

    assertEquals([found.place, found.others], [expected, others]);
  });
}

Deno.test("findPlace() finds the place that most words are true of, and returns the others", async () => {
  const { place, unmatched } = await find({ city: "Kyoto", region: "Kansai", country: "Japan" });

  assertStrictEquals(place, "Kyoto, Kyoto, Japan");
  assertEquals(unmatched, ["Kansai"]);
});

Deno.test("findPlace() finds no place that no word is true of, and returns the candidates", async () => {
  const found = await find({ city: "Las Vegas, France" });

  assertStrictEquals(found.place, null);
  assertEquals(found.others, [
    "Las Vegas, Nevada, United States",
    "Las Vegas, New Mexico, United States",
  ]);
});

Deno.test("findPlace() does not take a part of a region's name for a country", async () => {
  const { place, unmatched } = await find({ city: "Taos", country: "Mexico" });

  assertStrictEquals(place, null);
  assertEquals(unmatched, ["Mexico"]);
});

/** The requests for words: language, name, count. */
const requests: [city: string, sent: string[]][] = [
  ["Chicago, Illinois", ["en Chicago 10"]],
  ["Nowhere", ["en Nowhere 10"]],
  ["Nowhere at all in this world", [
    "en Nowhere at all in this world 10",
    "en Nowhere at all in this 10",
    "en Nowhere at all in 10",
    "en Nowhere at all 10",
  ]],
  ["Springfield", ["en Springfield 10"]],
  ["Springfield, Georgia", ["en Springfield 10", "en Springfield 100"]],
  ["Нигде", ["ru Нигде 10", "uk Нигде 10", "en Нигде 10"]],
];

for (const [city, sent] of requests) {
  Deno.test(`findPlace() makes ${sent.length} requests for ${city}`, async () => {
    assertEquals((await find({ city })).requests, sent);
  });
}
