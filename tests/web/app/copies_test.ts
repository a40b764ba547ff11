import "fake-indexeddb/auto";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { Copies, type Copy, LIMITS } from "../../../web/app/kept/copies.ts";
import { titleOf } from "../../../web/app/wish.ts";
import type { Job } from "../../../web/client/client.ts";
import { en } from "../../../web/words/en.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { doneJob } from "../../../testing/test_page.ts";

/** Adds a test. The stand-in for IndexedDB leaves timers behind. */
function storageTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

/** Returns a copy that was saved some minutes after the others. */
function copyAt(id: string, minute: number, { size = 0 } = {}): Copy {
  const time = new Date(NOON + minute * 60_000).toISOString();
  const job = { ...doneJob, jobId: id, createdAt: time, destination: `Rome${"x".repeat(size)}` };
  return { id, job: job as Job, savedAt: time, land: null, origin: "site" };
}

/** Opens the copies of a new browser. */
async function openEmpty(limits = LIMITS): Promise<Copies> {
  const copies = new Copies(limits);
  await copies.forgetAll();
  return copies;
}

const idsOf = async (copies: Copies) => (await copies.list()).map(({ id }) => id);

storageTest(
  "a copy comes back as it was saved, and the list has the newest trips first",
  async () => {
    const copies = await openEmpty();
    for (const minute of [2, 1, 3]) await copies.put(copyAt(`t${minute}`, minute));
    assertEquals(await copies.get("t1"), copyAt("t1", 1));
    assertEquals(await idsOf(copies), ["t3", "t2", "t1"]);
    const { title, wish, bytes, expiresAt } = (await copies.list())[0]!;
    // Lists make the title from the wish, in the language of their page.
    assertEquals([wish?.kind, wish && titleOf(wish, en)], ["itinerary", "Rome"]);
    assertEquals([title, expiresAt], ["Itinerary", doneJob.expiresAt]);
    assertStrictEquals(bytes > 500, true);
    assertStrictEquals(await copies.get("other"), null);
  },
);

storageTest(
  "the oldest copies go first beyond the number of trips, but never the one just saved",
  async () => {
    const copies = await openEmpty({ ...LIMITS, trips: 3 });
    for (const minute of [4, 2, 3]) await copies.put(copyAt(`t${minute}`, minute));
    await copies.put(copyAt("old", 1));
    assertEquals(await idsOf(copies), ["t4", "t3", "old"]);
    assertStrictEquals(await copies.get("t2"), null);
  },
);

storageTest(
  "the oldest copies go first beyond the number of bytes, but never the one just saved",
  async () => {
    const copies = await openEmpty({ ...LIMITS, bytes: 5_000 });
    await copies.put(copyAt("a", 1, { size: 1_000 }));
    await copies.put(copyAt("b", 2, { size: 1_000 }));
    assertEquals(await idsOf(copies), ["b", "a"]);
    await copies.put(copyAt("c", 3, { size: 2_000 }));
    assertEquals(await idsOf(copies), ["c", "b"]);
    await copies.put(copyAt("huge", 0, { size: 20_000 }));
    assertEquals(await idsOf(copies), ["huge"]);
  },
);

storageTest(
  "a copy with the same content keeps its time, and one with another content is replaced",
  async () => {
    const copies = await openEmpty();
    await copies.put(copyAt("a", 1));
    await copies.put({ ...copyAt("a", 1), savedAt: new Date(NOON + 9e6).toISOString() });
    assertStrictEquals((await copies.get("a"))?.savedAt, copyAt("a", 1).savedAt);
    await copies.put(copyAt("a", 5, { size: 3 }));
    assertEquals(await copies.get("a"), copyAt("a", 5, { size: 3 }));
    assertEquals((await copies.list()).map(({ savedAt }) => savedAt), [copyAt("a", 5).savedAt]);
  },
);

storageTest("forgotten copies are gone", async () => {
  const copies = await openEmpty();
  for (const minute of [1, 2, 3]) await copies.put(copyAt(`t${minute}`, minute));
  await copies.forget("t2");
  assertEquals(await idsOf(copies), ["t3", "t1"]);
  assertStrictEquals(await copies.get("t2"), null);
  await copies.forgetAll();
  assertEquals(await indexedDB.databases(), []);
  assertEquals(await idsOf(copies), []);
});

storageTest("data that the traveler deletes meanwhile breaks nothing", async () => {
  const copies = await openEmpty();
  await copies.put(copyAt("a", 1));
  await new Promise((resolve) => indexedDB.deleteDatabase("tripwright").onsuccess = resolve);
  assertStrictEquals(await copies.get("a"), null);
  assertStrictEquals(await copies.put(copyAt("b", 2)), "saved");
  assertEquals(await idsOf(copies), ["b"]);
});

for (
  const [what, error, saved] of [
    ["a full browser", "QuotaExceededError", "full"],
    ["a browser that forbids storage", "SecurityError", "blocked"],
  ] as const
) {
  storageTest(`${what} keeps nothing, and says so`, async () => {
    const copies = await openEmpty();
    const { open } = indexedDB;
    indexedDB.open = () => {
      throw new DOMException("no", error);
    };
    try {
      assertStrictEquals(await copies.put(copyAt("a", 1)), saved);
      assertStrictEquals(await copies.get("a"), null);
      assertEquals(await copies.list(), []);
      await copies.forget("a");
      await copies.forgetAll();
    } finally {
      indexedDB.open = open;
    }
  });
}
