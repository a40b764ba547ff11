/**
 * The registry of all public kinds of job.
 * @module
 */
import type { Config } from "../lib/config.ts";
import { bundlesKind } from "./kinds/bundles/kind.ts";
import type { Contracts, KindName } from "./kinds/contracts.ts";
import { getWeather } from "./tools/get_weather.ts";
import { samplePlaces } from "./kinds/samples/sample_places.ts";
import { itineraryKind } from "./kinds/itinerary/kind.ts";
import type { PublicKind } from "./kind.ts";
import type { Places } from "./places/places.ts";
import { searchEvents } from "./tools/search_events.ts";
import type { Tool } from "./tools/tool.ts";

/** Returns all kinds by name, one line each. */
function kindsByName(config: Config, places: Places | null) {
  return {
    itinerary: itineraryKind({
      model: config.itineraryModel,
      effort: config.itineraryEffort,
      places,
    }),
    bundles: bundlesKind({
      model: config.bundlesModel,
      effort: config.bundlesEffort,
      tools: createTools(config),
      webSearch: config.bundlesWebSearch,
      places,
    }),
  } satisfies { [Name in KindName]: PublicKind & { name: Name; http: Contracts[Name] } };
}

/** The types of all kinds, by name. */
export type Kinds = ReturnType<typeof kindsByName>;

/**
 * Creates all kinds, in the order of the registry.
 *
 * @param places whom they ask about places; unset: they ask no service
 */
export function createKinds(config: Config, places: Places | null = null): PublicKind[] {
  const known = places ?? (config.generator === "sample" ? samplePlaces : null);
  return Object.values(kindsByName(config, known));
}

function createTools({ ticketmaster, openMeteo }: Config): Tool[] {
  const { apiKey, baseUrl } = ticketmaster;
  return [
    ...(apiKey ? [searchEvents({ apiKey, baseUrl })] : []),
    getWeather(openMeteo),
  ];
}
