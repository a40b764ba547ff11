/**
 * There is no such trip any more.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { AgainForm } from "./again_form.tsx";
import { focusOn, pageTitle } from "./focus.ts";
import { openRecentTrips } from "./recent_trips.ts";
import { durationLabel, titleOf, type Wish } from "./wish.ts";

export interface GoneState {
  page: "gone";
  /** As the address says. */
  id: string;
}

export function GonePage({ state }: { state: GoneState }) {
  const [wish, setWish] = useState<Wish | null>(null);
  useEffect(() => {
    const recent = openRecentTrips();
    recent.markGone(state.id);
    setWish(recent.list().find(({ id }) => id === state.id)?.wish ?? null);
    // It may have taken the place of a trip that was looked at.
    document.title = pageTitle("Expired");
    if (document.activeElement === document.body) focusOn("main");
  }, [state.id]);
  return (
    <main id="main" class="text" tabIndex={-1}>
      <p class="quiet">Expired</p>
      <h1>This trip has expired</h1>
      <p>
        Plans are kept for a limited time, and there is none here any more. If you have got the link
        from somebody, perhaps they have saved the plan, or the link has lost its end on the way.
      </p>
      {wish
        ? (
          <>
            <p>
              You had wished for{" "}
              <strong dir="auto">
                {[titleOf(wish), durationLabel(wish)].filter(Boolean).join(", ")}
              </strong>.
            </p>
            <AgainForm id={state.id} wish={wish} verb="Make it again" best="repeat" />
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
