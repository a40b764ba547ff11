import { en } from "../../../web/words/en.ts";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { KeepingChoice } from "../../../web/app/kept/choice.ts";
import type { CopySummary } from "../../../web/app/kept/copies.ts";
import type { RecentTrip } from "../../../web/app/kept/recent_trips.ts";
import { tripRows } from "../../../web/app/kept/trip_rows.ts";
import { copyIdIn } from "../../../web/app/kept/copy_url.ts";
import { MemoryStorage } from "../../../testing/memory_storage.ts";

const wish: RecentTrip["wish"] = {
  kind: "itinerary",
  body: { destination: "Rome", durationDays: 3 },
};

function trip(id: string, day: number, status: RecentTrip["status"] = "completed"): RecentTrip {
  return { id, wish, status, createdAt: `2026-11-0${day}T12:00:00Z` };
}

function copy(id: string, day: number, changes: Partial<CopySummary> = {}): CopySummary {
  const [createdAt, expiresAt] = [`2026-11-0${day}T12:00:00Z`, `2026-11-0${day}T13:00:00Z`];
  const members = { title: "Rome", wish, origin: "site" as const, bytes: 9, savedAt: createdAt };
  return { id, createdAt, expiresAt, ...members, ...changes };
}

Deno.test("the list has trips and copies once each, newest first", () => {
  const rows = tripRows(
    [
      trip("both", 5),
      trip("running", 4, "processing"),
      trip("gone", 3, "gone"),
      trip("kept", 2, "gone"),
    ],
    [copy("both", 5), copy("kept", 2), copy("old", 1), copy("file", 6, { origin: "file" })],
    en,
  );
  assertEquals(rows.map(({ url, status, copy }) => [url, status, copy !== null]), [
    ["/copies/file", "copy", true],
    ["/trips/both", "completed", true],
    ["/trips/running", "processing", false],
    ["/trips/gone", "gone", false],
    ["/trips/kept", "copy", true],
    ["/trips/old", "copy", true],
  ]);
  assertEquals([rows[0]!.title, rows[0]!.extent], ["Rome", "3 days"]);
});

Deno.test("summaries that this version cannot read are left out", () => {
  const broken = [
    copy("../evil", 1),
    copy("a", 1, { title: {} as string }),
    copy("b", 1, { createdAt: "x" }),
    copy("c", 1, { wish: { kind: "other" } as unknown as RecentTrip["wish"] }),
  ];
  assertEquals(
    tripRows([], [...broken, copy("plain", 2, { wish: null, title: "Tasting" })], en)
      .map(({ title, extent }) => [title, extent]),
    [["Tasting", null]],
  );
});

Deno.test("copyIdIn() reads the addresses of trips and copies only", () => {
  const paths = ["/trips/a-1", "/copies/b", "/", "/offline", "/trips/a/plan.md", "/trips/%2e"];
  assertEquals(paths.map(copyIdIn), ["a-1", "b", null, null, null, null]);
});

Deno.test("a browser keeps trips until the traveler or the site turns it off", () => {
  const storage = new MemoryStorage() as unknown as Storage;
  const choice = new KeepingChoice(storage, true);
  assertStrictEquals(choice.current, "on");
  choice.set(false);
  assertStrictEquals(new KeepingChoice(storage, true).current, "off");
  choice.set(true);
  assertStrictEquals(choice.current, "on");
  assertStrictEquals(new KeepingChoice(storage, false).current, "site");
  assertStrictEquals(new KeepingChoice(null, true).current, "blocked");
});

Deno.test("a forgotten trip is remembered until the site has deleted it", () => {
  const storage = new MemoryStorage();
  const choice = new KeepingChoice(storage as unknown as Storage, true);
  choice.forget("a", new Date(Date.now() + 60_000).toISOString());
  choice.forget("b", new Date(Date.now() - 60_000).toISOString());
  choice.forget("c", "never");
  assertEquals(["a", "b", "c", "d"].map((id) => choice.isForgotten(id)), [
    true,
    false,
    false,
    false,
  ]);
  choice.allow("a");
  assertStrictEquals(storage.items.get("tripwright.forgotten"), "{}");
  for (const junk of ["", "null", "7", "{broken", `{"a":"x"}`]) {
    storage.setItem("tripwright.forgotten", junk);
    assertStrictEquals(choice.isForgotten("a"), false, junk);
  }
});
