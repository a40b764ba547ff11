import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type ControlChange, ControlsStore } from "../../../lib/store/controls_store.ts";
import { InstanceStore } from "../../../lib/store/instance_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { HOUR } from "../../../testing/jobs.ts";
import { lastRing } from "../../../testing/stores.ts";

async function openControls() {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  const instances = new InstanceStore(kv, { clock, ttlMs: HOUR });
  const open = () => new ControlsStore(kv, { clock, ring: (commit) => instances.addRing(commit) });
  return { kv, hooks, clock, instances, a: open(), b: open(), [Symbol.dispose]: () => kv.close() };
}

const intake = (isPaused: boolean, note?: string): ControlChange => ({
  what: { intake: true },
  isPaused,
  note,
  by: "ada",
});
const kind = (name: string, isPaused: boolean): ControlChange => ({
  what: { kind: name },
  isPaused,
  by: "bob",
});

const changes: [name: string, changes: ControlChange[], left: object][] = [
  ["a paused intake has its note", [intake(true, "Back at six")], {
    intake: "paused",
    note: "Back at six",
    by: "ada",
  }],
  ["a resumed intake has no note", [intake(true, "Back at six"), intake(false)], {
    intake: "open",
    note: null,
    by: "ada",
  }],
  ["kinds are paused one by one", [kind("itinerary", true), kind("bundles", true)], {
    kinds: { itinerary: "paused", bundles: "paused" },
    by: "bob",
  }],
  ["a resumed kind leaves the others paused", [
    kind("itinerary", true),
    kind("bundles", true),
    kind("itinerary", false),
  ], { kinds: { bundles: "paused" }, by: "bob" }],
  ["a paused kind keeps the note of the intake", [intake(true, "Back"), kind("bundles", true)], {
    intake: "paused",
    note: "Back",
    kinds: { bundles: "paused" },
    by: "bob",
  }],
  ["a kind with the name of a member of all objects is not paused", [], {}],
];

for (const [name, list, left] of changes) {
  Deno.test(`change(): ${name}`, async () => {
    using env = await openControls();
    for (const change of list) await env.a.change(change);
    const nothing = { intake: "open", kinds: {}, note: null, by: "", at: list.length ? NOON : 0 };
    assertEquals(env.a.current, { ...nothing, ...left } as typeof env.a.current);
    assertEquals(await env.b.read(), env.a.current);
    assertStrictEquals(env.a.isPaused("constructor"), false);
  });
}

Deno.test("change() rings the bell, and two changes at once both hold", async () => {
  using env = await openControls();
  const before = await lastRing(env.kv);
  await Promise.all([env.a.change(kind("itinerary", true)), env.b.change(kind("bundles", true))]);
  assertEquals((await env.a.read()).kinds, { itinerary: "paused", bundles: "paused" });
  assertStrictEquals(await lastRing(env.kv) === before, false);
});

Deno.test("change() is done if only the answer of its commit gets lost, and fails if it was not saved", async () => {
  using env = await openControls();
  env.hooks.commit = async (_, run) => {
    await run();
    throw new Error("answer lost");
  };
  assertEquals((await env.a.change(kind("bundles", true))).kinds, { bundles: "paused" });
  env.hooks.commit = () => Promise.reject(new Error("not saved"));
  await assertRejects(() => env.a.change(kind("bundles", false)), Error, "not saved");
  assertStrictEquals(env.a.isPaused("bundles"), true);
});

Deno.test("controls that this version cannot read change nothing that it knows", async () => {
  using env = await openControls();
  await env.a.change(kind("bundles", true));
  await env.kv.set(["controls"], { intake: "draining" });
  await env.a.read();
  assertStrictEquals(env.a.isPaused("bundles"), true);
  await env.b.ready();
  assertStrictEquals(env.b.isIntakePaused, false);
});
