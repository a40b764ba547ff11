/**
 * Tells when the site can be reached again. The event `online` is not enough: a network may have no
 * way to the site, and a site that is down comes back without an event.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { isReachable } from "../reachable.ts";

/** The pauses between looks double from the first to the longest. */
const FIRST_MS = 2_000;
const LONGEST_MS = 60_000;

/**
 * Returns whether the site has answered since the page was shown.
 *
 * @param isWaiting whether to look at all
 */
export function useReturn(isWaiting: boolean): boolean {
  const [isBack, setBack] = useState(false);
  useEffect(() => isWaiting && !isBack ? lookUntilBack(() => setBack(true)) : undefined, [
    isWaiting,
    isBack,
  ]);
  return isBack;
}

/** Looks again and again, at once when the browser is online or the page is shown. Returns what stops it. */
function lookUntilBack(onBack: () => void): () => void {
  const unmounted = new AbortController();
  const { signal } = unmounted;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waitMs = FIRST_MS;

  function plan(): void {
    clearTimeout(timer);
    timer = setTimeout(look, waitMs);
  }

  async function look(): Promise<void> {
    clearTimeout(timer);
    // A hidden page looks when it is shown.
    if (document.hidden) return;
    const isBack = await isReachable(signal);
    if (signal.aborted) return;
    if (isBack) return onBack();
    waitMs = Math.min(2 * waitMs, LONGEST_MS);
    plan();
  }

  addEventListener("online", look, { signal });
  document.addEventListener("visibilitychange", look, { signal });
  plan();
  return () => {
    clearTimeout(timer);
    unmounted.abort();
  };
}
