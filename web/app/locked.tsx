/**
 * A trip that only those may see who have the service's key.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { kindNames } from "../../jobs/kinds/contracts.ts";
import { isGone } from "../client/errors.ts";
import { jobIdOf } from "../client/job.ts";
import { hasApiKey, keepApiKey } from "./api_key.ts";
import { type Job, type TripClient, TripError } from "../client/client.ts";
import { focusOn } from "./focus.ts";
import { keyError, KeyField, keyIn, keyInput, KeyNotice, REFUSED } from "./key_field.tsx";
import { openClient } from "./session.ts";
import { TripPage } from "./trip.tsx";

export interface LockedState {
  page: "locked";
  /** As the address says. */
  id: string;
}

/** What a look with a key has come to, if there is no job to show. */
const outcomes = {
  none: null,
  missing: "There is no such trip for this key, or it has expired.",
  lost: "The service cannot be reached at the moment.",
};

export function LockedPage({ state: { id } }: { state: LockedState }) {
  const [found, setFound] = useState<Job | keyof typeof outcomes>("none");
  const [wrongKey, setWrongKey] = useState<string | null>(null);

  /** @param apiKey one that was just given; unset, the tab's */
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
  // The form that had the focus is gone.
  useEffect(() => isFound ? focusOn("main") : undefined, [isFound]);

  if (isFound) {
    // How old it is, its progress tells: the clock of this machine may be wrong.
    return <TripPage state={{ page: "trip", job: found, ageMs: 0, isOpen: false }} />;
  }
  return (
    <main id="main" class="text">
      <h1>This trip needs a key</h1>
      <p>This service is only open to those with an API key.</p>
      {outcomes[found] && <p class="notice" role="alert">{outcomes[found]}</p>}
      <form class="wish needs-script" onSubmit={open}>
        <KeyField id="key" error={wrongKey} hint="The one that the trip was made with" />
        <button type="submit" class="main">Show the trip</button>
      </form>
      <KeyNotice />
    </main>
  );
}

/**
 * The job that has this id, of whatever kind.
 *
 * @throws {TripError} if no kind has such a job, or the service does not answer
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
