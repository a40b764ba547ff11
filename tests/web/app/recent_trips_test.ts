import { assertEquals, assertStrictEquals } from "@std/assert";
import type { Job } from "../../../web/client/client.ts";
import { RecentTrips, tellsOfTrips } from "../../../web/app/kept/recent_trips.ts";
import { NOON } from "../../../testing/fake_clock.ts";
import { MemoryStorage } from "../../../testing/memory_storage.ts";

const KEY = "tripwright.trips";

function open() {
  const storage = new MemoryStorage();
  const tab = () => new RecentTrips(storage as unknown as Storage);
  return { storage, tab };
}

function job(
  id: string,
  { minute = 0, ...members }: Record<string, unknown> & { minute?: number } = {},
): Job {
  return {
    jobId: id,
    status: "processing",
    destination: "Tokyo",
    durationDays: 3,
    createdAt: new Date(NOON - 3_600_000 + minute * 60_000).toISOString(),
    ...members,
  } as unknown as Job;
}

Deno.test("trips are listed newest first, in whatever order they were put", () => {
  const { tab } = open();
  for (const minute of [2, 1, 3]) tab().put(job(`t${minute}`, { minute }));
  assertEquals(tab().list().map(({ id }) => id), ["t3", "t2", "t1"]);
  assertEquals(tab().list()[0]!.wish, {
    kind: "itinerary",
    body: { destination: "Tokyo", durationDays: 3 },
  });
});

Deno.test("a trip that is put again is updated, and written only if it changed", () => {
  const { tab, storage } = open();
  tab().put(job("a"));
  tab().put(job("a"));
  assertStrictEquals(storage.writes, 1);
  tab().put(job("a", { status: "completed" }));
  assertEquals(tab().list().map(({ status }) => status), ["completed"]);
});

Deno.test("two tabs that put trips one after the other keep both", () => {
  const { tab } = open();
  const [one, other] = [tab(), tab()];
  one.put(job("a"));
  other.put(job("b", { minute: 1 }));
  one.put(job("a", { status: "failed" }));
  assertEquals(one.list().map(({ id, status }) => [id, status]), [
    ["b", "processing"],
    ["a", "failed"],
  ]);
  other.remove("a");
  assertEquals(one.list().map(({ id }) => id), ["b"]);
});

Deno.test("the list has at most 20 trips, none more than a week older than the newest", () => {
  const { tab } = open();
  for (let minute = 0; minute < 25; minute++) tab().put(job(`t${minute}`, { minute }));
  assertStrictEquals(tab().list().length, 20);
  assertStrictEquals(tab().list().at(-1)!.id, "t5");
  const week = 7 * 24 * 60;
  tab().put(job("later", { minute: 10 + week }));
  const ids = tab().list().map(({ id }) => id);
  assertEquals([ids[0], ids.at(-1), ids.length], ["later", "t10", 16]);
});

Deno.test("a forgotten trip is not updated", () => {
  const { tab } = open();
  tab().put(job("a"));
  tab().update(job("a", { status: "completed" }));
  assertEquals(tab().list().map(({ status }) => status), ["completed"]);
  tab().remove("a");
  tab().update(job("a"));
  assertEquals(tab().list(), []);
});

Deno.test("a trip that the service no longer has stays in the list, with its wish", () => {
  const { tab } = open();
  tab().put(job("a"));
  tab().markGone("a");
  tab().markGone("unknown");
  assertEquals(tab().list().map(({ id, status }) => [id, status]), [["a", "gone"]]);
});

Deno.test("invalid values in the storage are ignored", () => {
  const { tab, storage } = open();
  tab().put(job("a"));
  const [trip] = tab().list();
  for (
    const change of [
      { id: "../../evil" },
      { id: 7 },
      { wish: null },
      { wish: { kind: "itinerary", body: { destination: {}, durationDays: 1 } } },
      { wish: { kind: "other", body: {} } },
      { wish: { kind: "generation", body: {} } },
      { createdAt: "yesterday" },
      { status: 1 },
    ]
  ) {
    storage.setItem(KEY, JSON.stringify([{ ...trip, ...change }, trip]));
    assertEquals(tab().list(), [trip], JSON.stringify(change));
  }
  for (const junk of ["", "null", "{}", "7", "[null]", "{broken"]) {
    storage.setItem(KEY, junk);
    assertEquals(tab().list(), [], junk);
  }
  tab().put(job("b"));
  assertStrictEquals(tab().list().length, 1);
});

Deno.test("a browser without storage has an empty list", () => {
  const none = new RecentTrips(null);
  none.put(job("a"));
  assertEquals(none.list(), []);
  assertStrictEquals(none.isAvailable, false);
  const { storage } = open();
  storage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const full = new RecentTrips(storage as unknown as Storage);
  assertStrictEquals(full.isAvailable, true);
  full.put(job("a"));
  assertEquals(full.list(), []);
});

Deno.test("tellsOfTrips() is true for events about the list or about all of the storage", () => {
  const event = (key: string | null) => tellsOfTrips({ key } as StorageEvent);
  assertEquals([KEY, null, "other"].map(event), [true, true, false]);
});
