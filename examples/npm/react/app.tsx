import { type FormEvent, useState } from "react";
import { createTripClient } from "tripwright-client";
import { useTrip } from "tripwright-client/react";

const service = new URLSearchParams(location.search).get("service") ?? "http://localhost:8000";
const trips = createTripClient({ baseUrl: service });

type Id = { jobId: string };

/** A form, and the trip that it has planned. */
export function App() {
  const [id, setId] = useState<Id | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function plan(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    try {
      setRefusal(null);
      setId(
        await trips.createItinerary({
          destination: String(fields.get("destination")),
          durationDays: Number(fields.get("days")),
        }),
      );
    } catch (error) {
      setRefusal((error as Error).message);
    }
  }

  return (
    <>
      <form onSubmit={plan}>
        <label>
          Destination <input name="destination" required />
        </label>
        <label>
          Days <input name="days" type="number" defaultValue={3} />
        </label>
        <button type="submit">Plan</button>
      </form>
      {refusal && <p role="alert">{refusal}</p>}
      {id && <Trip id={id} onChange={setId} />}
      {id && <button type="button" onClick={() => setId(null)}>Close</button>}
    </>
  );
}

/** The days of a trip, as they are written. */
function Trip({ id, onChange }: { id: Id; onChange: (id: Id) => void }) {
  const { job, status, parts, connection, error, cancel, refine } = useTrip(id, { client: trips });
  if (error) return <p role="alert">{error.message}</p>;
  return (
    <section aria-busy={status === "processing"} data-connection={connection}>
      <h1>{job?.destination ?? "…"}</h1>
      <p role="status">{job?.progress?.message ?? status}</p>
      <ol>{parts.map(({ day, theme }) => <li key={day}>{theme}</li>)}</ol>
      {status === "processing" && <button type="button" onClick={cancel}>Stop</button>}
      {status === "completed" && (
        <button type="button" onClick={async () => onChange(await refine({ day: 1 }))}>
          Another first day
        </button>
      )}
    </section>
  );
}
