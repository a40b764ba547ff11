/**
 * The form for a new API key.
 * @module
 */
import { keyScopes } from "../../../lib/api_key.ts";

/** The fields of the form as they were sent. */
export type FormValues = Partial<Record<string, string>>;

/** After how many days a key may end by itself. */
export const lifetimes = [7, 30, 90, 365];

/** The scopes of most keys. */
const COMMON: readonly string[] = ["make", "read"];

interface KeyFormProps {
  values: FormValues;
  /** What is wrong with the values. */
  error: string | undefined;
  /** Whether the key closes a service that callers can use without a key. */
  closes: boolean;
}

/** The form for a new key. */
export function KeyForm({ values, error, closes }: KeyFormProps) {
  return (
    <form class="card" method="post" action="/admin/keys" aria-labelledby="new-key">
      <h2 id="new-key">Make a key</h2>
      {error && <p class="notice bad" id="error" role="alert">{error}</p>}
      {closes && <ClosingWarning />}
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        required
        maxlength={64}
        autocomplete="off"
        value={values.name}
        aria-describedby={error ? "error" : undefined}
      />
      <Scopes values={values} />
      <Limits values={values} />
      <div>
        <button type="submit" class="main">Make the key</button>
      </div>
    </form>
  );
}

function ClosingWarning() {
  return (
    <p class="notice warm">
      Callers can use this service without a key now. The first key closes it: within a second, all
      instances refuse callers without a key. Visitors of the web app then need a key too. The
      service stays closed when the last key ends, until an operator opens it on this page.
    </p>
  );
}

function Scopes({ values }: { values: FormValues }) {
  const isNew = Object.keys(values).length === 0;
  return (
    <fieldset>
      <legend>Scopes</legend>
      <ul>
        {Object.entries(keyScopes).map(([scope, what]) => (
          <li key={scope}>
            <label class="choice">
              <input
                type="checkbox"
                name={scope}
                checked={isNew ? COMMON.includes(scope) : values[scope] !== undefined}
              />
              <span>
                <code>{scope}</code>: {what}
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function Limits({ values: { dailyJobs, dailyCostUsd, days } }: { values: FormValues }) {
  return (
    <div class="filters">
      <label>
        Jobs per day
        <input
          name="dailyJobs"
          type="number"
          min={1}
          max={1_000_000}
          value={dailyJobs}
          placeholder="no own limit"
        />
      </label>
      <label>
        US dollars per day
        <input
          name="dailyCostUsd"
          type="number"
          min={0.01}
          max={1_000_000}
          step="any"
          value={dailyCostUsd}
          placeholder="no limit"
        />
      </label>
      <label>
        Ends
        <select name="days">
          <option value="">never</option>
          {lifetimes.map((lifetime) => (
            <option key={lifetime} value={lifetime} selected={String(lifetime) === days}>
              after {lifetime} days
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
