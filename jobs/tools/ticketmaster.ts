/**
 * The Discovery API of Ticketmaster: one search, page by page, within the limits of the API.
 * https://developer.ticketmaster.com/products-and-docs/apis/discovery-api/v2/
 * @module
 */
import { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import { apiUrl, fetchJson, isUnavailable, JsonFetchError } from "../../lib/http/json_fetch.ts";
import { Pacer } from "../../lib/http/pacer.ts";
import type { ToolContext } from "./tool.ts";

/** What to search for. Days are local days of the venue, such as `2026-11-28`. */
export interface EventQuery {
  keyword: string | null;
  city: string;
  stateCode: string | null;
  countryCode: string | null;
  startDate: string;
  endDate: string;
}

/** One page of a search. */
export interface EventPage {
  /** The events as Ticketmaster sent them, the most relevant first. */
  events: unknown[];
  /** The number of events on all pages. */
  total: number;
  /** How many events of this page were too large to read. */
  tooLarge: number;
}

const Page = z.object({
  _embedded: z.object({ events: z.array(z.unknown()).nullish() }).nullish(),
  page: z.object({ totalElements: z.number().nullish() }).nullish(),
}).refine((body) => body._embedded || body.page, { error: "neither events nor their number" });

/** The envelope of the gateway before the API. It may come with any status. */
const FaultCode = z.object({ fault: z.object({ detail: z.object({ errorcode: z.string() }) }) })
  .transform(({ fault }) => fault.detail.errorcode);

/** What the codes of faults mean. Their own texts may repeat the key. */
const faults: [code: RegExp, meaning: string][] = [
  [/QuotaViolation$/, "the quota of the key is used up for today"],
  [/SpikeArrestViolation$/, "too many requests in a second"],
  [/ApiKey/i, "the key of this service is not valid"],
];

/** An event takes about 12 KB, because Ticketmaster returns long lists of images. */
const MAX_BYTES = 2_000_000;

/** A key may send five requests a second. The network may bring two requests closer together. */
const INTERVAL_MS = 250;

/** The first request, and three more while the API is busy. */
const MAX_TRIES = 4;

/** The pause after a refusal that does not say how long to wait. The limit counts by seconds. */
const BUSY_MS = 1_000;

/** A longer pause takes too much of the tool's time; the model continues without the events. */
const MAX_BUSY_MS = 10_000;

/** Searches with one key. All jobs of the process share a client, because they share the key's limit. */
export class TicketmasterClient {
  readonly #apiKey: string;
  readonly #baseUrl: string;
  readonly #pacer = new Pacer(INTERVAL_MS);

  constructor({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }) {
    this.#apiKey = apiKey;
    this.#baseUrl = baseUrl;
  }

  /**
   * Reads one page. If it is too large, reads it in smaller pages.
   *
   * @param number the number of the page, from 0
   * @throws {JsonFetchError} if Ticketmaster fails
   */
  async page(
    query: EventQuery,
    { size, number, context }: { size: number; number: number; context: ToolContext },
  ): Promise<EventPage> {
    try {
      const { _embedded, page } = await this.#request(this.#url(query, { size, number }), context);
      const events = _embedded?.events ?? [];
      return { events, total: page?.totalElements ?? events.length, tooLarge: 0 };
    } catch (error) {
      if (!(error instanceof JsonFetchError && error.isTooLarge)) throw error;
      if (size === 1) return { events: [], total: 0, tooLarge: 1 };
    }
    const parts = size % 2 === 0 ? 2 : size;
    const pages: EventPage[] = [];
    for (let part = 0; part < parts; part++) {
      const smaller = { size: size / parts, number: number * parts + part };
      pages.push(await this.page(query, { ...smaller, context }));
    }
    return {
      events: pages.flatMap(({ events }) => events),
      total: Math.max(...pages.map(({ total }) => total)),
      tooLarge: pages.reduce((sum, { tooLarge }) => sum + tooLarge, 0),
    };
  }

  /** Returns how long a request that comes now waits for its turn, in milliseconds. */
  queueMs(clock: Clock): number {
    return this.#pacer.queueMs(clock);
  }

  #url(query: EventQuery, { size, number }: { size: number; number: number }): URL {
    return apiUrl(this.#baseUrl, "/discovery/v2/events.json", {
      apikey: this.#apiKey,
      keyword: query.keyword,
      city: query.city,
      stateCode: query.stateCode,
      countryCode: query.countryCode,
      localStartEndDateTime: `${query.startDate}T00:00:00,${query.endDate}T23:59:59`,
      // The texts of an event in English, else in any language; by default, only in English.
      locale: "en,*",
      size: String(size),
      page: String(number),
      // By date, the first page of a large city would be its first morning.
      sort: "relevance,desc",
    });
  }

  /** Sends a request in its turn, and again while the API is busy. */
  async #request(url: URL, context: ToolContext): Promise<z.infer<typeof Page>> {
    for (let tries = 1;; tries++) {
      await this.#pacer.turn(context);
      try {
        return await fetchJson(url, {
          schema: Page,
          errorCode: FaultCode,
          maxBytes: MAX_BYTES,
          signal: context.signal,
          clock: context.clock,
        });
      } catch (error) {
        if (!(error instanceof JsonFetchError)) throw error;
        const pauseMs = tries < MAX_TRIES ? busyMs(error, tries) : null;
        if (pauseMs === null) throw explained(error);
        this.#pacer.pause(pauseMs, context.clock);
      }
    }
  }
}

/** Returns how long to wait before the next try, or `null` if another try cannot succeed. */
function busyMs(error: JsonFetchError, tries: number): number | null {
  const { status, code, retryAfterMs } = error;
  if (code?.endsWith("QuotaViolation")) return null;
  const isBusy = status === 429 || code?.endsWith("SpikeArrestViolation") ||
    (isUnavailable(error) && tries === 1);
  const ms = retryAfterMs ?? BUSY_MS;
  return isBusy && ms <= MAX_BUSY_MS ? ms : null;
}

/** Adds the meaning of a fault to the message. */
function explained(error: JsonFetchError): JsonFetchError {
  const meaning = faults.find(([code]) => code.test(error.code ?? ""))?.[1];
  return meaning ? new JsonFetchError(`${error.message}: ${meaning}`, { cause: error }) : error;
}
