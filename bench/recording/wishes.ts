/**
 * What is wished for, by which key, and how answers are read.
 * @module
 */
import { assert } from "@std/assert";
import { headerOf, type HttpAnswer } from "./http_exchange.ts";

/** One kind of job, as its API has it. */
export interface KindOfJob {
  noun: "itinerary" | "generation";
  path: string;
  wish: Record<string, unknown>;
  /** Another one. */
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

/** A value of `API_KEYS`. */
export function keyOf(name: string): string {
  return `key-of-the-${name}-0123456789`;
}

/** The header that shows the key. */
export function withKey(name: string): { authorization: string } {
  return { authorization: `Bearer ${keyOf(name)}` };
}

/** The id of the job that an answer is about. */
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

/** The id of an event of a stream, counted from 0. */
export function eventIdOf(index: number): (answer: HttpAnswer) => string {
  return ({ body }) =>
    [...new TextDecoder().decode(body).matchAll(/^id: (.*)$/gm)].map(([, id]) => id!)[index]!;
}
