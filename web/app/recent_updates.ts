/**
 * Keeps the list of trips up to date for as long as somebody may look at it.
 * @module
 */
import { kindOfNoun } from "../../jobs/kinds/contracts.ts";
import { isBusy, isGone } from "../client/errors.ts";
import { jobIdOf } from "../client/job.ts";
import { type TripClient, TripError } from "../client/client.ts";
import type { RecentTrip, RecentTrips } from "./recent_trips.ts";
import { isWaking, MAX_RETRY_SECONDS, type Platform, WAKERS } from "../client/requests.ts";

export interface UpdateOptions {
  recent: RecentTrips;
  /** A client with the key that the tab has now. */
  openClient: () => Pick<TripClient, "get">;
  platform: Pick<Platform, "clock" | "events" | "isHidden">;
  /** Told after each look. */
  onLook: () => void;
  signal: AbortSignal;
}

/** How long a plan may be finished without the list saying so. */
const LOOK_MS = 4_000;

/** How long it takes at the most to hear of a service that was away, unless that says when to come. */
const MAX_LOOK_MS = 60_000;

/**
 * Looks at what can have changed, one trip after the other and one look at a time: soon again if all
 * went well, later and later if not, and at once when the page is shown or the network is back.
 */
export async function keepUpToDate(
  { recent, openClient, platform, onLook, signal }: UpdateOptions,
): Promise<void> {
  const { clock, events, isHidden } = platform;
  let pause = new AbortController();
  const wake = (event: Event) => isWaking(event) && pause.abort();
  for (const type of WAKERS) events?.addEventListener(type, wake);
  signal.addEventListener("abort", () => pause.abort());
  let isAsked = (_trip: RecentTrip) => true;
  for (let waitMs = LOOK_MS; !signal.aborted;) {
    pause = new AbortController();
    if (!isHidden()) {
      const fault = await look(recent.list().filter(isAsked));
      if (signal.aborted) break;
      const retryMs = 1_000 * Math.min(fault?.retryAfterSeconds ?? 0, MAX_RETRY_SECONDS);
      waitMs = fault ? Math.max(Math.min(2 * waitMs, MAX_LOOK_MS), retryMs) : LOOK_MS;
      // What has ended is asked for once, because it may have expired meanwhile.
      if (!fault) isAsked = ({ status }) => status === "processing";
      onLook();
    }
    await clock.wait(waitMs, pause.signal);
  }
  for (const type of WAKERS) events?.removeEventListener(type, wake);

  /** @returns what went wrong, if anything did */
  async function look(trips: RecentTrip[]): Promise<TripError | null> {
    let fault: TripError | null = null;
    for (const trip of trips) {
      try {
        await refresh(trip);
      } catch (error) {
        if (!(error instanceof TripError)) return null;
        fault = error;
        // What is wrong with one trip is no reason to leave the others; what is wrong with all, is.
        if (error.code === "network" || error.status < 500 || isBusy(error)) break;
      }
    }
    return fault;
  }

  async function refresh({ id, wish }: RecentTrip): Promise<void> {
    const named = jobIdOf(kindOfNoun(wish.kind), id);
    const job = await openClient().get(named, { signal }).catch((error) => {
      if (isGone(error)) return null;
      throw error;
    });
    if (job) recent.update(job);
    else recent.markGone(id);
  }
}
