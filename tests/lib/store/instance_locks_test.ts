import { assertEquals } from "@std/assert";
import { openInstanceLocks } from "../../../lib/store/instance_locks.ts";
import { workDirectory } from "../../../testing/program.ts";

/** Deno 2.5 has no `tryLock`: there no instance is ever known to be dead. */
const canTry = "tryLock" in Deno.FsFile.prototype;

Deno.test("a lock shows that its instance is dead, and only then", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  const a = await openInstanceLocks(path, "a");
  const b = await openInstanceLocks(path, "b");
  // A killed process leaves a file that no process locks.
  const crashed = `${path}.instances/crashed`;
  assertEquals([await a.dead(), await b.dead()], [new Set(), new Set()]);
  await Deno.writeTextFile(crashed, "");
  const dead = new Set(canTry ? ["crashed"] : []);
  assertEquals([await a.dead(), await b.dead()], [dead, dead]);
  await a.clear("crashed");
  assertEquals(await b.dead(), new Set());

  await a.release();
  await a.release();
  assertEquals(await b.dead(), new Set());
  await b.release();
  const left = await Array.fromAsync(Deno.readDir(`${path}.instances`), ({ name }) => name);
  assertEquals(left, canTry ? [] : ["crashed"]);
});

Deno.test("files that cannot be locked or read count as no evidence, and cause no error", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  const locks = await openInstanceLocks(path, "a");
  // The file of an instance that is just starting, not yet locked.
  if (canTry) await Deno.writeTextFile(`${path}.instances/.new-b`, "");
  assertEquals(await locks.dead(), new Set());
  await Deno.remove(`${path}.instances`, { recursive: true });
  assertEquals(await locks.dead(), new Set());
  await locks.release();

  await Deno.writeTextFile(`${path}.instances`, "no directory");
  const none = await openInstanceLocks(path, "a");
  assertEquals(await none.dead(), new Set());
});

Deno.test("a database that is not a file has no locks", async () => {
  for (const path of [undefined, ":memory:", "https://kv.example.com"]) {
    const locks = await openInstanceLocks(path, "a");
    assertEquals(await locks.dead(), new Set());
    await locks.clear("b");
    await locks.release();
  }
});
