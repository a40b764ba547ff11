import assert from "node:assert/strict";
import { type InstanceLocks, openInstanceLocks } from "../../lib/instance_locks.ts";
import { workDirectory } from "../support/program.ts";

/** Deno 2.5 cannot try a lock: there nobody is ever known to be dead. */
const canTry = "tryLock" in Deno.FsFile.prototype;

Deno.test("a lock tells that its instance is dead, and only then", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  const [a, b] = [openInstanceLocks(path), openInstanceLocks(path)] as [
    InstanceLocks,
    InstanceLocks,
  ];
  await a.hold("a");
  await b.hold("b");
  assert.deepEqual(await a.dead(), new Set());
  assert.deepEqual(await b.dead(), new Set());

  // What a process that was killed leaves behind: a file that nobody locks.
  await Deno.writeTextFile(`${path}.instances/crashed`, "");
  assert.deepEqual(await a.dead(), new Set(canTry ? ["crashed"] : []));
  assert.deepEqual(await b.dead(), new Set(canTry ? ["crashed"] : []));
  await a.clear("crashed");
  assert.deepEqual(await b.dead(), new Set());

  await a.release();
  await a.release();
  assert.deepEqual(await b.dead(), new Set());
  await b.release();
  assert.deepEqual(await Array.fromAsync(Deno.readDir(`${path}.instances`)), []);
});

Deno.test("who holds no lock knows of nobody's death", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  await Deno.mkdir(`${path}.instances`);
  await Deno.writeTextFile(`${path}.instances/crashed`, "");
  assert.deepEqual(await openInstanceLocks(path).dead(), new Set());
});

Deno.test("a database that is no file has no locks, and needs none", async () => {
  for (const path of [undefined, ":memory:", "https://kv.example.com"]) {
    const locks = openInstanceLocks(path);
    await locks.hold("a");
    assert.deepEqual(await locks.dead(), new Set());
    await locks.clear("b");
    await locks.release();
  }
});
