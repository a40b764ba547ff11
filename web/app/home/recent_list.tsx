/**
 * The list of the trips in this browser, with their status and their copies.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords, type Words } from "../../words/words.ts";
import { pagePlatform } from "../../client/requests.ts";
import { hasApiKey } from "../api_key.ts";
import { focusOn } from "../focus.ts";
import { openChoice } from "../kept/choice.ts";
import { type Copy, openCopies } from "../kept/copies.ts";
import { KeepSwitch } from "../kept/keep_switch.tsx";
import { OpenFile } from "../kept/open_file.tsx";
import { openRecentTrips, type RecentTrip, tellsOfTrips } from "../kept/recent_trips.ts";
import { type TripRow, tripRows } from "../kept/trip_rows.ts";
import { LocalTime } from "../local_time.tsx";
import { openClient } from "../session.ts";
import { keepUpToDate } from "./recent_updates.ts";

export interface RecentListProps {
  /** Whether there is no connection: then the list has only the trips with a copy. */
  isOffline?: boolean;
}

export function RecentList({ isOffline = false }: RecentListProps) {
  const { kept } = useWords();
  const { rows, isAvailable, show, forget, forgotten, undo } = useTrips(isOffline);
  return (
    <section class="recent needs-script" id="recent" aria-labelledby="recent-title">
      <h2 id="recent-title" tabIndex={-1}>{kept.yourTrips}</h2>
      {rows.length === 0
        ? <p class="quiet">{emptyText(kept, { isAvailable, isOffline })}</p>
        : (
          <ul class="rows">
            {rows.map((row, index) => (
              <Row
                key={row.id}
                row={row}
                onForget={() => {
                  // The focused button is removed, so the focus moves to its neighbor.
                  const next = rows[index + 1] ?? rows[index - 1];
                  focusOn(next ? forgetButtonId(next.id) : "recent-title");
                  forget(row);
                }}
              />
            ))}
          </ul>
        )}
      <p role="status">
        {forgotten && (
          <>
            <span dir="auto">{kept.forgotten(forgotten.row.title)}</span>{" "}
            <button type="button" class="small" onClick={undo}>{kept.undo}</button>
          </>
        )}
      </p>
      {isAvailable && <OpenFile />}
      <KeepSwitch count={rows.length} onForgotten={show} />
    </section>
  );
}

function emptyText(
  kept: Words["kept"],
  { isAvailable, isOffline }: { isAvailable: boolean; isOffline: boolean },
): string {
  if (!isAvailable) return kept.noStorage;
  return isOffline ? kept.offlineNoList : kept.noTrips;
}

function forgetButtonId(id: string): string {
  return `forget-${id}`;
}

function Row({ row, onForget }: { row: TripRow; onForget: () => void }) {
  const { kept } = useWords();
  const { id, url, title, extent, status, createdAt, copy } = row;
  const copyMark = copy?.origin === "file" ? kept.fileMark : kept.copyMark;
  const isOnlyCopy = status === "copy";
  return (
    <li>
      <a href={url} dir="auto">
        {title}
        {extent && `, ${extent}`}
      </a>
      <p class="quiet">
        <span class={`status ${status}`}>
          {isOnlyCopy ? copyMark : kept.statuses[status]}
          {status === "gone" && hasApiKey() && `, ${kept.otherKey}`}
        </span>
        {copy && !isOnlyCopy && ` · ${copyMark}`}
        {" · "}
        <LocalTime iso={createdAt} />
      </p>
      <button
        type="button"
        class="small"
        id={forgetButtonId(id)}
        onClick={onForget}
        aria-label={kept.forgetNamed(title)}
        title={kept.forgetNamed(title)}
      >
        {kept.forget}
      </button>
    </li>
  );
}

/** What Undo brings back. */
interface Forgotten {
  row: TripRow;
  trip: RecentTrip | undefined;
  copy: Copy | null;
}

/** Returns the list. It follows changes in other tabs, and polls trips that are in progress. */
function useTrips(isOffline: boolean) {
  const words = useWords();
  const [rows, setRows] = useState<TripRow[]>([]);
  const [isAvailable, setAvailable] = useState(true);
  const [forgotten, setForgotten] = useState<Forgotten | null>(null);

  async function show(): Promise<void> {
    const copies = await (await openCopies()).list();
    const all = tripRows(openRecentTrips().list(), copies, words);
    setRows(isOffline ? all.filter(({ copy }) => copy !== null) : all);
  }

  useEffect(() => {
    const unmounted = new AbortController();
    const { signal } = unmounted;
    show();
    setAvailable(openRecentTrips().isAvailable);
    if (!isOffline) {
      keepUpToDate({
        recent: openRecentTrips(),
        openClient,
        platform: pagePlatform(),
        onLook: show,
        signal,
      });
    }
    addEventListener("storage", (event) => tellsOfTrips(event) && show(), { signal });
    // Another page may have saved a copy meanwhile.
    addEventListener("pageshow", show, { signal });
    return () => unmounted.abort();
  }, []);

  async function forget(row: TripRow): Promise<void> {
    // At once, so that the focus cannot move to a row that is about to disappear.
    setRows((rows) => rows.filter(({ id }) => id !== row.id));
    const [copies, recent] = [await openCopies(), openRecentTrips()];
    const copy = row.copy && await copies.get(row.id);
    setForgotten({ row, copy, trip: recent.list().find(({ id }) => id === row.id) });
    if (row.copy) openChoice().forget(row.id, row.copy.expiresAt);
    recent.remove(row.id);
    await copies.forget(row.id);
    await show();
  }

  async function undo(): Promise<void> {
    if (forgotten === null) return;
    const { row, trip, copy } = forgotten;
    openChoice().allow(row.id);
    if (trip) openRecentTrips().restore(trip);
    if (copy) await (await openCopies()).put(copy);
    setForgotten(null);
    await show();
    focusOn("recent-title");
  }

  return { rows, isAvailable, show, forget, forgotten, undo };
}
