import { assertEquals, assertStrictEquals } from "@std/assert";
import { DAY_MS } from "../../../lib/clock.ts";
import { type AuditEntry, type AuditFilter, AuditStore } from "../../../lib/store/audit_store.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";

async function openAudit() {
  const kv = await Deno.openKv(":memory:");
  const clock = new FakeClock();
  const store = new AuditStore(kv, clock);
  /** Adds an entry, a second after the previous one. */
  async function add(action: string, name = "ada"): Promise<AuditEntry> {
    clock.advance(1_000);
    const actor = { name, via: "api" } as const;
    const rest = { target: null, details: {}, outcome: "done", reason: null } as const;
    return await store.add({ actor, action, ...rest });
  }
  return { kv, clock, store, add, [Symbol.dispose]: () => kv.close() };
}

const actionsOf = (entries: AuditEntry[]) => entries.map(({ action }) => action);

Deno.test("page() lists entries newest first, in pages that together have each entry once", async () => {
  using env = await openAudit();
  for (let n = 0; n < 5; n++) await env.add(`a${n}`);
  const pages = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<AuditStore["page"]>> = await env.store.page({}, {
      limit: 2,
      cursor,
    });
    pages.push(actionsOf(page.entries));
    cursor = page.cursor;
    // What is added meanwhile belongs to a new first page.
    await env.add("later");
  } while (cursor !== null);
  assertEquals(pages, [["a4", "a3"], ["a2", "a1"], ["a0"]]);
});

Deno.test("page() lists entries of the same millisecond in the order of the changes", async () => {
  using env = await openAudit();
  const actor = { name: "ada", via: "api" } as const;
  const rest = { target: null, details: {}, outcome: "done", reason: null } as const;
  const actions = Array.from({ length: 8 }, (_, n) => `a${n}`);
  for (const action of actions) await env.store.add({ actor, action, ...rest });
  const { entries } = await env.store.page({}, { limit: 10 });
  assertEquals(actionsOf(entries), actions.toReversed());
});

const filters: [name: string, filter: AuditFilter, expected: string[]][] = [
  ["without a filter", {}, ["b", "a", "b", "a"]],
  ["of an action", { action: "a" }, ["a", "a"]],
  ["of an operator", { actor: "bob" }, ["b", "a"]],
  ["of both", { action: "b", actor: "bob" }, ["b"]],
  ["of an unknown operator", { actor: "eve" }, []],
];

for (const [name, filter, expected] of filters) {
  Deno.test(`page() lists the entries ${name}`, async () => {
    using env = await openAudit();
    for (const actor of ["ada", "bob"]) {
      for (const action of ["a", "b"]) await env.add(action, actor);
    }
    const page = await env.store.page(filter, { limit: 10 });
    assertEquals(actionsOf(page.entries), expected);
    assertStrictEquals(page.cursor, null);
  });
}

Deno.test("page() reads a bounded number of entries, says that the page is partial, and goes on", async () => {
  using env = await openAudit();
  const first = await env.add("rare");
  for (let n = 0; n < 2_000; n += 500) {
    const commit = env.kv.atomic();
    for (let k = 0; k < 500; k++) {
      const id = crypto.randomUUID();
      // Ids of version 4 after those of version 7.
      const entry = { ...first, id: `ffffffff${id.slice(8)}`, action: "common" };
      commit.set(["audit", entry.id], entry);
    }
    await commit.commit();
  }
  const page = await env.store.page({ action: "rare" }, { limit: 10 });
  assertEquals([page.entries, page.isPartial], [[], true]);
  const next = await env.store.page({ action: "rare" }, { limit: 10, cursor: page.cursor });
  assertEquals([actionsOf(next.entries), next.cursor, next.isPartial], [["rare"], null, false]);
});

Deno.test("page() omits entries that are 30 days old, and unreadable ones", async () => {
  using env = await openAudit();
  await env.add("old");
  env.clock.advance(30 * DAY_MS - 1_000);
  await env.add("new");
  await env.kv.set(["audit", crypto.randomUUID()], { at: "yesterday" });
  assertEquals(actionsOf((await env.store.page({}, { limit: 10 })).entries), ["new"]);
});
