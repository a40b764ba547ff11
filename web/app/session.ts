/**
 * The service as this page talks to it.
 * @module
 */
import { apiKeyOfTab, forgetApiKey, keepApiKey } from "./api_key.ts";
import { createTripClient, type Job, type TripClient, TripError } from "../client/client.ts";
import { idOf } from "../client/job.ts";
import { openRecentTrips } from "./recent_trips.ts";
import type { Refusal } from "./refusal.ts";
import type { Wish } from "./wish.ts";

/**
 * The client.
 *
 * @param apiKey one that the traveller has just given; unset, the one that this tab has, if any
 */
export function openClient(apiKey = apiKeyOfTab()) {
  return createTripClient(apiKey === null ? {} : { apiKey, platform: { fetch: fetchWithKey } });
}

/** A key that is refused is not kept any longer: what is public needs none. */
async function fetchWithKey(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { authorization } = init.headers as Record<string, string>;
  const isKept = authorization === `Bearer ${apiKeyOfTab()}`;
  if (response.status === 401 && isKept) forgetApiKey();
  return response;
}

/** The place of a trip. */
export function tripUrl(id: string): string {
  return `/trips/${id}`;
}

/**
 * Sends a wish and goes to its trip.
 *
 * @param options `idempotencyKey`: the same for the same wish, however often it is sent; `apiKey`: one
 * that the traveller has just given
 * @throws {TripError}
 */
export async function makeTrip(
  wish: Wish,
  { idempotencyKey, apiKey }: { idempotencyKey: string; apiKey?: string | undefined },
): Promise<void> {
  const job = await create(openClient(apiKey), wish, idempotencyKey);
  if (apiKey !== undefined) keepApiKey(apiKey);
  show(job);
}

/**
 * Makes a trip in place of another one, and goes to it. However often it is asked for, it is made once;
 * if it has come to nothing meanwhile, once more.
 *
 * @param id the other trip's
 * @throws {TripError}
 */
export async function makeAgain(id: string, wish: Wish): Promise<void> {
  const client = openClient();
  for (let idempotencyKey = againKey(id);;) {
    // The answer to a repetition is how the trip was at first.
    const job = await client.get(await create(client, wish, idempotencyKey));
    if (job.status === "processing" || job.status === "completed") return show(job);
    idempotencyKey = againKey(idOf(job));
  }
}

/** Names the wish to make a trip in place of another one. */
export function againKey(id: string): string {
  return `again-${id}`;
}

function create(client: TripClient, { kind, body }: Wish, idempotencyKey: string): Promise<Job> {
  return client.create(kind, body, { idempotencyKey });
}

function show(job: Job): void {
  openRecentTrips().put(job);
  location.assign(tripUrl(idOf(job)));
}

/** Why a wish was not accepted, from what the client has thrown. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof TripError)) throw error;
  const { code, message: detail, retryAfterSeconds } = error;
  return { code, detail, retryAfterSeconds };
}
