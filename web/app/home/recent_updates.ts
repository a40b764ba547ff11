/**
 * Keeps the list of trips up to date while its page is open.
 * @module
 */
import { kindOfNoun } from "../../../jobs/kinds/contracts.ts";
import { isBusy, isGone } from "../../client/errors.ts";
import { jobIdOf } from "../../client/job.ts";
import { type TripClient, TripError } from "../../client/client.ts";
import type { RecentTrip, RecentTrips } from "../kept/recent_trips.ts";
import { isWaking, MAX_RETRY_SECONDS, type Platform, WAKERS } from "../../client/requests.ts";

export interface UpdateOptions {
  recent: RecentTrips;
  /** Creates a client with the current key of the tab. */
  openClient: () => Pick<TripClient, "get">;
  platform: Pick<Platform, "clock" | "events" | "isHidden">;
  /** Called after each look at the service. */
  onLook: () => void;
  signal: AbortSignal;
}

/** The pause between looks: the longest time until the list shows a finished plan. */
const LOOK_MS = 4_000;

/** The longest pause after errors, unless the service asks for a longer one in `Retry-After`. */
const MAX_LOOK_MS = 60_000;

/**
 * Reads the trips that can have changed, one after the other, in rounds. The pause between rounds
 * grows with each error. It ends early when the page is shown again or the network is back.
 */
export async function keepUpToDate(
  { recent, openClient, platform, onLook, signal }: UpdateOptions,
): Promise<void> {
  const { clock, events, isHidden } = platform;
  let pause = new AbortController();
  const wake = (event: Event) => isWaking(event) && pause.abort();
  for (const type of WAKERS) events?.addEventListener(type, wake);
  signal.addEventListener("abort", () => pause.abort());
  let mayChange = (_trip: RecentTrip) => true;
  for (let waitMs = LOOK_MS; !signal.aborted;) {
    pause = new AbortController();
    if (!isHidden()) {
      const fault = await look(recent.list().filter(mayChange));
      if (signal.aborted) break;
      const retryMs = 1_000 * Math.min(fault?.retryAfterSeconds ?? 0, MAX_RETRY_SECONDS);
      waitMs = fault ? Math.max(Math.min(2 * waitMs, MAX_LOOK_MS), retryMs) : LOOK_MS;
      // Trips that have ended are read once, because they may have expired.
      if (!fault) mayChange = ({ status }) => status === "processing";
      onLook();
    }
    await clock.wait(waitMs, pause.signal);
  }
  for (const type of WAKERS) events?.removeEventListener(type, wake);

  /** Reads trips. Returns the last error, or `null`. */
  async function look(trips: RecentTrip[]): Promise<TripError | null> {
    let fault: TripError | null = null;
    for (const trip of trips) {
      try {
        await refresh(trip);
      } catch (error) {
        if (!(error instanceof TripError)) return null;
        fault = error;
        // An error of a single trip does not stop the round; an error that affects all trips does.
        if (error.code === "network" || error.status < 500 || isBusy(error)) break;
      }
    }
    return fault;
  }

  async function refresh({ id, wish }: RecentTrip): Promise<void> {
    const jobId = jobIdOf(kindOfNoun(wish.kind), id);
    const job = await openClient().get(jobId, { signal }).catch((error) => {
      if (isGone(error)) return null;
      throw error;
    });
    if (job) recent.update(job);
    else recent.markGone(id);
  }
}
