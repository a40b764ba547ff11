/**
 * The trips that this browser knows, and how they stand.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { systemClock } from "../lib/clock.ts";
import { TripError } from "./client.ts";
import { LocalTime } from "./local_time.tsx";
import { openRecentTrips, type RecentTrip, tellsOfTrips } from "./recent_trips.ts";
import { isGoneError, openClient, tripUrl } from "./session.ts";
import { extentOf, formUrl, titleOf } from "./wish.ts";

/** How long a plan in the list may be finished without the list saying so. */
const LOOK_MS = 4_000;

/** How long it takes at the most to hear of a service that was away. */
const MAX_WAIT_MS = 60_000;

const statuses: Record<RecentTrip["status"], string> = {
  processing: "Being written",
  completed: "Ready",
  failed: "Failed",
  canceled: "Canceled",
  gone: "Expired",
};

export function RecentList() {
  const [trips, remove] = useRecentTrips();
  return (
    <section class="recent needs-script" id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title" tabIndex={-1}>Your trips</h2>
      {trips.length === 0
        ? <p class="quiet">Trips that you wish for on this device are listed here for a while.</p>
        : (
          <ul class="rows">
            {trips.map((trip) => (
              <Row
                key={trip.id}
                trip={trip}
                onRemove={() => remove(trip.id)}
              />
            ))}
          </ul>
        )}
    </section>
  );
}

function Row({ trip, onRemove }: { trip: RecentTrip; onRemove: () => void }) {
  const { id, wish, status, createdAt } = trip;
  const extent = extentOf(wish);
  return (
    <li>
      <a href={status === "gone" ? formUrl(wish) : tripUrl(id)} dir="auto">
        {titleOf(wish)}
        {extent && `, ${extent}`}
      </a>
      <p class="quiet">
        <span class={`status ${status}`}>{statuses[status]}</span>
        {" · "}
        <LocalTime iso={createdAt} />
        {status === "gone" && " · make this wish again"}
      </p>
      <button type="button" class="small" onClick={onRemove} aria-label={`Forget ${titleOf(wish)}`}>
        Forget
      </button>
    </li>
  );
}

/** The list as it is, in whichever tab it changes; unfinished trips are asked for now and then. */
function useRecentTrips(): [RecentTrip[], (id: string) => void] {
  const [trips, setTrips] = useState<RecentTrip[]>([]);
  const show = () => setTrips(openRecentTrips().list());
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    show();
    keepUpToDate(show, signal);
    addEventListener("storage", (event) => tellsOfTrips(event) && show(), { signal });
    return () => left.abort();
  }, []);
  const remove = (id: string) => {
    openRecentTrips().remove(id);
    show();
    // The button that had the focus is gone.
    document.getElementById("recent-title")?.focus();
  };
  return [trips, remove];
}

/**
 * Looks at what can have changed, one trip after the other and one look at a time: soon again if all went
 * well, later and later if not, and at once when the page is shown or the network is back.
 */
async function keepUpToDate(show: () => void, signal: AbortSignal): Promise<void> {
  let wake = new AbortController();
  const rouse = () => wake.abort();
  for (const type of ["pageshow", "online"]) addEventListener(type, rouse, { signal });
  document.addEventListener("visibilitychange", rouse, { signal });
  signal.addEventListener("abort", rouse);
  let asked = ({ status }: RecentTrip) => status !== "gone";
  for (let waitMs = LOOK_MS; !signal.aborted;) {
    wake = new AbortController();
    try {
      if (document.visibilityState !== "hidden") {
        for (const trip of openRecentTrips().list().filter(asked)) await refresh(trip, signal);
        // What has ended is only asked for once, because it may have expired meanwhile.
        asked = ({ status }) => status === "processing";
      }
      waitMs = LOOK_MS;
    } catch (error) {
      if (signal.aborted) return;
      const seconds = error instanceof TripError ? error.retryAfterSeconds ?? 0 : 0;
      waitMs = Math.max(1_000 * seconds, Math.min(2 * waitMs, MAX_WAIT_MS));
    }
    show();
    await systemClock.wait(waitMs, wake.signal);
  }
}

/**
 * Asks how a trip stands.
 *
 * @throws {TripError} if nobody can say
 */
async function refresh({ id, wish }: RecentTrip, signal: AbortSignal): Promise<void> {
  const named = wish.kind === "itinerary" ? { jobId: id } : { generationId: id };
  const job = await openClient().get(named, { signal }).catch((error) => {
    if (isGoneError(error)) return null;
    throw error;
  });
  const recent = openRecentTrips();
  // It may have been forgotten meanwhile.
  if (!recent.list().some((trip) => trip.id === id)) return;
  if (job) recent.put(job);
  else recent.markGone(id);
}
