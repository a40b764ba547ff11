import { assertEquals, assertMatch, assertNotEquals, assertStrictEquals } from "@std/assert";
import { TokenGuard, WRONG_TOKEN_MS } from "../../../routes/http/token_guard.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { captureLogs } from "../../../testing/log_records.ts";

const TOKEN = "operator-0123456789";

function openGuard() {
  const clock = new FakeClock();
  const heard: string[] = [];
  const guard = new TokenGuard({ token: TOKEN, clock, onWrong: (hash) => heard.push(hash) });
  /** Sends wrong tokens; the returned list grows when they are answered. */
  async function guess(address: string, count: number): Promise<string[]> {
    const verdicts: string[] = [];
    for (let n = 0; n < count; n++) {
      guard.check(`wrong-${n}`, address).then((verdict) => verdicts.push(verdict));
    }
    await nextTurn();
    return verdicts;
  }
  return { clock, heard, guard, guess };
}

Deno.test("a wrong token is answered after a second, a right one at once", async () => {
  const { clock, guard, guess } = openGuard();
  assertStrictEquals(await guard.check(TOKEN, "10.0.0.1"), "right");
  const verdicts = await guess("10.0.0.1", 1);
  clock.advance(WRONG_TOKEN_MS - 1);
  await nextTurn();
  assertEquals(verdicts, []);
  clock.advance(1);
  await nextTurn();
  assertEquals(verdicts, ["wrong"]);
  assertStrictEquals(clock.waiting, 0);
});

Deno.test("of an address, three wrong tokens are compared in a second, and nothing more", async () => {
  const { clock, guard, guess } = openGuard();
  const verdicts = await guess("10.0.0.1", 5);
  assertEquals(verdicts, ["busy", "busy"]);
  assertStrictEquals(await guard.check(TOKEN, "10.0.0.1"), "busy");
  clock.advance(WRONG_TOKEN_MS);
  assertStrictEquals(await guard.check(TOKEN, "10.0.0.1"), "right");
  await nextTurn();
  assertEquals(verdicts, ["busy", "busy", "wrong", "wrong", "wrong"]);
});

Deno.test("of simultaneous guesses, the fourth is not compared, even if it is right", async () => {
  const { clock, guard } = openGuard();
  const guesses = [1, 2, 3].map((n) => guard.check(`wrong-${n}`, "10.0.0.1"));
  assertStrictEquals(await guard.check(TOKEN, "10.0.0.1"), "busy");
  clock.advance(WRONG_TOKEN_MS);
  assertEquals(await Promise.all(guesses), ["wrong", "wrong", "wrong"]);
});

Deno.test("wrong tokens of many addresses do not pile up, and delay no right one", async () => {
  const { clock, guard, guess } = openGuard();
  for (let n = 0; n < 40; n++) await guess(`10.0.0.${n}`, 3);
  assertStrictEquals(guard.waiting, 50);
  assertStrictEquals(clock.waiting, 50);
  assertStrictEquals(await guard.check(TOKEN, "192.0.2.1"), "right");
  assertEquals(await guess("192.0.2.2", 1), ["busy"]);
  clock.advance(WRONG_TOKEN_MS);
  await nextTurn();
  assertStrictEquals(guard.waiting, 0);
});

Deno.test("a wrong token is logged with a hash of its address, without the token", async () => {
  using logs = captureLogs();
  const { clock, heard, guess } = openGuard();
  await guess("10.0.0.1", 2);
  await guess("10.0.0.2", 1);
  clock.advance(WRONG_TOKEN_MS);
  const lines = logs.records.map(({ level, rawMessage, properties }) => {
    return { level, rawMessage, ...properties };
  });
  assertEquals(
    lines,
    heard.map((address) => ({ level: "warning", rawMessage: "wrong admin token", address })),
  );
  assertEquals(new Set(heard).size, 2);
  assertStrictEquals(heard[0], heard[1]);
  for (const secret of ["10.0.0", "wrong-", TOKEN]) {
    assertStrictEquals(JSON.stringify(lines).includes(secret), false, secret);
  }
});

Deno.test("the logged hash of an address is of no use for guesses of the token", async () => {
  const guards = [openGuard(), openGuard()];
  for (const { clock, guess } of guards) {
    await guess("10.0.0.1", 1);
    clock.advance(WRONG_TOKEN_MS);
  }
  const [one, other] = guards.map(({ heard }) => heard[0]);
  assertMatch(one!, /^[\da-f]{16}$/);
  assertNotEquals(one, other);
});

Deno.test("the derived secrets depend on the token and the purpose", () => {
  const clock = new FakeClock();
  const guards = [TOKEN, `${TOKEN}0`].map((token) => new TokenGuard({ token, clock }));
  const secrets = guards.flatMap((guard) => [guard.secretFor("a"), guard.secretFor("b")]);
  assertStrictEquals(new Set(secrets).size, 4);
});
