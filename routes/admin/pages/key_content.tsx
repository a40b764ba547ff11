/**
 * What the page of API keys shows: who needs a key, the keys, and the secrets of a new key.
 * @module
 */
import type { KeyLine, KeyLines, NewKeyAnswer } from "../api/keys.ts";
import { ownerUrl } from "./job_parts.tsx";
import { Confirm } from "./layout.tsx";
import { Time } from "./values.tsx";

/** Says who needs a key. */
export function KeyAccess({ keys, callersNeedKeys, configuredKeys }: KeyLines) {
  const canOpen = callersNeedKeys && configuredKeys === 0 &&
    !keys.some(({ state }) => state === "valid");
  return (
    <section class="card" aria-labelledby="access">
      <h2 id="access">Who needs a key</h2>
      <p>
        {callersNeedKeys
          ? "Callers need a key. The service refuses all others."
          : "Callers need no key. Each caller can create jobs."}
        {configuredKeys > 0 &&
          ` API_KEYS has ${configuredKeys} more, which this list does not show.`}
      </p>
      {canOpen && (
        <Confirm
          id="open-service"
          action="/admin/keys/open-service"
          label="Open the service"
          question="No key is valid. From now on, callers without a key can create jobs, which may
            cost money. The next key closes the service again."
          confirm="Let callers without a key in"
        />
      )}
    </section>
  );
}

/** The keys, newest first. */
export function KeyTable({ keys }: Pick<KeyLines, "keys">) {
  if (keys.length === 0) return <p class="card empty">No operator has made a key yet.</p>;
  return (
    <section class="card" aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <table class="data">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">State</th>
            <th scope="col">Scopes</th>
            <th scope="col">Limits per day</th>
            <th scope="col">Last used</th>
            <th scope="col">Made</th>
            <th scope="col">
              <span class="unseen">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => <KeyRow key={key.id} line={key} />)}
        </tbody>
      </table>
    </section>
  );
}

function KeyRow({ line }: { line: KeyLine }) {
  const { id, name, owner, start, state, scopes, lastUsedAt, createdAt, createdBy } = line;
  return (
    <tr>
      <td data-label="Name">
        <div>
          {name} <code class="quiet">{start}…</code>{" "}
          <a href={ownerUrl(owner)} aria-label={`Jobs of ${name}`}>Jobs</a>
        </div>
      </td>
      <td data-label="State">
        <div>
          <span class={`state ${state === "valid" ? "good" : "bad"}`}>{state}</span>{" "}
          <End {...line} />
        </div>
      </td>
      <td data-label="Scopes">{scopes.join(", ")}</td>
      <td data-label="Limits per day">{limitsOf(line)}</td>
      <td data-label="Last used">
        {lastUsedAt === null ? "never" : <Time iso={lastUsedAt} />}
      </td>
      <td data-label="Made">
        <div>
          <Time iso={createdAt} /> by {createdBy}
        </div>
      </td>
      <td data-label="Action">
        {state === "valid" && (
          <Confirm
            id={`revoke-${id}`}
            action={`/admin/keys/${id}/revoke`}
            label="Revoke"
            question={`All instances refuse the key ${name} within a second, and end its event
              streams. Its jobs go on. A revoked key cannot be made valid again.`}
            confirm="Revoke the key"
          />
        )}
      </td>
    </tr>
  );
}

/** When the key ended, or will end. */
function End({ state, expiresAt, revokedAt }: KeyLine) {
  if (revokedAt !== null) return <Time iso={revokedAt} />;
  if (expiresAt === null) return null;
  return (
    <span class="quiet">
      {state === "valid" && "until "}
      <Time iso={expiresAt} />
    </span>
  );
}

function limitsOf({ dailyJobs, dailyCostUsd }: KeyLine): string {
  const limits = [
    dailyJobs === null ? null : `${dailyJobs.toLocaleString("en-US")} jobs`,
    dailyCostUsd === null ? null : `$${dailyCostUsd.toLocaleString("en-US")}`,
  ].filter((limit) => limit !== null);
  return limits.length > 0 ? limits.join(", ") : "none of its own";
}

/** The secrets of a new key. */
export function NewSecrets({ key, secret, signingSecret, closesService }: NewKeyAnswer) {
  return (
    <section class="card" aria-labelledby="secret-title">
      <h2 id="secret-title">{key.name}</h2>
      <p class="notice warm">
        Copy the key now. The service does not store it, so this is the only time that it is shown.
      </p>
      {closesService && (
        <p class="notice warm">This key has closed the service: callers need a key now.</p>
      )}
      <Secret id="secret" title="Key" copy="Copy the key" text={secret} />
      <Secret
        id="signing-secret"
        title="Secret that verifies callbacks"
        copy="Copy the secret"
        text={signingSecret}
      />
      <div>
        <a class="button" href="/admin/keys">I have copied the key</a>
      </div>
    </section>
  );
}

interface SecretProps {
  id: string;
  title: string;
  /** The text of the button. */
  copy: string;
  text: string;
}

function Secret({ id, title, copy, text }: SecretProps) {
  return (
    <div class="secret">
      <h3>{title}</h3>
      <pre id={id} tabindex={0}>{text}</pre>
      <button type="button" class="needs-script" data-copy={id}>{copy}</button>
    </div>
  );
}
