/**
 * The request bodies and API keys of the recording, and functions that read answers.
 * @module
 */
import { assert } from "@std/assert";
import { headerOf, type HttpAnswer } from "./http_exchange.ts";

/** One kind of job, with two request bodies. */
export interface KindOfJob {
  noun: "itinerary" | "generation";
  path: string;
  wish: Record<string, unknown>;
  /** A second request body. */
  other: Record<string, unknown>;
}

export const itinerary: KindOfJob = {
  noun: "itinerary",
  path: "/api/itineraries",
  wish: { destination: "Tokyo, Japan", durationDays: 2 },
  other: { destination: "São Tomé & Príncipe", durationDays: 1 },
};

export const generation: KindOfJob = {
  noun: "generation",
  path: "/api/generations",
  wish: {
    preferences: {
      interests: ["music", "nightlife"],
      musicProfile: "Electronic, House",
      timeframe: "This weekend",
      otherPreferences: "Underground venues",
    },
  },
  other: { preferences: {} },
};

/** Returns an API key for `API_KEYS`. */
export function keyOf(name: string): string {
  return `key-of-the-${name}-0123456789`;
}

/** Returns the header with this API key. */
export function withKey(name: string): { authorization: string } {
  return { authorization: `Bearer ${keyOf(name)}` };
}

/** Returns the id of the job that an answer is about. */
export function idOf(answer: HttpAnswer): string {
  const location = headerOf(answer, "location") ?? headerOf(answer, "content-location");
  assert(location, `there is no location: ${answer.status}`);
  return location.split("/").at(-1)!;
}

export function etagOf(answer: HttpAnswer): string {
  return headerOf(answer, "etag")!;
}

// deno-lint-ignore no-explicit-any -- tests look at single members
export function jsonOf({ body }: HttpAnswer): any {
  return JSON.parse(new TextDecoder().decode(body));
}

/** Returns a function that reads the id of event number `index` of a stream, counted from 0. */
export function eventIdOf(index: number): (answer: HttpAnswer) => string {
  return ({ body }) =>
    [...new TextDecoder().decode(body).matchAll(/^id: (.*)$/gm)].map(([, id]) => id!)[index]!;
}
