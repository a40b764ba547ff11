/**
 * The tool `search_events`: the Discovery API of Ticketmaster.
 * https://developer.ticketmaster.com/products-and-docs/apis/discovery-api/v2/
 * @module
 */
import { z } from "zod";
import { apiUrl, fetchJson } from "../../lib/http/json_fetch.ts";
import type { Tool } from "./tool.ts";

const isoDay = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const Args = z.object({
  keyword: z.string().nullable().describe("Artist, genre, team or title; null for everything"),
  city: z.string().describe("City in English, for example Berlin"),
  countryCode: z.string().regex(/^[A-Z]{2}$/).nullable().describe("ISO 3166-1 alpha-2"),
  startDate: isoDay.describe("First day, YYYY-MM-DD"),
  endDate: isoDay.describe("Last day, YYYY-MM-DD"),
});

const EventPage = z.object({
  _embedded: z.object({
    events: z.array(z.object({
      name: z.string(),
      url: z.string().optional(),
      images: z.array(z.object({ url: z.string(), width: z.number().optional() })).optional(),
      dates: z.object({
        start: z.object({ localDate: z.string().optional(), localTime: z.string().optional() }),
      }),
      classifications: z.array(z.object({
        segment: z.object({ name: z.string() }).optional(),
        genre: z.object({ name: z.string() }).optional(),
      })).optional(),
      priceRanges: z.array(z.object({
        min: z.number().optional(),
        max: z.number().optional(),
        currency: z.string().optional(),
      })).optional(),
      _embedded: z.object({
        venues: z.array(z.object({
          name: z.string().optional(),
          city: z.object({ name: z.string() }).optional(),
          address: z.object({ line1: z.string().optional() }).optional(),
        })).optional(),
      }).optional(),
    })),
  }).optional(),
});

/** The number of events that fits into one tool output for the model. */
const MAX_EVENTS = 20;

/** An event takes about 12 KB, because Ticketmaster returns long lists of images. */
const MAX_BYTES = 2_000_000;

export interface TicketmasterSettings {
  apiKey: string;
  baseUrl: string;
}

/** Creates the tool. */
export function searchEvents(
  { apiKey, baseUrl }: TicketmasterSettings,
): Tool<z.infer<typeof Args>> {
  return {
    name: "search_events",
    description: "Finds concerts, shows, sports and other ticketed events in a city.",
    parameters: Args,
    message: "Searching for events",
    async run(args, { signal, clock }) {
      const url = apiUrl(baseUrl, "/discovery/v2/events.json", {
        apikey: apiKey,
        keyword: args.keyword,
        city: args.city,
        countryCode: args.countryCode,
        startDateTime: `${args.startDate}T00:00:00Z`,
        endDateTime: `${args.endDate}T23:59:59Z`,
        size: String(MAX_EVENTS),
        sort: "date,asc",
      });
      const page = await fetchJson(url, { schema: EventPage, signal, clock, maxBytes: MAX_BYTES });
      return { events: (page._embedded?.events ?? []).slice(0, MAX_EVENTS).map(summarize) };
    },
  };
}

type Event = NonNullable<z.infer<typeof EventPage>["_embedded"]>["events"][number];

/** Returns the facts about an event that the model needs. */
function summarize(event: Event) {
  const venue = event._embedded?.venues?.[0];
  const kind = event.classifications?.[0];
  const images = event.images ?? [];
  const widest = images.toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0))[0];
  return {
    name: event.name,
    date: [event.dates.start.localDate, event.dates.start.localTime].filter(Boolean).join(" "),
    venue: venue?.name ?? null,
    address: [venue?.address?.line1, venue?.city?.name].filter(Boolean).join(", ") || null,
    genre: [kind?.segment?.name, kind?.genre?.name].filter(Boolean).join(", ") || null,
    price: event.priceRanges?.[0] ?? null,
    url: event.url ?? null,
    imageUrl: widest?.url ?? null,
  };
}
