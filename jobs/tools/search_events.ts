/**
 * The tool `search_events`: events of Ticketmaster in a city, for local days.
 * @module
 */
import { z } from "zod";
import { DeadlineError, withDeadline } from "../../lib/clock.ts";
import { JsonFetchError } from "../../lib/http/json_fetch.ts";
import { dayArgument, daysBetween, isInOrder, notInOrder } from "./arguments.ts";
import { eventEntries, type LeftOut } from "./event_entries.ts";
import { type EventPage, type EventQuery, TicketmasterClient } from "./ticketmaster.ts";
import type { Tool, ToolContext } from "./tool.ts";

/** The number of events that fits into one tool output for the model. */
const PAGE_EVENTS = 20;

/** Ticketmaster shows the first 1,000 events of a search. */
const MAX_PAGE = 1_000 / PAGE_EVENTS;

/** The most days that are searched one by one: a week. Each takes a request. */
const MAX_SPREAD_DAYS = 7;

/** The requests of all jobs wait for each other, and a turn may have 16 calls. */
const TIMEOUT_MS = 60_000;

/** Days that are not read by then are left out. The rest of the time is a reserve. */
const SPREAD_TIMEOUT_MS = 45_000;

/** With a longer queue, other searches need the turns more than the single days of this one. */
const MAX_QUEUE_MS = 10_000;

const Args = z.object({
  keyword: z.string().nullish().describe("Artist, genre, team or title; null for everything"),
  city: z.string().refine((city) => nameOf(city) !== "", { error: "expected a city" })
    .describe("City in English, for example Berlin, without region and country"),
  stateCode: z.string().nullish()
    .refine((code) => !code || /^[a-z]{2,3}$/i.test(code), {
      error: "expected the code of a state, such as ME",
    })
    .describe("Code of the state or province in the USA, Canada or Australia, such as ME; or null"),
  countryCode: z.string().nullish()
    .refine((code) => !code || /^[a-z]{2}$/i.test(code), {
      error: "expected the code of a country, such as DE",
    })
    .describe("ISO 3166-1 alpha-2 code of the country, such as DE; or null"),
  startDate: dayArgument.describe("First day, YYYY-MM-DD, in local time"),
  endDate: dayArgument.describe("Last day, YYYY-MM-DD, in local time"),
  page: z.number().nullish()
    .refine((page) => !page || (Number.isInteger(page) && page > 0 && page <= MAX_PAGE), {
      error: `expected a whole number from 1 to ${MAX_PAGE}`,
    })
    .describe("The nextPage of an earlier answer to the same search; null for the first page"),
}).refine(isInOrder, notInOrder);
type Args = z.infer<typeof Args>;

export interface TicketmasterSettings {
  apiKey: string;
  baseUrl: string;
}

/** Creates the tool. */
export function searchEvents(settings: TicketmasterSettings): Tool<Args> {
  const client = new TicketmasterClient(settings);
  return {
    name: "search_events",
    description: "Finds concerts, shows, sports and other ticketed events in a city. " +
      "`found` is the number of all events; where it is large, use a keyword, fewer days or the " +
      "next page. `startsAt` is local; without a time of day, the time is not known, and null is an " +
      "unknown day. `notRead` lists days that were not searched one by one, so that some of " +
      "their events may be missing. `offsale` means that there are no tickets now. `leftOut` counts what is " +
      "not listed, by reason.",
    parameters: Args,
    message: "Searching for events",
    timeoutMs: TIMEOUT_MS,
    run: (args, context) => search(client, args, context),
  };
}

async function search(client: TicketmasterClient, args: Args, context: ToolContext) {
  const startedAt = context.clock.now();
  const { startDate, endDate } = args;
  const page = args.page || 1;
  const query = queryOf(args);
  const whole = await client.page(query, { size: PAGE_EVENTS, number: page - 1, context });
  const found = whole.total;
  const days = daysBetween(startDate, endDate, { max: MAX_SPREAD_DAYS + 1 });
  if (found <= PAGE_EVENTS || days.length === 1 || days.length > MAX_SPREAD_DAYS) {
    return { found, ...shown([whole], { size: PAGE_EVENTS, page }) };
  }
  // The most relevant events of the whole time may all be on one day.
  const size = Math.floor(PAGE_EVENTS / days.length);
  const ms = SPREAD_TIMEOUT_MS - (context.clock.now() - startedAt);
  const read = client.queueMs(context.clock) > MAX_QUEUE_MS
    ? []
    : await readDays(client, days, { query, size, number: page - 1, ms, context });
  const notRead = days.filter((day) => !read.some((each) => each.day === day));
  const missing = notRead.length > 0 ? { notRead } : {};
  if (read.length === 0) {
    return { found, ...missing, ...shown([whole], { size: PAGE_EVENTS, page }) };
  }
  return {
    found,
    foundPerDay: Object.fromEntries(read.map(({ day, total }) => [day, total])),
    ...missing,
    ...shown(read, { size, page, more: whole.events }),
  };
}

/** Reads a page of each day, and leaves out the days that fail or take too long. */
async function readDays(
  client: TicketmasterClient,
  days: string[],
  { query, size, number, ms, context: { clock, signal } }: {
    query: EventQuery;
    size: number;
    number: number;
    ms: number;
    context: ToolContext;
  },
): Promise<(EventPage & { day: string })[]> {
  const read = await Promise.all(days.map(async (day) => {
    const ofDay = { ...query, startDate: day, endDate: day };
    try {
      const page = await withDeadline(
        (signal) => client.page(ofDay, { size, number, context: { clock, signal } }),
        { ms, clock, signal },
      );
      return [{ ...page, day }];
    } catch (error) {
      if (error instanceof JsonFetchError || error instanceof DeadlineError) return [];
      throw error;
    }
  }));
  return read.flat();
}

/**
 * Returns the events of the pages, one of each page in turn, so that a cut costs each day as much.
 *
 * @param options `more`: events that take the place of missing ones, because some days have few
 */
function shown(
  pages: EventPage[],
  { size, page, more = [] }: { size: number; page: number; more?: unknown[] },
) {
  const events = Array.from(
    { length: size },
    (_, rank) => pages.flatMap((each) => each.events.slice(rank, rank + 1)),
  ).flat();
  const { entries, leftOut } = eventEntries([...events, ...more]);
  const tooLarge = pages.reduce((sum, each) => sum + each.tooLarge, 0);
  const hasMore = page < MAX_PAGE && pages.some(({ total }) => total > page * size);
  return {
    nextPage: hasMore ? page + 1 : null,
    events: entries.slice(0, PAGE_EVENTS),
    ...countsOf({ ...leftOut, ...tooLarge > 0 ? { tooLarge } : {} }),
  };
}

function countsOf(leftOut: LeftOut): { leftOut?: LeftOut } {
  return Object.keys(leftOut).length > 0 ? { leftOut } : {};
}

function queryOf({ keyword, city, stateCode, countryCode, startDate, endDate }: Args): EventQuery {
  const country = countryCode?.toUpperCase() ?? null;
  return {
    keyword: keyword ?? null,
    city: nameOf(city),
    stateCode: stateCode?.toUpperCase() ?? null,
    // The ISO code of the United Kingdom is GB.
    countryCode: country === "UK" ? "GB" : country,
    startDate,
    endDate,
  };
}

/** Returns the name of a city without what follows a comma, which Ticketmaster does not know. */
function nameOf(city: string): string {
  return city.split(",")[0]!.trim();
}
