/**
 * Sends changes of a plan to the service.
 * @module
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { randomKey } from "../../client/client_token.ts";
import type { Job } from "../../client/job.ts";
import type { Refusal } from "../refusal.ts";
import { changeTrip, refusalOf } from "../session.ts";
import type { Change } from "./plan_shape.ts";

/** The longest time that a browser may take to leave the page. */
const LEAVING_MS = 15_000;

/** Returns a function that sends a change and opens the new version, and the state of sending. */
export function useChange(job: Job) {
  /** The change that is being sent, as JSON. */
  const [sending, setSending] = useState<string | null>(null);
  const [refused, setRefused] = useState<{ refusal: Refusal; isText: boolean } | null>(null);
  const keys = useRef(new Map<string, string>());

  useEffect(() => {
    // A page that the browser restores from its back/forward cache is no longer sending.
    const wake = () => setSending(null);
    addEventListener("pageshow", wake);
    return () => removeEventListener("pageshow", wake);
  }, []);

  async function send(change: Change): Promise<void> {
    if (sending !== null) return;
    const name = JSON.stringify(change);
    // The answer to the first attempt may have been lost. The same key prevents a second version.
    const idempotencyKey = keys.current.get(name) ?? randomKey();
    keys.current.set(name, idempotencyKey);
    setSending(name);
    setRefused(null);
    try {
      await changeTrip(job, change, { idempotencyKey });
      keys.current.delete(name);
      setTimeout(() => setSending(null), LEAVING_MS);
    } catch (error) {
      setSending(null);
      setRefused({ refusal: refusalOf(error), isText: "instruction" in change });
    }
  }

  return { send, sending, refused, forgetRefusal: () => setRefused(null) };
}

export type ChangeSending = ReturnType<typeof useChange>;
