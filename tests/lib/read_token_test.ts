import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import type { ReadGrant } from "../../lib/read_token.ts";
import { apiKeysOf, callerWith } from "../../testing/api_keys.ts";
import { NOON } from "../../testing/fake_clock.ts";
import { HOUR } from "../../testing/jobs.ts";

const ours = "our-own-key-0123456789";
const theirs = "another-key-0123456789";
const JOB_ID = "54a632b6-0dcc-43f7-b013-28e051702cf7";
const OTHER_ID = "64a632b6-0dcc-43f7-b013-28e051702cf7";
const grant: ReadGrant = { purpose: "read", jobId: JOB_ID, expiresAt: NOON + HOUR };
const wanted = { purpose: "read", jobId: JOB_ID, now: NOON } as const;

/** Replaces the character at an index of a token by another one of base64url. */
function changed(token: string, index: number): string {
  const other = token.at(index) === "A" ? "B" : "A";
  return token.slice(0, index) + other + token.slice(index).slice(1);
}

/** Gives a token another expiry. */
function extended(token: string): string {
  return token.replace(/\.(\d+)\./, (_, seconds) => `.${Number(seconds) + 60}.`);
}

type Row = [
  what: string,
  change: {
    keys?: string[];
    grant?: Partial<Record<keyof ReadGrant, unknown>>;
    token?: (token: string) => string;
    wanted?: { jobId?: string; now?: number };
  },
  isValid: boolean,
];

const rows: Row[] = [
  ["a new token", {}, true],
  ["a token in its last millisecond", { wanted: { now: NOON + HOUR - 1 } }, true],
  ["a token of one of several keys", { keys: [theirs, ours] }, true],
  ["an expired token", { wanted: { now: NOON + HOUR } }, false],
  ["a token of another job", { wanted: { jobId: OTHER_ID } }, false],
  ["a token for another purpose", { grant: { purpose: "cancel" } }, false],
  ["a token of a revoked key", { keys: [theirs] }, false],
  ["a token of a service without keys now", { keys: [] }, false],
  ["a token with a later expiry", { token: extended }, false],
  ["a token with another key's id", { token: (token) => changed(token, 0) }, false],
  ["a token with a changed signature", { token: (token) => changed(token, -20) }, false],
  ["an empty text", { token: () => "" }, false],
  ["the API key itself", { token: () => ours }, false],
  ["a token without its signature", { token: (token) => token.slice(0, -43) }, false],
  ["a token with a text behind it", { token: (token) => `${token}A` }, false],
  ["a token with a line break", { token: (token) => `${token}\n` }, false],
  ["a padded token", { token: (token) => `${token}=` }, false],
];

for (const [what, change, isValid] of rows) {
  Deno.test(`findByReadToken() returns ${isValid ? "the caller" : "null"} for ${what}`, async () => {
    const signed = { ...grant, ...change.grant } as ReadGrant;
    const token = await apiKeysOf([ours]).signReadToken(callerWith(ours), signed);
    // Another instance, which has read the same configuration.
    const keys = apiKeysOf(change.keys ?? [ours]);
    const found = await keys.findByReadToken(change.token?.(token) ?? token, {
      ...wanted,
      ...change.wanted,
    });
    assertEquals(found, isValid ? callerWith(ours) : null);
  });
}

Deno.test("every other text of a signature is refused", async () => {
  const keys = apiKeysOf([ours]);
  const token = await keys.signReadToken(callerWith(ours), grant);
  const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const accepted = [];
  for (const last of characters) {
    const other = token.slice(0, -1) + last;
    if (await keys.findByReadToken(other, wanted)) accepted.push(other);
  }
  assertEquals(accepted, [token]);
});

Deno.test("a token fits in a URL, and contains neither the key nor its digest", async () => {
  const token = await apiKeysOf([ours]).signReadToken(callerWith(ours), grant);
  assertMatch(token, /^[\w.-]{70,80}$/);
  assertStrictEquals(encodeURIComponent(token), token);
  assert(!callerWith(ours).id.includes(token.split(".")[0]!));
});
