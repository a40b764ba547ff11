/**
 * The rows of the list of trips: the trips that this browser knows, and the copies that it has.
 * @module
 */
import type { Words } from "../../words/words.ts";
import { durationLabel, titleOf } from "../wish.ts";
import type { CopySummary } from "./copies.ts";
import { copyUrl } from "./copy_url.ts";
import type { RecentTrip } from "./recent_trips.ts";

/** `copy`: only this browser has the trip. */
export type RowStatus = RecentTrip["status"] | "copy";

export interface TripRow {
  id: string;
  url: string;
  title: string;
  /** The extent of the plan, such as `3 days`; `null`: not known. */
  extent: string | null;
  status: RowStatus;
  /** ISO 8601. */
  createdAt: string;
  copy: CopySummary | null;
}

/**
 * Returns the rows, newest first. A trip that the service no longer has stays in the list as long as
 * there is a copy, however old it is.
 */
export function tripRows(
  trips: readonly RecentTrip[],
  copies: readonly CopySummary[],
  words: Words,
): TripRow[] {
  const copyOf = new Map(
    copies.filter((copy) => isReadable(copy, words)).map((copy) => [copy.id, copy]),
  );
  const known = trips.map(({ id, wish, status, createdAt }): TripRow => {
    const copy = copyOf.get(id) ?? null;
    copyOf.delete(id);
    return {
      id,
      url: `/trips/${id}`,
      title: titleOf(wish, words),
      extent: durationLabel(wish, words),
      status: copy && status === "gone" ? "copy" : status,
      createdAt,
      copy,
    };
  });
  const others = [...copyOf.values()].map((copy): TripRow => ({
    id: copy.id,
    url: copyUrl(copy),
    title: copy.wish ? titleOf(copy.wish, words) : copy.title,
    extent: copy.wish && durationLabel(copy.wish, words),
    status: "copy",
    createdAt: copy.createdAt,
    copy,
  }));
  return [...known, ...others].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}

/** Returns whether a stored summary can be shown. Another version of the app may have written it. */
function isReadable({ id, title, createdAt, wish }: CopySummary, words: Words): boolean {
  try {
    const label = wish && durationLabel(wish, words);
    return typeof title === "string" && /^[\w-]+$/.test(id) && Date.parse(createdAt) > 0 &&
      (label === null || typeof label === "string");
  } catch {
    return false;
  }
}
