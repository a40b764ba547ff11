/**
 * The trips that this browser knows, and how they stand.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { TripError } from "./client.ts";
import { LocalTime } from "./local_time.tsx";
import { openRecentTrips, type RecentTrip, tellsOfTrips } from "./recent_trips.ts";
import { openClient, tripUrl } from "./session.ts";
import { extentOf, formUrl, titleOf } from "./wish.ts";

/** How long a plan in the list may be finished without the list saying so. */
const LOOK_MS = 4_000;

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
      <h2 id="recent-title">Your trips</h2>
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
  useEffect(() => {
    const recent = openRecentTrips();
    const left = new AbortController();
    const { signal } = left;
    const show = () => setTrips(recent.list());
    const look = async () => {
      if (document.visibilityState === "hidden") return;
      await Promise.all(recent.list().map((trip) => refresh(trip, signal)));
      if (!signal.aborted) show();
    };
    show();
    look();
    const timer = setInterval(look, LOOK_MS);
    addEventListener("storage", (event) => tellsOfTrips(event) && show(), { signal });
    for (const type of ["pageshow", "online"]) addEventListener(type, look, { signal });
    document.addEventListener("visibilitychange", look, { signal });
    return () => {
      clearInterval(timer);
      left.abort();
    };
  }, []);
  const remove = (id: string) => {
    const recent = openRecentTrips();
    recent.remove(id);
    setTrips(recent.list());
  };
  return [trips, remove];
}

/** Asks how a trip stands, if that can have changed. */
async function refresh({ id, wish, status, createdAt }: RecentTrip, signal: AbortSignal) {
  const isOld = Date.now() - Date.parse(createdAt) > 86_400_000;
  if (status === "gone" || status !== "processing" && !isOld) return;
  const named = wish.kind === "itinerary" ? { jobId: id } : { generationId: id };
  try {
    openRecentTrips().put(await openClient().get(named, { signal }));
  } catch (error) {
    if (error instanceof TripError && error.status === 404) openRecentTrips().markGone(id);
  }
}
