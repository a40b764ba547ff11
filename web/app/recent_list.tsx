/**
 * The trips that this browser knows, and how they stand.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { hasApiKey } from "./api_key.ts";
import { focusOn } from "./focus.ts";
import { LocalTime } from "./local_time.tsx";
import { openRecentTrips, type RecentTrip, tellsOfTrips } from "./recent_trips.ts";
import { keepUpToDate } from "./recent_updates.ts";
import { pagePlatform } from "../client/requests.ts";
import { openClient, tripUrl } from "./session.ts";
import { durationLabel, titleOf } from "./wish.ts";

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
            {trips.map((trip, index) => (
              <Row
                key={trip.id}
                trip={trip}
                onRemove={() => {
                  // The button that has the focus goes; its neighbour takes it over.
                  const next = trips[index + 1] ?? trips[index - 1];
                  focusOn(next ? forgetId(next.id) : "recent-title");
                  remove(trip.id);
                }}
              />
            ))}
          </ul>
        )}
    </section>
  );
}

function forgetId(id: string): string {
  return `forget-${id}`;
}

function Row({ trip, onRemove }: { trip: RecentTrip; onRemove: () => void }) {
  const { id, wish, status, createdAt } = trip;
  const extent = durationLabel(wish);
  return (
    <li>
      <a href={tripUrl(id)} dir="auto">
        {titleOf(wish)}
        {extent && `, ${extent}`}
      </a>
      <p class="quiet">
        <span class={`status ${status}`}>
          {statuses[status]}
          {status === "gone" && hasApiKey() && ", or made with another key"}
        </span>
        {" · "}
        <LocalTime iso={createdAt} />
      </p>
      <button
        type="button"
        class="small"
        id={forgetId(id)}
        onClick={onRemove}
        aria-label={`Forget ${titleOf(wish)}`}
      >
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
    keepUpToDate({
      recent: openRecentTrips(),
      openClient,
      platform: pagePlatform(),
      onLook: show,
      signal,
    });
    addEventListener("storage", (event) => tellsOfTrips(event) && show(), { signal });
    return () => left.abort();
  }, []);
  const remove = (id: string) => {
    openRecentTrips().remove(id);
    show();
  };
  return [trips, remove];
}
