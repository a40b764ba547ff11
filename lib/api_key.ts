/**
 * An API key: its text, its rights, and what the service keeps of it. The service keeps no key. It
 * keeps its hash and secrets that are derived from it, none of which reveals the key.
 * @module
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { sha256, sha256Bytes } from "./hash.ts";

/** The scopes of keys, and what each one allows. */
export const keyScopes = {
  make: "create jobs, and cancel them",
  read: "read and list the key's own jobs",
  read_all: "read and list the jobs of all callers",
} as const;

export const KeyScope = z.enum(Object.keys(keyScopes) as [keyof typeof keyScopes]);
export type KeyScope = z.infer<typeof KeyScope>;

/** What a key may do. */
export interface KeyRights {
  scopes: readonly KeyScope[];
  /** How many jobs it may create in a UTC day; `null`: `DAILY_JOBS_PER_KEY` applies. */
  dailyJobs: number | null;
  /** How many US dollars its jobs may cost in a UTC day; `null`: no limit. */
  dailyCostUsd: number | null;
}

/** The rights of the keys in `API_KEYS`. */
export const configuredRights: KeyRights = {
  scopes: ["make", "read"],
  dailyJobs: null,
  dailyCostUsd: null,
};

/** What the service keeps of the text of a key. */
export const KeySecrets = z.object({
  /** The SHA-256 of the key, in hexadecimal digits. */
  hash: z.string().regex(/^[\da-f]{64}$/),
  /** Signs callbacks, in the format of Standard Webhooks. */
  signingSecret: z.string().startsWith("whsec_"),
  /** Names the key in its read tokens. */
  tokenId: z.string().regex(/^[\da-f]{16}$/),
  /** Signs read tokens; in Base64. */
  tokenSecret: z.base64(),
});
export type KeySecrets = z.infer<typeof KeySecrets>;

/** A key that an operator has made. Times are in epoch milliseconds. */
export const ApiKey = z.object({
  id: z.uuid(),
  name: z.string(),
  /** The first characters of the key, by which people recognize it. */
  start: z.string(),
  scopes: z.array(KeyScope),
  dailyJobs: z.int().positive().nullable(),
  dailyCostUsd: z.number().positive().nullable(),
  createdAt: z.int().nonnegative(),
  /** The name of the operator. */
  createdBy: z.string(),
  /** When the key ends by itself; `null`: never. */
  expiresAt: z.int().nonnegative().nullable(),
  revokedAt: z.int().nonnegative().nullable(),
  /** A minute late at most; `null`: never used. */
  lastUsedAt: z.int().nonnegative().nullable(),
  secrets: KeySecrets,
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Programs that look for leaked secrets recognize keys by it. */
const PREFIX = "tw_";

/** 192 bits cannot be guessed, and their hash needs no salt. */
const RANDOM_BYTES = 24;

/** Hexadecimal digits at the end of a key: enough to tell a key from any other text. */
const CHECKSUM_DIGITS = 8;

/** The prefix and five digits: too few to help with guessing. */
const START_CHARACTERS = 8;

/**
 * Creates the text of a new key: `tw_`, 48 hexadecimal digits, and a checksum. The checksum is the
 * first eight digits of the SHA-256 of what comes before it.
 */
export function newKeyText(): string {
  const text = PREFIX + randomBytes(RANDOM_BYTES).toString("hex");
  return text + sha256(text).slice(0, CHECKSUM_DIGITS);
}

/** Returns the first characters of a key. */
export function startOf(key: string): string {
  return key.slice(0, START_CHARACTERS);
}

/**
 * Derives what the service keeps of a key. Only the holder of the key can derive the secrets too, so
 * no secret has to be exchanged.
 */
export function secretsOf(key: string): KeySecrets {
  return {
    hash: sha256(key),
    signingSecret: `whsec_${base64Of(sha256Bytes(`callback:${key}`))}`,
    tokenId: sha256(`read token id:${key}`).slice(0, 16),
    tokenSecret: base64Of(sha256Bytes(`read token:${key}`)),
  };
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Returns whether a key is valid at a time in epoch milliseconds. */
export function isValidKey({ revokedAt, expiresAt }: KeyLife, now: number): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt);
}

/** How long a key lives. */
export type KeyLife = Pick<ApiKey, "revokedAt" | "expiresAt">;
