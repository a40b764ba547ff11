import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Audit } from "../../../jobs/operator/audit.ts";
import { AuditStore } from "../../../lib/store/audit_store.ts";
import { FakeClock, NOON } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";

const ada = { name: "ada", via: "dashboard" } as const;
const cancel = { action: "job.cancel", target: "job-1", details: { kind: "test" } } as const;

async function openAudit() {
  const database = await Deno.openKv(":memory:");
  const { kv, hooks } = hookKv(database);
  const audit = new Audit(new AuditStore(kv, new FakeClock()));
  const entries = async () => (await audit.page({}, { limit: 10 })).entries;
  return { hooks, audit, entries, [Symbol.dispose]: () => database.close() };
}

Deno.test("record() writes the entry before the change, and its outcome and notes after it", async () => {
  using env = await openAudit();
  const result = await env.audit.record(ada, cancel, async (note) => {
    const [started] = await env.entries();
    assertEquals([started?.outcome, started?.details], ["started", { kind: "test" }]);
    note({ state: "canceled" });
    return 7;
  });
  assertStrictEquals(result, 7);
  const [entry, ...others] = await env.entries();
  assertEquals(others, []);
  const { id: _, ...rest } = entry!;
  assertEquals(rest, {
    at: NOON,
    actor: ada,
    action: "job.cancel",
    target: "job-1",
    details: { kind: "test", state: "canceled" },
    outcome: "done",
    reason: null,
  });
});

Deno.test("record() writes why a change failed, and throws its error", async () => {
  using env = await openAudit();
  const fail = () => Promise.reject(new TypeError("no such job".padEnd(1_000, "!")));
  await assertRejects(() => env.audit.record(ada, cancel, fail), TypeError, "no such job");
  const [entry] = await env.entries();
  const reason = "TypeError: no such job".padEnd(300, "!");
  assertEquals([entry?.outcome, entry?.reason], ["failed", reason]);
});

Deno.test("record() makes no change that it cannot record", async () => {
  using env = await openAudit();
  env.hooks.commit = () => Promise.reject(new Error("disk"));
  let runs = 0;
  await assertRejects(
    () => env.audit.record(ada, cancel, () => Promise.resolve(runs++)),
    Error,
    "disk",
  );
  assertStrictEquals(runs, 0);
});

Deno.test("record() returns the result of a change whose outcome cannot be written", async () => {
  using env = await openAudit();
  const run = () => {
    env.hooks.commit = () => Promise.reject(new Error("disk"));
    return Promise.resolve("changed");
  };
  assertStrictEquals(await env.audit.record(ada, cancel, run), "changed");
  assertStrictEquals((await env.entries())[0]?.outcome, "started");
});

Deno.test("add() records what has already happened", async () => {
  using env = await openAudit();
  await env.audit.add(ada, { action: "sign_in.refused" });
  const [entry] = await env.entries();
  assertEquals([entry?.action, entry?.target, entry?.outcome], ["sign_in.refused", null, "done"]);
});
