/**
 * The kinds of job that there are.
 * @module
 */
import type { Config } from "../lib/config.ts";
import { bundlesKind } from "./kinds/bundles/kind.ts";
import { getWeather } from "./tools/get_weather.ts";
import { itineraryKind } from "./kinds/itinerary/kind.ts";
import type { PublicKind } from "./kind.ts";
import { searchEvents } from "./tools/search_events.ts";
import type { Tool } from "./tools/tool.ts";

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
