/**
 * The page of a trip that requires an API key.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { kindNames } from "../../jobs/kinds/contracts.ts";
import { isGone } from "../client/errors.ts";
import { jobIdOf } from "../client/job.ts";
import { hasApiKey, keepApiKey } from "./api_key.ts";
import { type Job, type TripClient, TripError } from "../client/client.ts";
import { focusOn } from "./focus.ts";
import { useWords } from "../words/words.ts";
import {
  keyError,
  type KeyFault,
  KeyField,
  keyIn,
  keyInput,
  KeyNotice,
  REFUSED,
} from "./key_field.tsx";
import { openClient } from "./session.ts";
import { TripPage } from "./trip/trip.tsx";

export interface LockedState {
  page: "locked";
  /** The id in the address. */
  id: string;
}

/** Whether a lookup has failed: it found no job, or the service did not respond. */
type Lookup = "none" | "missing" | "lost";

export function LockedPage({ state: { id } }: { state: LockedState }) {
  const words = useWords().locked;
  const [found, setFound] = useState<Job | Lookup>("none");
  const [wrongKey, setWrongKey] = useState<KeyFault | null>(null);

  /** @param apiKey the key that was just entered; unset: the key of the tab */
  async function look(apiKey?: string): Promise<void> {
    const client = openClient(apiKey);
    try {
      const job = await findJob(client, id);
      if (apiKey !== undefined) keepApiKey(apiKey);
      setFound(job);
    } catch (error) {
      const isRefused = error instanceof TripError && error.code === "unauthorized";
      if (isRefused) setWrongKey(REFUSED);
      setFound(isRefused ? "none" : isGone(error) ? "missing" : "lost");
    }
  }

  function open(event: SubmitEvent): void {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const apiKey = keyIn(form);
    const faultyKey = keyError(apiKey);
    setWrongKey(faultyKey);
    if (faultyKey) keyInput(form).focus();
    else look(apiKey);
  }

  useEffect(() => {
    if (hasApiKey()) look();
  }, [id]);

  const isFound = typeof found === "object";
  // The form that had the focus has been removed.
  useEffect(() => isFound ? focusOn("main") : undefined, [isFound]);

  if (isFound) {
    // The progress tells the age of the job; the clock of this machine may be wrong.
    const state = { page: "trip", job: found, ageMs: 0, isOpen: false, isOwn: true } as const;
    return <TripPage state={state} />;
  }
  return (
    <main id="main" class="text">
      <h1>{words.title}</h1>
      <p>{words.text}</p>
      {found !== "none" && <p class="notice" role="alert">{words[found]}</p>}
      <form class="wish needs-script" onSubmit={open}>
        <KeyField id="key" error={wrongKey} hint={words.hint} />
        <button type="submit" class="main">{words.open}</button>
      </form>
      <KeyNotice />
      <p class="quiet">{words.noKey}</p>
    </main>
  );
}

/**
 * Finds the job with this id among all kinds.
 *
 * @throws {TripError} if no kind has such a job, or the service does not respond
 */
async function findJob(client: TripClient, id: string): Promise<Job> {
  let gone: unknown;
  for (const kind of kindNames) {
    try {
      return await client.get(jobIdOf(kind, id));
    } catch (error) {
      if (!isGone(error)) throw error;
      gone = error;
    }
  }
  throw gone;
}
