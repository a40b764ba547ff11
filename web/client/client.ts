/**
 * The browser client: creates jobs and watches them until they end, through lost connections,
 * restarts of the server and sleeping pages. It is served as one file, also to other sites, so it
 * imports no server code (`tests/repo/architecture_test.ts`).
 *
 * Only an answer to `GET` proves that a job has ended. Events show progress and tell when to read
 * the job.
 * @module
 */
import { contracts, kindOfNoun } from "../../jobs/kinds/contracts.ts";
import { randomKey } from "./client_token.ts";
import { TripError } from "./errors.ts";
import {
  type ChangeOf,
  type Ended,
  type GenerationJob,
  type GenerationWish,
  type ItineraryJob,
  type ItineraryWish,
  type Job,
  type JobId,
  type JobOf,
  type JobsByNoun,
  type Noun,
  partsOf,
  pathOf,
  type SummariesByNoun,
  type WishesByNoun,
} from "./job.ts";
import { listJobs, type ListOptions, type TripList } from "./list.ts";
import { type CallOptions, Service, type TripClientOptions } from "./requests.ts";
import { Watch, type WatchOptions } from "./watch.ts";

export { partsOf, TripError };
export type { InvalidValue } from "./errors.ts";
export type {
  Activity,
  Bundle,
  ChangeOf,
  Day,
  Ended,
  GenerationChange,
  GenerationJob,
  GenerationSummary,
  GenerationWish,
  ItineraryChange,
  ItineraryJob,
  ItinerarySummary,
  ItineraryWish,
  Job,
  JobId,
  JobOf,
  KeyEvent,
  Noun,
  PartsOf,
  Status,
} from "./job.ts";
export type { ListOptions, Page, TripList } from "./list.ts";
export type { CallOptions, Platform, TripClientOptions } from "./requests.ts";
export type { Connection, WatchOptions } from "./watch.ts";

/** Options of calls that create a job. */
export interface CreateOptions extends CallOptions {
  /** Lets a page send the same request again after a reload; unset: a random key. */
  idempotencyKey?: string | undefined;
}

/** Creates jobs of a service, reads them and watches them. */
export interface TripClient {
  /**
   * Creates a job of any kind.
   *
   * @param noun the noun of the kind in the API, such as `itinerary`
   * @param wish the body of the request
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  create<Kind extends Noun>(
    noun: Kind,
    wish: WishesByNoun[Kind],
    options?: CreateOptions,
  ): Promise<JobsByNoun[Kind]>;
  /**
   * Creates an itinerary.
   *
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  createItinerary(wish: ItineraryWish, options?: CreateOptions): Promise<ItineraryJob>;
  /**
   * Creates a generation of bundles.
   *
   * @throws {TripError} if the service refuses the request, or no attempt succeeds
   */
  createGeneration(wish: GenerationWish, options?: CreateOptions): Promise<GenerationJob>;
  /**
   * Changes the plan of a completed job: creates a job that writes what changes. The job does not
   * change.
   *
   * @example Another second day, and less walking after that
   * ```ts
   * const { jobId } = await trips.refine(job, { day: 2 });
   * const calm = await trips.watch({ jobId });
   * await trips.refine(calm, { instruction: "Less walking on the third day" });
   * ```
   *
   * @throws {TripError} if the service refuses the change, or no attempt succeeds
   */
  refine<Id extends JobId>(
    job: Id,
    change: ChangeOf<Id>,
    options?: CreateOptions,
  ): Promise<JobOf<Id>>;
  /**
   * Lists the jobs of this client, newest first, without their plans. A client is known by its API
   * key or its client token.
   *
   * @example All itineraries, and a page of five
   * ```ts
   * for await (const { destination, status } of trips.list("itinerary")) {
   *   console.log(destination, status);
   * }
   * const { items, nextCursor } = await trips.list("itinerary", { limit: 5 }).page();
   * ```
   */
  list<Kind extends Noun>(noun: Kind, options?: ListOptions): TripList<SummariesByNoun[Kind]>;
  /**
   * Reads the current state of a job.
   *
   * @throws {TripError} if the job does not exist, the caller may not see it, or no attempt succeeds
   */
  get<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
  /**
   * Watches a job until it completes, fails or is canceled. There is no time limit.
   *
   * @example Continue to watch after a reload, and stop when the user leaves
   * ```ts
   * const trips = createTripClient();
   * const leaving = new AbortController();
   * const jobId = localStorage.getItem("trip")!;
   * const { status } = await trips.watch({ jobId }, { signal: leaving.signal });
   * console.log(status);
   * ```
   *
   * @throws {TripError} if the job does not exist, or the caller may not see it
   */
  watch<Id extends JobId>(
    job: Id,
    options?: WatchOptions<JobOf<Id>>,
  ): Promise<Ended<JobOf<Id>>>;
  /**
   * Cancels a job. Returns a job that has already ended as it is.
   *
   * @throws {TripError} if another client has created the job, or no attempt succeeds
   */
  cancel<Id extends JobId>(job: Id, options?: CallOptions): Promise<JobOf<Id>>;
}

/**
 * Creates a client of the service at `baseUrl`. A client needs no cleanup.
 *
 * @example Create an itinerary, and show it while it grows
 * ```ts
 * const trips = createTripClient({ baseUrl: "https://trips.example" });
 * const job = await trips.createItinerary({ destination: "Lisbon", durationDays: 3 });
 * const done = await trips.watch(job, {
 *   onProgress: (job) => console.log(`${partsOf(job).length} days`),
 * });
 * console.log(done.status, done.itinerary);
 * ```
 *
 * @throws {TypeError} if `apiKey` or `clientToken` contains characters that are invalid in a header
 */
export function createTripClient(options: TripClientOptions = {}): TripClient {
  const service = new Service(options);

  function post<J extends Job>(
    path: string,
    body: unknown,
    { signal, idempotencyKey = randomKey() }: CreateOptions = {},
  ): Promise<J> {
    const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
    const request = { method: "POST", headers, body: JSON.stringify(body), signal };
    return service.sendWithRetries(path, request);
  }

  function create<Kind extends Noun>(
    noun: Kind,
    wish: WishesByNoun[Kind],
    options?: CreateOptions,
  ): Promise<JobsByNoun[Kind]> {
    return post(pathOfNoun(noun), wish, options);
  }

  function pathOfNoun(noun: Noun): string {
    return contracts[kindOfNoun(noun)].path;
  }

  function get<Id extends JobId>(id: Id, { signal }: CallOptions = {}): Promise<JobOf<Id>> {
    return service.sendWithRetries(pathOf(id), { signal });
  }

  async function cancel<Id extends JobId>(id: Id, { signal }: CallOptions = {}) {
    try {
      return await service.sendWithRetries<JobOf<Id>>(pathOf(id), { method: "DELETE", signal });
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
    refine: (id, change, options) => post(`${pathOf(id)}/refinements`, change, options),
    list: (noun, options = {}) => listJobs(service, pathOfNoun(noun), options),
    get,
    watch: (id, options = {}) => new Watch(service, id, options).run(),
    cancel,
  };
}
