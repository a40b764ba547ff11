import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { sha256 } from "../../lib/hash.ts";
import { apiKeysOf, callerWith, madeKey } from "../../testing/api_keys.ts";
import { FakeClock, NOON } from "../../testing/fake_clock.ts";
import { HOUR } from "../../testing/jobs.ts";

const configured = "our-own-key-0123456789";

/** Keys of `API_KEYS` and of an operator. */
function setUp(options: Parameters<typeof madeKey>[0] = {}, texts = [configured]) {
  const clock = new FakeClock();
  const keys = apiKeysOf(texts, clock);
  const { key, text } = madeKey(options);
  keys.update({ keys: [key], isClosed: true });
  const revoke = () => keys.update({ keys: [{ ...key, revokedAt: clock.now() }], isClosed: true });
  return { clock, keys, key, text, owner: `key:${sha256(text)}`, revoke };
}

Deno.test("find() knows the keys of API_KEYS and of operators, each with its rights", () => {
  const { keys, text } = setUp({ scopes: ["read_all"], dailyJobs: 7, dailyCostUsd: 0.5 });
  assertEquals(keys.find(configured), callerWith(configured));
  const rights = { scopes: ["read_all" as const], dailyJobs: 7, dailyCostUsd: 0.5 };
  assertEquals(keys.find(text), callerWith(text, rights));
  assertStrictEquals(keys.find(`${text.slice(0, -1)}x`), null);
  assertStrictEquals(keys.configured, 1);
});

Deno.test("find() refuses a key from the moment that it expires or is revoked", () => {
  const { clock, keys, text } = setUp({ expiresAt: NOON + HOUR });
  clock.advance(HOUR - 1);
  assert(keys.find(text));
  clock.advance(1);
  assertStrictEquals(keys.find(text), null);

  const other = setUp();
  other.revoke();
  assertStrictEquals(other.keys.find(other.text), null);
  assert(other.keys.find(configured));
});

Deno.test("a key that operators have revoked stays revoked, although API_KEYS has it, too", () => {
  const { key, text } = madeKey({ revokedAt: NOON });
  const keys = apiKeysOf([text]);
  assert(keys.find(text));
  keys.update({ keys: [key], isClosed: true });
  assertStrictEquals(keys.find(text), null);
});

Deno.test("an ended key signs the callbacks of its jobs, and reads with its tokens end", async () => {
  const { clock, keys, text, owner, revoke } = setUp();
  const grant = { purpose: "read", jobId: "a-job", expiresAt: NOON + HOUR } as const;
  const wanted = { ...grant, now: NOON };
  const caller = keys.find(text)!;
  const token = await keys.signReadToken(caller, grant);
  assertEquals(await keys.findByReadToken(token, wanted), caller);
  const secret = keys.signingSecretOf(owner);
  assert(secret?.startsWith("whsec_"));
  clock.advance(1);
  revoke();
  assertStrictEquals(await keys.findByReadToken(token, wanted), null);
  assertStrictEquals(keys.signingSecretOf(owner), secret);
  keys.update({ keys: [], isClosed: true });
  assertStrictEquals(keys.signingSecretOf(owner), null);
});

Deno.test("endOf() aborts when the key is revoked, expires or is gone, and only then", () => {
  const ends: [what: string, end: (env: ReturnType<typeof setUp>) => void][] = [
    ["revoked", ({ revoke }) => revoke()],
    ["expired", ({ clock, keys }) => {
      clock.advance(2 * HOUR);
      keys.endInvalid();
    }],
    ["gone", ({ keys }) => keys.update({ keys: [], isClosed: true })],
  ];
  for (const [what, end] of ends) {
    const env = setUp({ expiresAt: NOON + HOUR });
    const signal = env.keys.endOf(env.keys.find(env.text)!)!;
    const other = env.keys.endOf(env.keys.find(configured)!)!;
    assertStrictEquals(env.keys.endOf(callerWith(env.text)), signal, "one signal per key");
    env.keys.update({ keys: [{ ...env.key, lastUsedAt: NOON }], isClosed: true });
    env.keys.endInvalid();
    assert(!signal.aborted, what);
    end(env);
    assert(signal.aborted, what);
    assert(!other.aborted, what);
    assert(env.keys.endOf(callerWith(env.text))!.aborted, `${what}, asked later`);
  }
  assertStrictEquals(setUp().keys.endOf({ id: "address:1", owner: null }), null);
});

const closings: [
  what: string,
  texts: string[],
  keys: "valid" | "none",
  isClosed: boolean,
  boolean,
][] = [
  ["nothing", [], "none", false, false],
  ["API_KEYS", [configured], "none", false, true],
  ["a valid key", [], "valid", false, true],
  ["the decision of an operator", [], "none", true, true],
];

for (const [what, texts, stored, isClosed, expected] of closings) {
  Deno.test(`callers ${expected ? "need a key" : "need no key"} with ${what}`, () => {
    const keys = apiKeysOf(texts);
    keys.update({ keys: stored === "valid" ? [madeKey().key] : [], isClosed });
    assertStrictEquals(keys.isRequired, expected);
  });
}

Deno.test("uses has the time of the last use of each key of operators, also after an update", () => {
  const { clock, keys, key, text } = setUp();
  keys.find(configured);
  assertEquals(keys.uses, []);
  clock.advance(HOUR);
  keys.find(text);
  keys.update({ keys: [{ ...key, lastUsedAt: NOON }], isClosed: true });
  assertEquals(keys.uses, [{ id: key.id, usedAt: NOON + HOUR }]);
});

Deno.test("costLimited has the owners with a limit, also of revoked keys", () => {
  const { keys, owner, revoke } = setUp({ dailyCostUsd: 2 });
  revoke();
  assertEquals(keys.costLimited, [owner]);
  assert(keys.isCostLimited(owner));
  assert(!keys.isCostLimited(callerWith(configured).owner));
  assert(!keys.isCostLimited(null));
});
