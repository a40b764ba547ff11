/**
 * Tripwright for web pages: makes jobs and watches them to their end, whatever happens to the
 * connection, the server or the page meanwhile. It is served as one file, for other
 * sites too, so it loads nothing that has a server in it (`tests/repo/architecture_test.ts`).
 *
 * As in the service, the record is the truth: that a job has ended is only taken from `GET`. Events
 * show progress, and say when to look.
 * @module
 */
import { contracts, kindOfNoun, type NameOf, type Noun } from "../../jobs/kinds/contracts.ts";
import { TripError } from "./errors.ts";
import {
  type Ended,
  type GenerationJob,
  type GenerationWish,
  type ItineraryJob,
  type ItineraryWish,
  type JobId,
  type JobOf,
  type Jobs,
  pathOf,
  type Wishes,
} from "./job.ts";
import { type CallOptions, randomKey, Service, type TripClientOptions } from "./requests.ts";
import { Watch, type WatchOptions } from "./watch.ts";

export { TripError };
export type {
  Bundle,
  Day,
  Ended,
  GenerationJob,
  GenerationWish,
  ItineraryJob,
  ItineraryWish,
  Job,
  JobId,
  JobOf,
  Status,
} from "./job.ts";
export type { CallOptions, Platform, TripClientOptions } from "./requests.ts";
export type { Connection, WatchOptions } from "./watch.ts";

export interface CreateOptions extends CallOptions {
  /** Names the wish, for pages that may send it again after a reload; unset, a random one. */
  idempotencyKey?: string | undefined;
}

export interface TripClient {
  /**
   * Makes a job of any kind.
   *
   * @param noun what the API calls the kind: `itinerary`
   * @throws {TripError} if the wish is not accepted, or tries run out
   */
  create<Kind extends Noun>(
    noun: Kind,
    wish: Wishes[NameOf<Kind>],
    options?: CreateOptions,
  ): Promise<Jobs[NameOf<Kind>]>;
  /** @throws {TripError} if the wish is not accepted, or tries run out */
  createItinerary(wish: ItineraryWish, options?: CreateOptions): Promise<ItineraryJob>;
  /** @throws {TripError} if the wish is not accepted, or tries run out */
  createGeneration(wish: GenerationWish, options?: CreateOptions): Promise<GenerationJob>;
  /** The job as it is now. */
  get<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
  /**
   * Watches a job until it has ended, however it ended, for as long as that takes.
   *
   * @throws {TripError} if there is no such job, or the caller may not see it
   */
  watch<Id extends JobId>(
    job: Id,
    options?: WatchOptions<JobOf<Id>>,
  ): Promise<Ended<JobOf<Id>>>;
  /** Cancels a job, or finds out how it has ended before. */
  cancel<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
}

/**
 * Creates a client of the service at `baseUrl`. It holds nothing that would have to be closed.
 *
 * @throws {TypeError} if `apiKey` or `clientToken` has characters that no header can hold
 */
export function createTripClient(options: TripClientOptions = {}): TripClient {
  const service = new Service(options);

  function create<Kind extends Noun>(
    noun: Kind,
    wish: Wishes[NameOf<Kind>],
    { signal, idempotencyKey = randomKey() }: CreateOptions = {},
  ): Promise<Jobs[NameOf<Kind>]> {
    const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
    const request = { method: "POST", headers, body: JSON.stringify(wish), signal };
    return service.sendUntilAnswered(contracts[kindOfNoun(noun)].path, request);
  }

  function get<Id extends JobId>(id: Id, { signal }: CallOptions = {}): Promise<JobOf<Id>> {
    return service.sendUntilAnswered(pathOf(id), { signal });
  }

  async function cancel<Id extends JobId>(id: Id, { signal }: CallOptions = {}) {
    try {
      return await service.sendUntilAnswered<JobOf<Id>>(pathOf(id), { method: "DELETE", signal });
    } catch (error) {
      if (error instanceof TripError && error.code === "job_finished") {
        return await get(id, { signal });
      }
      throw error;
    }
  }

  return {
    create,
    createItinerary: (wish, options) => create("itinerary", wish, options),
    createGeneration: (wish, options) => create("generation", wish, options),
    get,
    watch: (id, options = {}) => new Watch(service, id, options).run(),
    cancel,
  };
}
