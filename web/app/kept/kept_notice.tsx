/**
 * Tells on the page of a trip whether this browser has a copy of it, and saves the copy of a finished
 * plan. It takes the same space in all states, so that nothing moves.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useWords, type Words } from "../../words/words.ts";
import type { Job } from "../../client/client.ts";
import { idOf, isEnded } from "../../client/job.ts";
import { focusOn, useAwake } from "../focus.ts";
import { LocalTime } from "../local_time.tsx";
import { openChoice } from "./choice.ts";
import type { Land } from "../map/land.ts";
import { type Copy, openCopies } from "./copies.ts";
import { openRecentTrips } from "./recent_trips.ts";
import { hasWorkers } from "./shell_worker.ts";
import { useReturn } from "./use_return.ts";

/** Why the page shows a copy: no connection, the site has no such trip, or the copy is of a file. */
export type CopyReason = "offline" | "gone" | "file";

/** The copy that a page shows. */
export interface ShownCopy extends Pick<Copy, "savedAt" | "origin"> {
  reason: CopyReason;
}

export interface KeptNoticeProps {
  job: Job;
  land: Land | null;
  /** Whether the server gives the plan to callers without an API key. */
  isOpen: boolean;
  /** The copy that the page shows; `null`: it shows what the server has sent. */
  copy: ShownCopy | null;
}

/** What this browser has of the trip. */
type State =
  | "waiting"
  | "saved"
  | "full"
  | "blocked"
  | "off"
  | "site"
  | "closed"
  | "forgotten"
  | "copy";

export function KeptNotice(props: KeptNoticeProps) {
  const words = useWords();
  const { job, copy } = props;
  const { state, keep, forget } = useCopy(props);
  const isOnline = useReturn(copy?.reason === "offline" && copy.origin === "site");
  // The server does not know the browser.
  const canReadOffline = !useAwake() || hasWorkers();
  const options = { words, isOnline, canReadOffline };
  if (isEnded(job) && job.status !== "completed") return null;
  const isKept = state === "saved" || state === "copy";
  const { kept } = words;
  return (
    <section class={`kept needs-script ${copy ? "copy" : ""}`} aria-label={kept.notice}>
      {/* The longest text, unseen, takes the space of all. */}
      <div class="kept-text">
        <p aria-hidden="true">{sentence("saved", props, options)}</p>
        <p id={STATE_ID} tabIndex={-1} role={state === "waiting" ? undefined : "status"}>
          {sentence(state, props, options)}
          {state === "copy" && copy?.reason === "offline" && copy.origin === "site" && (
            <>
              {" "}
              <a href="">{kept.reload}</a>
            </>
          )}
        </p>
      </div>
      <p class="kept-actions">
        {state === "forgotten"
          ? <button type="button" class="plain" onClick={keep}>{kept.keep}</button>
          : (
            <button
              type="button"
              class="plain"
              aria-disabled={!isKept}
              onClick={() => isKept && forget()}
            >
              {kept.forgetTrip}
            </button>
          )}
      </p>
    </section>
  );
}

/** The button that had the focus is replaced by another one. */
const STATE_ID = "kept-state";

/** Returns what this browser has of a trip, and what changes it. */
function useCopy({ job, land, isOpen, copy }: KeptNoticeProps) {
  const [state, setState] = useState<State>(copy ? "copy" : isOpen ? "waiting" : "closed");
  const id = idOf(job);

  async function save(): Promise<void> {
    const copies = await openCopies();
    const { savedAt, origin } = copy ?? { savedAt: new Date().toISOString(), origin: "site" };
    const saved = await copies.put({ id, job, land, savedAt, origin });
    setState(saved !== "saved" ? saved : copy ? "copy" : "saved");
  }

  useEffect(() => {
    if (copy || !isOpen) return;
    const choice = openChoice();
    // Before the plan is ready, too: the page promises no copy that it will not save.
    if (choice.current !== "on") return setState(choice.current);
    if (job.status !== "completed") return;
    if (choice.isForgotten(id)) setState("forgotten");
    else save();
  }, [job, land]);

  async function keep(): Promise<void> {
    openChoice().allow(id);
    focusOn(STATE_ID);
    if (!copy) openRecentTrips().put(job);
    await save();
  }

  async function forget(): Promise<void> {
    openChoice().forget(id, job.expiresAt);
    openRecentTrips().remove(id);
    focusOn(STATE_ID);
    setState("forgotten");
    await (await openCopies()).forget(id);
  }

  return { state, keep, forget };
}

interface SentenceOptions {
  words: Words;
  /** Whether a page that was offline has its connection again. */
  isOnline: boolean;
  /** Whether the browser can show copies without a connection. */
  canReadOffline: boolean;
}

function sentence(
  state: State,
  { copy }: KeptNoticeProps,
  { words: { kept }, isOnline, canReadOffline }: SentenceOptions,
): ComponentChildren {
  switch (state) {
    case "waiting":
      return kept.willSave;
    case "saved":
      return canReadOffline ? kept.saved : kept.savedOnlineOnly;
    case "copy":
      return withTime(copyText(copy!, { kept, isOnline }), copy!.savedAt);
    case "forgotten":
      return kept.forgottenHere;
    case "site":
      return kept.siteKeepsNone;
    default:
      return kept[state];
  }
}

function copyText(
  { origin, reason }: ShownCopy,
  { kept, isOnline }: { kept: Words["kept"]; isOnline: boolean },
): readonly string[] {
  if (origin === "file") return kept.fileCopy;
  if (reason === "gone") return kept.goneCopy;
  return isOnline ? kept.backOnline : kept.offlineCopy;
}

function withTime([before, after]: readonly string[], iso: string): ComponentChildren {
  return (
    <>
      {before}
      <LocalTime iso={iso} />
      {after}
    </>
  );
}
