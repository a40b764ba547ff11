import { assertEquals } from "@std/assert";
import { zodResponsesFunction } from "openai/helpers/zod";
import { daysBetween } from "../../../jobs/tools/arguments.ts";
import { getWeather } from "../../../jobs/tools/get_weather.ts";
import { searchEvents } from "../../../jobs/tools/search_events.ts";

/** The keywords of JSON Schema that every server accepts. */
const accepted = [
  "$schema",
  "additionalProperties",
  "description",
  "properties",
  "required",
  "type",
];

const tools = [
  getWeather({ baseUrl: "https://a.example", geocodingBaseUrl: "https://a.example" }),
  searchEvents({ apiKey: "key", baseUrl: "https://a.example" }),
];

for (const { name, description, parameters } of tools) {
  Deno.test(`the parameters of ${name} have only keywords that every server accepts`, () => {
    const sent = zodResponsesFunction({ name, description, parameters }).parameters!;
    const members = Object.values(sent.properties as Record<string, object>);

    const used = new Set([sent, ...members].flatMap(Object.keys));

    assertEquals([...used].toSorted(), accepted);
    // In strict mode, every argument is required. Optional ones may be null.
    assertEquals(sent.required, Object.keys(sent.properties as object));
  });
}

const ranges: [first: string, last: string, days: string[]][] = [
  ["2026-11-28", "2026-11-28", ["2026-11-28"]],
  ["2026-10-24", "2026-10-26", ["2026-10-24", "2026-10-25", "2026-10-26"]],
  ["2027-12-31", "2028-01-01", ["2027-12-31", "2028-01-01"]],
  ["2028-02-28", "2028-03-01", ["2028-02-28", "2028-02-29", "2028-03-01"]],
  ["2026-11-28", "9999-12-31", ["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"]],
];

for (const [first, last, days] of ranges) {
  Deno.test(`daysBetween() lists ${days.length} days from ${first} to ${last}`, () => {
    assertEquals(daysBetween(first, last, { max: 4 }), days);
  });
}
