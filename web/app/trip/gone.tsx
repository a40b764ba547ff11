/**
 * The page in place of a trip that does not exist or has expired: its copy in this browser, if there
 * is one.
 * @module
 */
import { useLayoutEffect, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import { focusOn, usePageTitle } from "../focus.ts";
import { type Copy, openCopies } from "../kept/copies.ts";
import { openRecentTrips } from "../kept/recent_trips.ts";
import { durationLabel, titleOf, type Wish } from "../wish.ts";
import { AgainForm } from "./again_form.tsx";
import { CopiedTrip } from "./copied_trip.tsx";

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
  const { kept } = words;
  const [wish, setWish] = useState<Wish | null>(null);
  const [copy, setCopy] = useState<Copy | null>(null);
  // Before the next paint, so that the title and the focus change together with the text.
  useLayoutEffect(() => {
    const recent = openRecentTrips();
    recent.markGone(state.id);
    const known = recent.list().find(({ id }) => id === state.id);
    setWish(known?.wish ?? null);
    openCopies().then((copies) => copies.get(state.id)).then(setCopy);
    if (document.activeElement === document.body) focusOn("main");
  }, [state.id]);
  // The service does not know whether an id that it cannot find ever existed.
  const existed = wasShown || wish !== null;
  usePageTitle(copy === null && existed ? kept.expiredTab : null);
  if (copy) return <CopiedTrip copy={copy} reason="gone" />;
  return (
    <main id="main" class="text" tabIndex={-1}>
      <h1>{existed ? kept.expiredTitle : kept.unknownTitle}</h1>
      <p>{existed ? kept.expired : kept.unknown}</p>
      {wish
        ? (
          <>
            <p>
              {kept.youAskedFor[0]}
              <strong dir="auto">
                {[titleOf(wish, words), durationLabel(wish, words)].filter(Boolean).join(", ")}
              </strong>
              {kept.youAskedFor[1]}
            </p>
            <AgainForm id={state.id} wish={wish} verb={kept.planAgain} best="repeat" />
          </>
        )
        : (
          <p>
            <a class="button main" href="/">{kept.planNew}</a>
          </p>
        )}
    </main>
  );
}
