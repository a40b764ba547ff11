/**
 * The service as this page talks to it.
 * @module
 */
import { createTripClient, TripError } from "./client.ts";
import { idOf } from "./job.ts";
import type { Refusal } from "./refusal.ts";
import { openRecentTrips } from "./recent_trips.ts";
import type { Wish } from "./wish.ts";

/** An API key is kept as long as the tab. */
const API_KEY = "tripwright.key";

/** The client, with the key that the traveller has given, if any. */
export function openClient() {
  const apiKey = apiKeyOfTab();
  return createTripClient(apiKey === null ? {} : { apiKey });
}

export function rememberApiKey(apiKey: string): void {
  try {
    sessionStorage.setItem(API_KEY, apiKey);
  } catch {
    // Forbidden: the key has to be given again.
  }
}

function apiKeyOfTab(): string | null {
  try {
    return sessionStorage.getItem(API_KEY);
  } catch {
    return null;
  }
}

/** The place of a trip. */
export function tripUrl(id: string): string {
  return `/trips/${id}`;
}

/**
 * Sends a wish and goes to its trip.
 *
 * @param idempotencyKey the same for the same wish, however often it is sent
 * @throws {TripError}
 */
export async function makeTrip({ kind, body }: Wish, idempotencyKey: string): Promise<void> {
  const client = openClient();
  const job = kind === "itinerary"
    ? await client.createItinerary(body, { idempotencyKey })
    : await client.createGeneration(body, { idempotencyKey });
  openRecentTrips().put(job);
  location.assign(tripUrl(idOf(job)));
}

/** Why a wish was not accepted, from what the client has thrown. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof TripError)) throw error;
  const { code, message: detail, retryAfterSeconds } = error;
  return { code, detail, retryAfterSeconds };
}
