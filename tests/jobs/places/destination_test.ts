import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DestinationFinder } from "../../../jobs/places/destination.ts";
import { isWithin } from "../../../jobs/places/geometry.ts";
import { Destination } from "../../../jobs/places/place.ts";
import type { Place } from "../../../jobs/places/place_search.ts";
import { systemClock } from "../../../lib/clock.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { serveLocally } from "../../../testing/local_server.ts";

type Known = Partial<Place> & { at: [latitude: number, longitude: number] };

/** A place in a country, with its feature code and its inhabitants. */
function place(
  name: string,
  country: string,
  { at: [latitude, longitude], ...more }: Known,
): Place {
  const [country_code, countryName] = country.split(" ", 1).concat(
    country.split(" ").slice(1).join(" "),
  );
  const codes = { country_code: country_code!, country: countryName!, feature_code: "PPL" };
  return { name, ...codes, latitude, longitude, ...more };
}

const lisbon: Known = { at: [38.72, -9.13], feature_code: "PPLC", population: 517_802 };
const lisbonPlus = { ...lisbon, timezone: "Europe/Lisbon" };
const london: Known = { at: [51.51, -0.13], feature_code: "PPLC", population: 8_961_989 };
const mexicoCity: Known = { at: [19.43, -99.13], feature_code: "PPLC", population: 12_294_193 };

/** What the geocoding knows, by language and name. */
const known: Record<string, Place[]> = {
  "en Lisbon": [
    place("Lisbon", "PT Portugal", { ...lisbonPlus, admin1: "Lisbon District" }),
    place("Lisbon", "US United States", { at: [44.03, -70.1], population: 9_077 }),
  ],
  "de Lissabon": [place("Lissabon", "PT Portugal", lisbonPlus)],
  "nl Lissabon": [place("Lissabon", "PT Portugal", lisbonPlus)],
  "pt Lisboa": [place("Lisboa", "PT Portugal", lisbonPlus)],
  "en Portugal": [
    place("Portugal", "PT Portugal", {
      at: [39.6, -8],
      feature_code: "PCLI",
      population: 10_281_762,
    }),
  ],
  "en Tokyo": [
    place("Tokyo", "JP Japan", {
      at: [35.69, 139.69],
      feature_code: "PPLC",
      population: 9_733_276,
      timezone: "Asia/Tokyo",
    }),
    place("Tokyo", "JP Japan", {
      at: [35.69, 139.69],
      feature_code: "ADM1",
      population: 13_960_236,
    }),
    place("Tokyo Disneyland", "JP Japan", { at: [35.63, 139.88], feature_code: "AMUS" }),
  ],
  "ja 東京": [
    place("東京都", "JP 日本", {
      at: [35.69, 139.69],
      feature_code: "PPLC",
      population: 9_733_276,
    }),
  ],
  "en Kyoto": [place("Kyoto", "JP Japan", { at: [35.02, 135.75], population: 1_463_723 })],
  "en Japan": [
    place("Japan", "JP Japan", {
      at: [35.7, 139.7],
      feature_code: "PCLI",
      population: 126_529_100,
    }),
  ],
  "en Isle of Skye": [
    place("Isle of Skye", "GB United Kingdom", {
      at: [57.36, -6.23],
      admin1: "Scotland",
      feature_code: "ISL",
      population: 10_008,
    }),
  ],
  "en Rome": [
    place("Rome", "IT Italy", { at: [41.89, 12.51], feature_code: "PPLC", population: 2_318_895 }),
    place("Rome", "US United States", { at: [34.26, -85.16], population: 36_323 }),
  ],
  "de Rom": [place("Rom", "IT Italien", { at: [41.89, 12.51], population: 2_318_895 })],
  "en Rom": [place("Romford", "GB United Kingdom", { at: [51.58, 0.18], population: 122_854 })],
  "en Florence": [
    place("Florence", "IT Italy", {
      at: [43.78, 11.25],
      feature_code: "PPLA",
      population: 349_296,
    }),
    place("Florence", "IT Italy", {
      at: [43.8, 11.3],
      feature_code: "ADM2",
      population: 1_007_000,
    }),
    place("Florence", "US United States", { at: [34.2, -79.77], population: 38_317 }),
    place("Florence", "US United States", { at: [34.8, -87.68], population: 40_059 }),
  ],
  "de Florenz": [place("Florenz", "IT Italien", { at: [43.78, 11.25], population: 349_296 })],
  "en Italy": [
    place("Italy", "IT Italy", { at: [42.8, 12.8], feature_code: "PCLI", population: 60_431_283 }),
  ],
  "en Venice": [
    place("Venice", "IT Italy", { at: [45.44, 12.33], feature_code: "PPLA", population: 51_298 }),
    place("Venice", "IT Italy", { at: [45.5, 12.4], feature_code: "ADM2", population: 850_000 }),
    place("Venice", "US United States", { at: [27.1, -82.45], population: 22_146 }),
  ],
  "en Santa Fe": [
    place("Santa Fe", "AR Argentina", { at: [-31.65, -60.7], population: 489_505 }),
    place("Santa Fe", "US United States", {
      at: [35.69, -105.94],
      admin1: "New Mexico",
      population: 84_099,
    }),
  ],
  "en Athens": [
    place("Athens", "GR Greece", { at: [37.98, 23.73], feature_code: "PPLC", population: 664_046 }),
    place("Athens", "US United States", { at: [33.96, -83.38], population: 116_714 }),
  ],
  "en Georgia": [
    place("Georgia", "GE Georgia", { at: [42, 43.5], feature_code: "PCLI", population: 3_731_000 }),
    place("Georgia", "US United States", {
      at: [32.75, -83.5],
      feature_code: "ADM1",
      population: 10_711_908,
    }),
  ],
  "en Frankfurt": [
    place("Frankfurt am Main", "DE Germany", { at: [50.12, 8.68], population: 650_000 }),
    place("Frankfurt (Oder)", "DE Germany", { at: [52.35, 14.55], population: 51_691 }),
    place("Frankfurt", "DE Germany", { at: [49.7, 10.5] }),
  ],
  "en Warszawa": [place("Warszawa", "US United States", { at: [41.45, -81.64] })],
  "pl Warszawa": [
    place("Warszawa", "PL Polska", { at: [52.23, 21.01], population: 1_702_139 }),
  ],
  "en Paris": [
    place("Paris", "FR France", { at: [48.85, 2.35], feature_code: "PPLC", population: 2_138_551 }),
    place("Paris", "US United States", { at: [33.66, -95.56], population: 24_782 }),
  ],
  "en London": [
    place("London", "GB United Kingdom", london),
    place("London", "CA Canada", { at: [42.98, -81.23], population: 346_765 }),
  ],
  "en Trinidad and Tobago": [
    place("Trinidad and Tobago", "TT Trinidad and Tobago", {
      at: [11, -61],
      feature_code: "PCLI",
      population: 1_389_858,
    }),
  ],
  "en Mexico": [
    place("Mexico", "MX Mexico", { at: [23, -102], feature_code: "PCLI", population: 126_190_788 }),
  ],
  "en Mexico City": [place("Mexico City", "MX Mexico", mexicoCity)],
  "en Hallstatt": [place("Hallstatt", "AT Austria", { at: [47.56, 13.65], population: 900 })],
  "en Yellowstone National Park": [
    place("Yellowstone National Park", "US United States", {
      at: [44.6, -110.5],
      feature_code: "PRK",
    }),
  ],
  "en Heathrow": [
    place("Heathrow", "GB United Kingdom", { at: [51.47, -0.45], feature_code: "AIRP" }),
  ],
};

const serveKnown = (delay?: Promise<void>) =>
  serveLocally(async (_request, { searchParams }) => {
    await delay;
    const key = ["language", "name"].map((name) => searchParams.get(name)).join(" ");
    return Response.json({ results: known[key] });
  });

/** Finds a destination with a new finder. */
async function find(text: string) {
  await using server = serveKnown();
  const finder = new DestinationFinder(server.url, systemClock);
  const context = { signal: new AbortController().signal, clock: systemClock };
  const destination = await finder.find(text, context);
  return { destination, requests: server.requests.length };
}

/** The texts of wishes, and the coordinates of what they mean. */
const clear: [text: string, name: string, point: [latitude: number, longitude: number]][] = [
  ["Lisbon", "Lisbon, Lisbon District, Portugal", [38.72, -9.13]],
  ["Lisbon, Portugal", "Lisbon, Lisbon District, Portugal", [38.72, -9.13]],
  ["Lissabon", "Lissabon, Portugal", [38.72, -9.13]],
  ["Lissabon, Portugal", "Lissabon, Portugal", [38.72, -9.13]],
  ["  Lisboa\n", "Lisboa, Portugal", [38.72, -9.13]],
  ["Tokyo, Japan", "Tokyo, Japan", [35.69, 139.69]],
  ["東京", "東京都, 日本", [35.69, 139.69]],
  ["Kyoto, Kansai, Japan", "Kyoto, Japan", [35.02, 135.75]],
  ["Isle of Skye, Scotland", "Isle of Skye, Scotland, United Kingdom", [57.36, -6.23]],
  ["Rom", "Rom, Italien", [41.89, 12.51]],
  ["Florence", "Florence, Italy", [43.78, 11.25]],
  ["Venice", "Venice, Italy", [45.44, 12.33]],
  ["Athens", "Athens, Greece", [37.98, 23.73]],
  ["Santa Fe, New Mexico", "Santa Fe, New Mexico, United States", [35.69, -105.94]],
  ["Frankfurt", "Frankfurt am Main, Germany", [50.12, 8.68]],
  ["Warszawa", "Warszawa, Polska", [52.23, 21.01]],
  ["Paris", "Paris, France", [48.85, 2.35]],
  ["Trinidad and Tobago", "Trinidad and Tobago", [11, -61]],
  ["Mexico", "Mexico", [23, -102]],
  ["Hallstatt", "Hallstatt, Austria", [47.56, 13.65]],
  ["Yellowstone National Park", "Yellowstone National Park, United States", [44.6, -110.5]],
];

for (const [text, name, [latitude, longitude]] of clear) {
  Deno.test(`find() finds ${name} for ${JSON.stringify(text)}`, async () => {
    const { destination } = await find(text);

    assertEquals([destination?.name, destination?.point], [name, { latitude, longitude }]);
    assertEquals(Destination.parse(destination), destination);
  });
}

/** Trips to several places, one position in each, and a position that is on none. */
const trips: [text: string, inside: [number, number][], outside: [number, number]][] = [
  ["Rome and Florence", [[41.89, 12.51], [43.78, 11.25], [43.32, 11.33]], [48.85, 2.35]],
  ["Rom und Florenz", [[41.89, 12.51], [43.78, 11.25]], [48.85, 2.35]],
  ["Rome, Florence & Venice", [[41.89, 12.51], [43.78, 11.25], [45.44, 12.33]], [48.85, 2.35]],
  ["Rome → Florence, Italy", [[41.89, 12.51], [43.78, 11.25]], [37.98, 23.73]],
  ["Paris, London", [[48.85, 2.35], [51.51, -0.13]], [41.89, 12.51]],
  ["Tokyo - Kyoto", [[35.69, 139.69], [35.02, 135.75]], [25, 121.5]],
];

for (const [text, inside, [latitude, longitude]] of trips) {
  Deno.test(`find() finds the area of all places for ${text}`, async () => {
    const { destination } = await find(text);

    assert(destination);
    for (const [latitude, longitude] of inside) {
      assert(isWithin({ latitude, longitude }, destination));
    }
    assert(!isWithin({ latitude, longitude }, destination), `${destination.radiusKm} km`);
  });
}

/** Texts that mean no place, or one of several that are about as likely. */
const unclear = [
  "",
  "   ",
  "12345",
  "Narnia",
  "Santa Fe",
  "Georgia",
  "Heathrow",
  "Lisbon, Narnia",
  "Paris, Germany",
  "Rome and Narnia",
  "anywhere warm and cheap, surprise me, no idea, help, please, now",
  "<script>",
  "a\0b",
];

for (const text of unclear) {
  Deno.test(`find() returns null for ${JSON.stringify(text)}`, async () => {
    assertStrictEquals((await find(text)).destination, null);
  });
}

Deno.test("find() sends few requests for any text", async () => {
  const texts = ["Lisbon", "Tokyo, Japan", "Rome, Florence & Venice"];
  const counts = await Promise.all(texts.map(async (text) => (await find(text)).requests));
  assertEquals(counts, [1, 1, 4]);
  assert(
    (await find("a b c d e".split(" ").map((x) => `x${x}y zu ${x}`).join(", "))).requests <= 200,
  );
});

/** The radius in kilometres, and a day trip or the far end of the area. */
const areas: [text: string, inside: [number, number], outside: [number, number]][] = [
  // Sintra; Faro
  ["Lisbon", [38.8, -9.39], [37.02, -7.93]],
  // Nikko; Osaka
  ["Tokyo", [36.75, 139.6], [34.69, 135.5]],
  // The Quiraing; Edinburgh
  ["Isle of Skye, Scotland", [57.64, -6.27], [55.95, -3.19]],
  // Tijuana; Madrid
  ["Mexico", [32.5, -117], [40.4, -3.7]],
  // Madeira; Vienna
  ["Portugal", [32.65, -16.9], [48.2, 16.37]],
  // Old Faithful; Denver
  ["Yellowstone National Park", [44.46, -110.83], [39.74, -104.99]],
];

for (const [text, inside, outside] of areas) {
  Deno.test(`find() returns a radius for ${text} that contains day trips, and no other city`, async () => {
    const { destination } = await find(text);

    assert(destination);
    const [near, far] = [inside, outside].map(([latitude, longitude]) =>
      isWithin({ latitude, longitude }, destination)
    );
    assertEquals([near, far], [true, false], `${destination.radiusKm} km`);
  });
}

Deno.test("find() returns the time zone and the country of a city", async () => {
  const { destination } = await find("Tokyo, Japan");

  assertEquals([destination?.timeZone, destination?.countryCode], ["Asia/Tokyo", "JP"]);
});

Deno.test("find() returns no time zone and no country for places that have several", async () => {
  assertEquals((await find("Mexico")).destination?.timeZone, null);
  const { destination } = await find("Paris, London");

  assertEquals([destination?.timeZone, destination?.countryCode], [null, null]);
});

Deno.test("find() remembers what it has found, and that it has found nothing", async () => {
  await using server = serveKnown();
  const clock = new FakeClock();
  const finder = new DestinationFinder(server.url, clock);
  const context = { signal: new AbortController().signal, clock };
  const ask = async () => {
    const before = server.requests.length;
    const found = [
      await finder.find("Lisbon", context),
      await finder.find(" Lisbon ", context),
      await finder.find("Santa Fe", context),
    ];
    return [found.map((each) => each?.countryCode), server.requests.length - before];
  };
  const found = ["PT", "PT", undefined];
  const lookups = 1 + 1 + 8;

  assertEquals(await ask(), [found, lookups]);
  assertEquals(await ask(), [found, 0]);
  clock.advance(60 * 60_000);
  assertEquals(await ask(), [found, lookups - 1]);
});

/** How the geocoding fails. */
const failures: [what: string, answer: () => Response][] = [
  ["429", () => new Response(null, { status: 429, headers: { "retry-after": "30" } })],
  ["500", () => new Response("oops", { status: 500 })],
];

for (const [what, answer] of failures) {
  Deno.test(`find() returns null for ${what}, and asks again after a pause only`, async () => {
    let isBroken = true;
    await using server = serveLocally(() =>
      isBroken ? answer() : Response.json({ results: known["en Lisbon"] })
    );
    const clock = new FakeClock();
    const finder = new DestinationFinder(server.url, clock);
    const context = { signal: new AbortController().signal, clock };

    assertStrictEquals(await finder.find("Lisbon", context), null);
    const asked = server.requests.length;
    isBroken = false;
    assertStrictEquals(await finder.find("Lisbon", context), null);
    assertStrictEquals(server.requests.length, asked);
    clock.advance(60_000);
    assertStrictEquals((await finder.find("Lisbon", context))?.countryCode, "PT");
  });
}

Deno.test("find() returns null after five seconds without an answer", async () => {
  await using server = serveKnown(new Promise(() => {}));
  const clock = new FakeClock();
  const finder = new DestinationFinder(server.url, clock);
  const found = finder.find("Lisbon", { signal: new AbortController().signal, clock });
  while (server.requests.length === 0) await nextTurn();

  clock.advance(5_000);

  assertStrictEquals(await found, null);
});

Deno.test("find() returns null when the geocoding is down", async () => {
  const finder = new DestinationFinder("http://127.0.0.1:9", systemClock);
  const context = { signal: new AbortController().signal, clock: systemClock };

  assertStrictEquals(await finder.find("Lisbon", context), null);
});

Deno.test("find() rejects with the reason of a signal that aborts", async () => {
  await using server = serveKnown(new Promise(() => {}));
  const clock = new FakeClock();
  const abort = new AbortController();
  const finder = new DestinationFinder(server.url, clock);
  const found = finder.find("Lisbon", { signal: abort.signal, clock });
  while (server.requests.length === 0) await nextTurn();

  abort.abort(new Error("lost"));

  await assertRejects(() => found, Error, "lost");
});
