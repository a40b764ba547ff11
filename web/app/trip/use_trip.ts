/**
 * The state of a trip while its page is open.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { useWords } from "../../words/words.ts";
import type { Connection, Job, TripError } from "../../client/client.ts";
import { isGone } from "../../client/errors.ts";
import { idOf, isEnded } from "../../client/job.ts";
import { hasApiKey } from "../api_key.ts";
import { focusOn } from "../focus.ts";
import { openChoice } from "../kept/choice.ts";
import { openRecentTrips } from "../kept/recent_trips.ts";
import { openClient } from "../session.ts";

/**
 * Watches a job. Returns its current state and what stops the page from watching it.
 *
 * @param options.isCopy whether the browser has it from a copy: then nothing changes it
 */
export function useTrip(first: Job, { isCopy = false } = {}) {
  const { kept } = useWords();
  const [job, setJob] = useState(first);
  const [connection, setConnection] = useState<Connection>("polling");
  const [hasExpired, setExpired] = useState(false);
  const [fault, setFault] = useState<string | null>(null);

  function show(job: Job): void {
    // The dock is removed together with the element that has the focus.
    if (isEnded(job) && document.activeElement?.closest(".dock")) focusOn("main");
    setJob(job);
    openRecentTrips().update(job);
  }

  useEffect(() => {
    if (isCopy) return;
    if (!openChoice().isForgotten(idOf(first))) openRecentTrips().put(first);
    if (first.status !== "processing") return;
    const unmounted = new AbortController();
    const follow = async (): Promise<void> => {
      const hadKey = hasApiKey();
      try {
        await openClient().watch(first, {
          signal: unmounted.signal,
          onProgress: show,
          onConnection: setConnection,
        });
      } catch (error) {
        if (unmounted.signal.aborted) return;
        // The client has dropped a key that was refused. The trip may be readable without one.
        if (hadKey && !hasApiKey()) return await follow();
        if (isGone(error)) return setExpired(true);
        const isLocked = (error as TripError).code === "unauthorized";
        setFault(isLocked ? kept.noUpdatesWithoutKey : kept.noUpdates);
      }
    };
    follow();
    return () => unmounted.abort();
  }, [first]);

  return { job, connection, hasExpired, fault, end: show };
}
