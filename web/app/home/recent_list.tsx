/**
 * The list of the trips in this browser, with their status.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { hasApiKey } from "../api_key.ts";
import { focusOn } from "../focus.ts";
import { LocalTime } from "../local_time.tsx";
import { openRecentTrips, type RecentTrip, tellsOfTrips } from "../kept/recent_trips.ts";
import { keepUpToDate } from "./recent_updates.ts";
import { pagePlatform } from "../../client/requests.ts";
import { openClient, tripUrl } from "../session.ts";
import { durationLabel, titleOf } from "../wish.ts";

const statuses: Record<RecentTrip["status"], string> = {
  processing: "In progress",
  completed: "Ready",
  failed: "Failed",
  canceled: "Canceled",
  gone: "Expired",
};

export function RecentList() {
  const { trips, isAvailable, remove } = useRecentTrips();
  return (
    <section class="recent needs-script" id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title" tabIndex={-1}>Your trips</h2>
      {trips.length === 0
        ? (
          <p class="quiet">
            {isAvailable
              ? "Trips that you plan in this browser appear here."
              : "Your browser blocks storage, so trips can't be listed here. Save their links."}
          </p>
        )
        : (
          <ul class="rows">
            {trips.map((trip, index) => (
              <Row
                key={trip.id}
                trip={trip}
                onRemove={() => {
                  // The focused button is removed, so the focus moves to its neighbor.
                  const next = trips[index + 1] ?? trips[index - 1];
                  focusOn(next ? removeButtonId(next.id) : "recent-title");
                  remove(trip.id);
                }}
              />
            ))}
          </ul>
        )}
    </section>
  );
}

function removeButtonId(id: string): string {
  return `remove-${id}`;
}

function Row({ trip, onRemove }: { trip: RecentTrip; onRemove: () => void }) {
  const words = useWords();
  const { id, wish, status, createdAt } = trip;
  const extent = durationLabel(wish, words);
  const removal = `Remove ${titleOf(wish, words)} from this list`;
  return (
    <li>
      <a href={tripUrl(id)} dir="auto">
        {titleOf(wish, words)}
        {extent && `, ${extent}`}
      </a>
      <p class="quiet">
        <span class={`status ${status}`}>
          {statuses[status]}
          {status === "gone" && hasApiKey() && ", or planned with another key"}
        </span>
        {" · "}
        <LocalTime iso={createdAt} />
      </p>
      <button
        type="button"
        class="small"
        id={removeButtonId(id)}
        onClick={onRemove}
        aria-label={removal}
        title={removal}
      >
        Remove
      </button>
    </li>
  );
}

/** Returns the list. It follows changes in other tabs, and polls trips that are in progress. */
function useRecentTrips() {
  const [trips, setTrips] = useState<RecentTrip[]>([]);
  const [isAvailable, setAvailable] = useState(true);
  const show = () => setTrips(openRecentTrips().list());
  useEffect(() => {
    const unmounted = new AbortController();
    const { signal } = unmounted;
    show();
    setAvailable(openRecentTrips().isAvailable);
    keepUpToDate({
      recent: openRecentTrips(),
      openClient,
      platform: pagePlatform(),
      onLook: show,
      signal,
    });
    addEventListener("storage", (event) => tellsOfTrips(event) && show(), { signal });
    return () => unmounted.abort();
  }, []);
  const remove = (id: string) => {
    openRecentTrips().remove(id);
    show();
  };
  return { trips, isAvailable, remove };
}
