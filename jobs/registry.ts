/**
 * The kinds of job that there are.
 * @module
 */
import type { Config } from "../lib/config.ts";
import { bundlesKind } from "./bundles.ts";
import { getWeather } from "./get_weather.ts";
import { itineraryKind } from "./itinerary.ts";
import type { PublicKind } from "./kind.ts";
import { searchEvents } from "./search_events.ts";
import type { Tool } from "./tool.ts";

/** All kinds, one line each. */
export function createKinds(config: Config): PublicKind[] {
  return [
    itineraryKind({ model: config.itineraryModel }),
    bundlesKind({
      model: config.bundlesModel,
      tools: createTools(config),
      webSearch: config.bundlesWebSearch,
    }),
  ];
}

function createTools({ ticketmaster, openMeteo }: Config): Tool[] {
  const { apiKey, baseUrl } = ticketmaster;
  return [
    ...(apiKey ? [searchEvents({ apiKey, baseUrl })] : []),
    getWeather(openMeteo),
  ];
}
