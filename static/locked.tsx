/**
 * A trip that only those may see who have the service's key.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { type Job, TripError } from "./client.ts";
import { GonePage } from "./gone.tsx";
import { openClient, rememberApiKey } from "./session.ts";
import { TripPage } from "./trip.tsx";

export interface LockedState {
  page: "locked";
  /** As the address says. */
  id: string;
}

export function LockedPage({ state: { id } }: { state: LockedState }) {
  const [found, setFound] = useState<Job | "locked" | "gone" | "lost">("locked");

  async function look(): Promise<void> {
    const client = openClient();
    try {
      setFound(await client.get({ jobId: id }).catch(() => client.get({ generationId: id })));
    } catch (error) {
      const status = error instanceof TripError ? error.status : 0;
      setFound(status === 404 ? "gone" : status === 401 ? "locked" : "lost");
    }
  }

  function open(event: SubmitEvent): void {
    event.preventDefault();
    const key = new FormData(event.currentTarget as HTMLFormElement).get("apiKey");
    rememberApiKey(String(key));
    look();
  }

  useEffect(() => {
    look();
  }, [id]);

  if (found === "gone") return <GonePage state={{ page: "gone", id }} />;
  if (typeof found === "object") {
    const ageMs = Math.max(0, Date.now() - Date.parse(found.createdAt));
    return <TripPage state={{ page: "trip", job: found, ageMs, isOpen: false }} />;
  }
  return (
    <main id="main" class="text">
      <h1>This trip needs a key</h1>
      <p>This service is only open to those with an API key.</p>
      {found === "lost" && <p class="notice">The service cannot be reached at the moment.</p>}
      <form class="wish needs-script" onSubmit={open}>
        <div class="field">
          <label for="key">API key</label>
          <input type="password" id="key" name="apiKey" required autocomplete="off" />
        </div>
        <button type="submit" class="main">Show the trip</button>
      </form>
    </main>
  );
}
