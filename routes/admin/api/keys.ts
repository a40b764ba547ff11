/**
 * The API keys for operators: list, make, revoke.
 * @module
 */
import { z } from "zod";
import {
  KeyRefusal,
  type ListedKey,
  type MadeKey,
  NewKey,
  type OperatorKeys,
} from "../../../jobs/operator/operator_keys.ts";
import { KeyScope } from "../../../lib/api_key.ts";
import { isoTime } from "../../../lib/clock.ts";
import { jsonPointer, ProblemError } from "../../http/problem.ts";
import type { AdminOptions } from "../admin_env.ts";
import { type Operation, operation } from "../operation.ts";

const time = z.iso.datetime();

/** The schema of a key. */
export const KeyLine = z.object({
  id: z.uuid(),
  name: z.string(),
  start: z.string().describe("The first characters of the key"),
  state: z.enum(["valid", "expired", "revoked"]),
  owner: z.string().describe("The owner of the jobs that it creates"),
  scopes: z.array(KeyScope),
  dailyJobs: z.int().nullable(),
  dailyCostUsd: z.number().nullable(),
  createdAt: time,
  createdBy: z.string().describe("The name of the operator"),
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  lastUsedAt: time.nullable().describe("About a minute late at most; `null`: never"),
}).meta({ id: "Key" });
export type KeyLine = z.output<typeof KeyLine>;

/** The schema of the list of keys. */
export const KeyLines = z.object({
  keys: z.array(KeyLine).describe("Newest first. Keys that have ended stay for 31 days"),
  callersNeedKeys: z.boolean().describe("Whether the service refuses callers without a key"),
  configuredKeys: z.int().describe("The number of keys in `API_KEYS`, which are not in the list"),
}).meta({ id: "Keys" });
export type KeyLines = z.output<typeof KeyLines>;

/** The schema of a new key with its secrets. */
export const NewKeyAnswer = z.object({
  key: KeyLine,
  secret: z.string().describe("The key itself. The service does not store it or show it again"),
  signingSecret: z.string().describe(
    "Verifies the signatures of callbacks. The holder can derive it from the key",
  ),
  closesService: z.boolean().describe(
    "Whether callers could do without a key until now. The service refuses such callers from now on",
  ),
}).meta({ id: "NewKey" });
export type NewKeyAnswer = z.output<typeof NewKeyAnswer>;

const keyPath = z.object({ id: z.uuid().toLowerCase().describe("The id of the key") });

/** Returns the operations of keys. */
export function keyOperations({ operator: { keys } }: AdminOptions): Operation[] {
  return [
    operation({
      method: "get",
      path: "/keys",
      id: "listKeys",
      summary: "List the API keys",
      answer: KeyLines,
      returns: "The keys that operators have made",
      handle: () => readKeys(keys),
    }),
    operation({
      method: "post",
      path: "/keys",
      id: "createKey",
      summary: "Make an API key",
      description:
        "Makes a key that all instances accept within a second. The first key closes a " +
        "service that callers could use without a key. It then stays closed until an operator " +
        "opens it, also without keys.",
      body: NewKey,
      answer: NewKeyAnswer,
      returns: "The key, with its secrets",
      status: 201,
      problems: ["invalid_request", "key_refused", "storage_full"],
      handle: ({ body, actor }) =>
        orRefuse(async () => presentMade(await keys.create(actor, body))),
    }),
    operation({
      method: "post",
      path: "/keys/{id}/revoke",
      id: "revokeKey",
      summary: "Revoke an API key",
      description: "All instances refuse the key within a second, and end its event streams. Its " +
        "jobs go on, and their callbacks are still signed. A key that has been revoked stays so.",
      params: keyPath,
      notFound: "key_not_found",
      answer: KeyLine,
      returns: "The revoked key",
      problems: ["key_not_found", "storage_full"],
      handle: async ({ params: { id }, actor }) =>
        presentKey(await keys.revoke(actor, id) ?? refuseUnknown()),
    }),
    operation({
      method: "post",
      path: "/keys/open-service",
      id: "openService",
      summary: "Let callers without a key in",
      description: "Only a service without valid keys and without `API_KEYS` can be opened.",
      answer: KeyLines,
      returns: "The keys, and that callers do without one",
      problems: ["key_refused", "storage_full"],
      handle: ({ actor }) =>
        orRefuse(async () => {
          await keys.open(actor);
          return await readKeys(keys);
        }),
    }),
  ];
}

/** Reads the keys. */
export async function readKeys(keys: OperatorKeys): Promise<KeyLines> {
  const list = await keys.list();
  return {
    keys: list.keys.map(presentKey),
    callersNeedKeys: list.isClosed,
    configuredKeys: list.configured,
  };
}

/** Returns the JSON of a key. */
export function presentKey(
  { createdAt, expiresAt, revokedAt, lastUsedAt, ...key }: ListedKey,
): KeyLine {
  return {
    ...key,
    createdAt: isoTime(createdAt),
    expiresAt: isoOrNull(expiresAt),
    revokedAt: isoOrNull(revokedAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}

/** Returns the JSON of a new key. */
export function presentMade({ key, text, ...made }: MadeKey): NewKeyAnswer {
  return { key: presentKey(key), secret: text, ...made };
}

/** Returns the problem of an id that no key has. */
export function refuseUnknown(): never {
  throw new ProblemError({ code: "key_not_found", detail: "No API key has this id" });
}

async function orRefuse<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof KeyRefusal)) throw error;
    const { message, member } = error;
    if (member === null) throw new ProblemError({ code: "key_refused", detail: message });
    throw new ProblemError({
      code: "invalid_request",
      detail: `${member}: ${message}`,
      errors: [{ pointer: jsonPointer([member]), detail: message }],
    });
  }
}

function isoOrNull(epochMs: number | null): string | null {
  return epochMs === null ? null : isoTime(epochMs);
}
