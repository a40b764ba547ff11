/**
 * The page in place of a trip that does not exist or has expired.
 * @module
 */
import { useLayoutEffect, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { AgainForm } from "./again_form.tsx";
import { focusOn, usePageTitle } from "../focus.ts";
import { openRecentTrips } from "../kept/recent_trips.ts";
import { durationLabel, titleOf, type Wish } from "../wish.ts";

export interface GoneState {
  page: "gone";
  /** The id in the address. */
  id: string;
}

interface GoneProps {
  state: GoneState;
  /** Whether this page showed the trip before. */
  wasShown?: boolean;
}

export function GonePage({ state, wasShown = false }: GoneProps) {
  const words = useWords();
  const [wish, setWish] = useState<Wish | null>(null);
  // Before the next paint, so that the title and the focus change together with the text.
  useLayoutEffect(() => {
    const recent = openRecentTrips();
    recent.markGone(state.id);
    const known = recent.list().find(({ id }) => id === state.id);
    setWish(known?.wish ?? null);
    if (document.activeElement === document.body) focusOn("main");
  }, [state.id]);
  // The service does not know whether an id that it cannot find ever existed.
  const existed = wasShown || wish !== null;
  usePageTitle(existed ? "Expired" : null);
  return (
    <main id="main" class="text" tabIndex={-1}>
      <h1>{existed ? "This trip has expired" : "We can't find this trip"}</h1>
      <p>
        {existed
          ? "Plans are kept for a limited time, and this one has been deleted."
          : "The link may be incomplete, or the trip may have expired. Plans are kept for a " +
            "limited time. If another traveler sent you the link, ask for a copy of the plan."}
      </p>
      {wish
        ? (
          <>
            <p>
              You asked for{" "}
              <strong dir="auto">
                {[titleOf(wish, words), durationLabel(wish, words)].filter(Boolean).join(", ")}
              </strong>.
            </p>
            <AgainForm id={state.id} wish={wish} verb="Plan this trip again" best="repeat" />
          </>
        )
        : (
          <p>
            <a class="button main" href="/">Plan a new trip</a>
          </p>
        )}
    </main>
  );
}
