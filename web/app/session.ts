/**
 * The access of a page to the service: the client with the API key of the tab, and new trips.
 * @module
 */
import { apiKeyOfTab, forgetApiKey, keepApiKey } from "./api_key.ts";
import { browserTokenIn } from "./browser_token.ts";
import {
  createTripClient,
  type Job,
  type JobId,
  type TripClient,
  TripError,
} from "../client/client.ts";
import { type ChangeOf, idOf } from "../client/job.ts";
import { openRecentTrips } from "./kept/recent_trips.ts";
import type { Refusal } from "./refusal.ts";
import type { Wish } from "./wish.ts";

/**
 * Creates a client.
 *
 * @param apiKey the key that the traveler has just entered; unset: the key of this tab, if any
 */
export function openClient(apiKey = apiKeyOfTab()) {
  const clientToken = browserTokenIn(document.cookie);
  return createTripClient({
    clientToken,
    ...(apiKey !== null && { apiKey, platform: { fetch: fetchWithKey } }),
  });
}

/** Fetches with a key. Deletes a refused key, because public trips can be read without one. */
async function fetchWithKey(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const { authorization } = init.headers as Record<string, string>;
  const isKept = authorization === `Bearer ${apiKeyOfTab()}`;
  if (response.status === 401 && isKept) forgetApiKey();
  return response;
}

/** Returns the path of a trip. */
export function tripUrl(id: string): string {
  return `/trips/${id}`;
}

/**
 * Sends a wish and opens the page of its trip.
 *
 * @param options `idempotencyKey`: the same key each time the same wish is sent; `apiKey`: the key
 * that the traveler has just entered
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
 * Creates a trip that replaces another one, and opens its page. Repeated calls open the same new
 * trip, unless it failed or was canceled; then they create the next one.
 *
 * @param id the id of the trip to replace
 * @throws {TripError}
 */
export async function makeAgain(id: string, wish: Wish): Promise<void> {
  const client = openClient();
  for (let idempotencyKey = againKey(id);;) {
    // The response to a repeated request shows the job as it was created. Read its current state.
    const job = await client.get(await create(client, wish, idempotencyKey));
    if (job.status === "processing" || job.status === "completed") return show(job);
    idempotencyKey = againKey(idOf(job));
  }
}

/**
 * Sends a change of a plan, and opens the page of the new version.
 *
 * @param options `idempotencyKey`: the same key each time the same change is sent
 * @throws {TripError}
 */
export async function changeTrip(
  job: Job,
  change: ChangeOf<JobId>,
  options: { idempotencyKey: string },
): Promise<void> {
  show(await openClient().refine<JobId>(job, change, options));
}

/** Returns the idempotency key of the request that replaces a trip. */
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

/**
 * Returns why a request was refused.
 *
 * @throws the error itself, if it is not a `TripError`
 */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof TripError)) throw error;
  const { code, retryAfterSeconds, note } = error;
  return { code, retryAfterSeconds, note };
}
