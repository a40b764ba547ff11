import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { isCurrency } from "../../../jobs/kinds/cost.ts";
import { cityItinerary } from "../../../jobs/kinds/itinerary/city_sample.ts";
import { ItineraryRequest } from "../../../jobs/kinds/itinerary/request.ts";
import { cities, placesOf } from "../../../jobs/kinds/samples/cities.ts";
import { findCity, findCityIn } from "../../../jobs/kinds/samples/city_search.ts";
import { isMeal, parsePlaces } from "../../../jobs/kinds/samples/place_table.ts";
import { distanceMeters } from "../../../jobs/places/geometry.ts";
import { isTimeZone } from "../../../lib/time_zone.ts";

/** A city and the places of its day trips are not farther from its center. */
const MAX_METERS = 60_000;

/** A quarter is not larger than a long walk. */
const MAX_QUARTER_METERS = 6_500;

for (const city of cities) {
  Deno.test(`the places of ${city.name} are near it, open at some time, and each is there once`, async () => {
    const places = await placesOf(city);

    assert(isTimeZone(city.timeZone));
    assert(isCurrency(city.currency));
    assert(places.length >= 25, `${places.length} places`);
    for (const { name, point, parts, closed, text } of places) {
      assert(distanceMeters(point!, city.center) <= MAX_METERS, name);
      assert(parts.length > 0 && closed.length < 5, name);
      assert(text.length <= 90 && text.endsWith("."), `${name}: ${text}`);
    }
    const names = places.map(({ name }) => name);
    assertEquals(names.filter((name, index) => names.indexOf(name) < index), []);
    const positions = places.map(({ point }) => JSON.stringify(point));
    assertStrictEquals(new Set(positions).size, positions.length);
    assert(places.filter(isMeal).length >= 7);
  });

  Deno.test(`a quarter of ${city.name} is not larger than a walk`, async () => {
    const places = await placesOf(city);
    for (const one of places) {
      for (const other of places.filter(({ quarter }) => quarter === one.quarter)) {
        const meters = distanceMeters(one.point!, other.point!);
        assert(meters <= MAX_QUARTER_METERS, `${one.name} to ${other.name}`);
      }
    }
  });

  Deno.test(`each name of ${city.name} leads to it, also with its country`, () => {
    for (const name of [city.name, city.ownName, ...city.otherNames]) {
      for (const text of [name, name.toUpperCase(), ` ${name} `, `${name}, ${city.country}`]) {
        assertStrictEquals(findCity(text), city, text);
      }
    }
    for (const region of city.regions) {
      assertStrictEquals(findCity(`${city.name} (${region})`), city, region);
    }
  });
}

Deno.test("the README names all cities", async () => {
  const readme = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  const words = readme.replace(/\s+/g, " ");
  for (const { name } of cities) assert(words.includes(name), name);
});

Deno.test("the README shows the plan of its example", async () => {
  const readme = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  const [, body] = readme.match(/-d '(\{"destination".+\})'/)!;
  const plan = await cityItinerary(ItineraryRequest.parse(JSON.parse(body!)));
  const { theme, activities: [first] } = plan!.days[0]!;
  const { time, title, description, place, estimatedCost } = first!;

  const shown = JSON.stringify({ time, title, description, place, estimatedCost }).slice(0, -1);
  assert(readme.includes(`"theme":"${theme}","activities":[${shown}, … `), shown);
  assert(
    readme.includes(`"theme":"${theme}","activities":[{"time":"${time}","title":"${title}", …`),
  );
});

Deno.test("the tutorial shows the days of its examples", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/tutorial.md", import.meta.url));
  const plan = await cityItinerary({ destination: "Tokyo, Japan", durationDays: 5 });

  const themes = [...text.matchAll(/^"theme":"(.+)"$/gm)].map(([, theme]) => theme);
  assertEquals(themes, plan!.days.map(({ theme }) => theme));
  const short = await cityItinerary({ destination: "Lisbon", durationDays: 3 });
  const headings = [...text.matchAll(/^## (Day .+)$/gm)].map(([, heading]) => heading);
  assertEquals(headings, short!.days.map(({ day, theme }) => `Day ${day}: ${theme}`));
});

Deno.test("parsePlaces() refuses lines of another form", () => {
  const good = "Louvre | museum | 48.8606 2.3376 | 90 | 22 | day | top closed:tue | Art.";
  const [place] = parsePlaces(`# Center\n${good}\n`);
  assertEquals(place!.closed, [2]);
  assertEquals(place!.parts, ["morning", "midday", "afternoon"]);

  const bad: [from: string, to: string][] = [
    [" | Art.", ""],
    ["museum", "musem"],
    ["48.8606", "98.8606"],
    ["48.8606 2.3376", "48.8606"],
    ["90", "soon"],
    ["22", "cheap"],
    ["day", "daytime"],
    ["top", "best"],
    ["closed:tue", "closed:tuesday"],
  ];
  for (const [from, to] of bad) {
    const line = good.replace(from, to);
    assertThrows(() => parsePlaces(line), line);
  }
});

const destinations: [destination: string, city: string][] = [
  ["lisbon portugal", "Lisbon"],
  ["Lisbon - Portugal", "Lisbon"],
  ["Istanbul/Turkey", "Istanbul"],
  ["Portugal: Lissabon!", "Lisbon"],
  ["Paris, Frankrijk", "Paris"],
  ["Londres, Reino Unido", "London"],
  ["Londres, Angleterre", "London"],
  ["London, Vereinigtes Königreich", "London"],
  ["New York NY", "New York"],
  ["New York, États-Unis", "New York"],
  ["Нью-Йорк, США", "New York"],
  ["Париж, Франция", "Paris"],
  ["مراكش، المغرب", "Marrakesh"],
  ["باريس", "Paris"],
  ["런던, 영국", "London"],
  ["日本東京", "Tokyo"],
  ["東京、日本", "Tokyo"],
  ["京都市", "Kyoto"],
  ["倫敦", "London"],
];

for (const [destination, name] of destinations) {
  Deno.test(`"${destination}" is ${name}`, () => {
    assertStrictEquals(findCity(destination)?.name, name);
  });
}

const unknown = [
  "Portugal",
  "New York State of mind",
  "Lissabon und Sintra",
  "Tokyo & Kyoto",
  "Paris Texas",
  "Rome, NY",
  "東京都新宿区",
  `${"us ".repeat(60)}x`,
  "Paris, Texas",
  "London, Ontario",
  "Rome and Florence",
  "New Yorkshire",
  "Berlin to Prague",
  "Oslo",
  "",
  ", Portugal",
  "</wish>",
];

for (const destination of unknown) {
  Deno.test(`"${destination}" is no known city`, async () => {
    assertStrictEquals(findCity(destination), null);
    assertStrictEquals(await cityItinerary({ destination, durationDays: 3 }), null);
  });
}

const texts: [text: string, city: string | undefined][] = [
  ["a weekend in Lisbon", "Lisbon"],
  ["Techno in Berlin, then London", "Berlin"],
  ["Ein Wochenende in Kapstadt!", "Cape Town"],
  ["週末は京都で", "Kyoto"],
  ["New York City at Christmas", "New York"],
  ["Parisian cafés", undefined],
  ["rom och cola", undefined],
  ["jazz", undefined],
  ["", undefined],
];

for (const [text, name] of texts) {
  Deno.test(`"${text}" names ${name ?? "no known city"}`, () => {
    assertStrictEquals(findCityIn(text)?.name, name);
  });
}
