/**
 * The button that stops the planning of a trip. It asks first: in a dialog, or where no script runs
 * on a page of its own.
 * @module
 */
import { useRef, useState } from "preact/hooks";
import type { Job } from "../../client/client.ts";
import { idOf } from "../../client/job.ts";
import { useWords } from "../../words/words.ts";
import { describeStopRefusal } from "../refusal.ts";
import { openClient, refusalOf, tripUrl } from "../session.ts";

export interface StopFormProps {
  job: Job;
  onEnded: (job: Job) => void;
  /** Called with a sentence if the job was not canceled, and with `null` before each attempt. */
  onRefused: (sentence: string | null) => void;
}

export function StopForm({ job, onEnded, onRefused }: StopFormProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isSending, setSending] = useState(false);
  const { stop, stopping, stopTitle, stopYes, stopNo } = words.waiting;
  const close = () => dialog.current?.close();

  function ask(event: SubmitEvent): void {
    // A browser without dialogs opens the page that asks.
    if (!dialog.current?.showModal) return;
    event.preventDefault();
    if (!isSending) dialog.current.showModal();
  }

  async function send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    close();
    setSending(true);
    onRefused(null);
    try {
      onEnded(await openClient().cancel(job));
    } catch (error) {
      onRefused(describeStopRefusal(refusalOf(error), words));
    } finally {
      setSending(false);
    }
  }

  return (
    <div class="stop">
      <form method="get" action={`${tripUrl(idOf(job))}/cancel`} onSubmit={ask}>
        <button type="submit" aria-haspopup="dialog" aria-disabled={isSending}>
          {isSending ? stopping : stop}
        </button>
      </form>
      <dialog
        ref={dialog}
        aria-labelledby="stop-title"
        aria-describedby="stop-text"
        onClick={({ target }) => target === dialog.current && close()}
      >
        <form method="dialog" onSubmit={send}>
          <h2 id="stop-title">{stopTitle}</h2>
          <p id="stop-text">
            <WhatStays job={job} />
          </p>
          <p class="answers">
            <button type="submit" class="main">{stopYes}</button>
            <button type="button" autofocus onClick={close}>{stopNo}</button>
          </p>
        </form>
      </dialog>
    </div>
  );
}

/** Tells what the traveler keeps after the planning is stopped. */
export function WhatStays({ job }: { job: Job }) {
  const { stopNothing, stopKeeps } = useWords().waiting;
  return <>{job.partial?.length ? stopKeeps : stopNothing}</>;
}
