import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../../lib/clock.ts";
import { openDatabase, patientKv } from "../../../lib/store/database.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import type { Kv, KvKey, KvListSelector } from "../../../lib/platform/kv.ts";

/** A database that is locked for this many calls of any kind. */
function lockedFor(kv: Kv, calls: number): Kv {
  const locked = () => calls-- > 0 ? Promise.reject(new TypeError("database is locked")) : null;
  return new Proxy(kv, {
    get(target, name) {
      if (name === "get") return (key: KvKey) => locked() ?? target.get(key);
      if (name === "list") {
        return (selector: KvListSelector) => {
          const entries = target.list(selector);
          const next = entries.next.bind(entries);
          entries.next = () => locked() ?? next();
          return entries;
        };
      }
      if (name === "atomic") {
        return () => {
          const operation = target.atomic();
          const commit = operation.commit.bind(operation);
          operation.commit = () => locked() ?? commit();
          return operation;
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** A clock whose waits end at once, and which sets no time limits. */
const autoAdvancing: Clock = {
  now: () => 0,
  wait: (_ms, signal) =>
    new Promise((resolve) =>
      signal ? signal.addEventListener("abort", () => resolve()) : resolve()
    ),
};

/** Advances the clock by this many seconds, one after the other. */
async function tickFor(clock: FakeClock, seconds: number): Promise<void> {
  for (let n = 0; n < seconds; n++) {
    clock.advance(1_000);
    await nextTurn();
  }
}

Deno.test("patientKv() repeats an operation that failed because of a lock", async () => {
  using kv = await Deno.openKv(":memory:");
  const patient = patientKv(lockedFor(kv, 2), { clock: autoAdvancing });
  assertStrictEquals((await patient.atomic().set(["key"], "value").commit()).ok, true);
  assertStrictEquals(
    (await patientKv(lockedFor(kv, 2), { clock: autoAdvancing }).get(["key"])).value,
    "value",
  );
  const listed = await Array.fromAsync(
    patientKv(lockedFor(kv, 2), { clock: autoAdvancing }).list({ prefix: [] }),
  );
  assertEquals(listed.map(({ value }) => value), ["value"]);
});

Deno.test("patientKv() throws other errors, and the error of a lock that lasts", async () => {
  const kv = await Deno.openKv(":memory:");
  using patient = patientKv(kv);
  const tooLarge = patient.atomic().set(["key"], new Uint8Array(70_000));
  await assertRejects(() => tooLarge.commit(), Error, "Value too large");
  await assertRejects(
    () => patientKv(lockedFor(kv, Infinity), { clock: autoAdvancing }).get(["key"]),
    Error,
    "database is locked",
  );
});

Deno.test("patientKv() reports commits that the disk does not take, and no other fault", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const reports: unknown[] = [];
  using patient = patientKv(kv, { onUnwritable: (error) => reports.push(error) });
  const faults: [message: string, reports: number][] = [
    ["database or disk is full", 1],
    ["Value too large", 1],
    ["disk I/O error", 2],
    ["attempt to write a readonly database", 3],
  ];
  for (const [message, expected] of faults) {
    hooks.commit = () => Promise.reject(new TypeError(message));
    await assertRejects(() => patient.atomic().set(["key"], 1).commit(), TypeError, message);
    assertStrictEquals(reports.length, expected);
  }
});

Deno.test("patientKv() waits five seconds for a lock, with short pauses", async () => {
  using kv = await Deno.openKv(":memory:");
  const waits: number[] = [];
  const clock: Clock = {
    now: () => 0,
    wait: (ms, signal) => {
      if (!signal) waits.push(ms);
      return autoAdvancing.wait(ms, signal);
    },
  };
  await assertRejects(() => patientKv(lockedFor(kv, Infinity), { clock }).get(["key"]));
  assertEquals(waits.slice(0, 5), [10, 20, 40, 80, 100]);
  assertStrictEquals(Math.max(...waits), 100);
  const total = waits.reduce((sum, ms) => sum + ms);
  assert(total > 4_900 && total <= 5_000, `${total} ms`);
});

Deno.test("patientKv() fails five seconds after the first tick without an answer", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const patient = patientKv(kv, { clock });
  hooks.get = () => new Promise(() => {});
  hooks.commit = () => new Promise(() => {});
  const asked = [patient.get(["key"]), patient.atomic().set(["key"], 1).commit()];
  const ended = Promise.allSettled(asked);
  // Both calls share the timer.
  assertStrictEquals(clock.waiting, 1);
  await tickFor(clock, 5);
  clock.advance(999);
  const answered = Promise.race([ended, nextTurn()]);
  assertStrictEquals(await answered, undefined);
  clock.advance(1);
  for (const outcome of await ended) {
    assert(outcome.status === "rejected" && /does not answer/.test(outcome.reason.message));
  }
  hooks.get = hooks.commit = undefined;
  await patient.set(["key"], 1);
  assertEquals((await Array.fromAsync(patient.list({ prefix: [] }))).map(({ key }) => key), [[
    "key",
  ]]);
  // Answered operations leave no timer.
  await tickFor(clock, 1);
  assertStrictEquals(clock.waiting, 0);
  kv.close();
});

Deno.test("patientKv() accepts the answer that arrived while the process was frozen", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const answer = Promise.withResolvers<void>();
  hooks.get = () => answer.promise;
  const asked = patientKv(kv, { clock }).get(["key"]);
  clock.advance(3_600_000);
  await nextTurn();
  answer.resolve();
  assertStrictEquals((await asked).value, null);
  kv.close();
});

Deno.test("patientKv() fails when a list stops in its middle", async () => {
  using kv = await Deno.openKv(":memory:");
  await kv.set(["one"], 1);
  const clock = new FakeClock();
  const begun = Promise.withResolvers<void>();
  const next = () => {
    begun.resolve();
    return new Promise(() => {});
  };
  const stuck = new Proxy(kv, {
    get(target, name) {
      if (name !== "list") return Reflect.get(target, name, target);
      return () => Object.assign(target.list({ prefix: [] }), { next });
    },
  });
  const listed = Array.fromAsync(patientKv(stuck, { clock }).list({ prefix: [] }));
  const rejected = assertRejects(() => listed, Error, "does not answer");
  await begun.promise;
  await tickFor(clock, 6);
  await rejected;
});

Deno.test("openDatabase() waits while another process has locked the file", async () => {
  const openKv = Deno.openKv;
  let calls = 0;
  // SQLite refuses to open a file while another process creates it, which takes milliseconds.
  using _openKv = {
    [Symbol.dispose]: () => Object.defineProperty(Deno, "openKv", { value: openKv }),
  };
  const open = (path?: string) =>
    ++calls < 3 ? Promise.reject(new TypeError("database is locked")) : openKv(path);
  Object.defineProperty(Deno, "openKv", { value: open });
  (await openDatabase(":memory:")).close();
  assertStrictEquals(calls, 3);
});

Deno.test("openDatabase() creates the folder, and waits while another process writes", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/data/kv.sqlite`;
  const kv = await openDatabase(path);
  await kv.atomic().set(["key"], 1).commit();
  const other = new DatabaseSync(path);
  other.exec("begin immediate");
  const written = kv.atomic().set(["key"], 2).commit();
  other.exec("commit");
  other.close();
  assertStrictEquals((await written).ok, true);
  assertStrictEquals((await kv.get(["key"])).value, 2);
  kv.close();
  await Deno.remove(directory, { recursive: true });
});
