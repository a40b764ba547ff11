/**
 * What the service reads and writes for its space: with real files.
 * @module
 */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openDatabase, StorageFullError } from "../../../lib/store/database.ts";
import { DiskSpaceReader } from "../../../lib/store/free_space.ts";
import { databaseFile } from "../../../lib/kv_path.ts";
import { reserveFile } from "../../../lib/store/reserve_file.ts";
import { spaceWrites } from "../../../lib/store/space_writes.ts";
import { StorageSpace, storageSpaceOf } from "../../../lib/store/storage_space.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv } from "../../../testing/hooked_kv.ts";
import { workDirectory } from "../../../testing/program.ts";

const paths: [kvPath: string | undefined, file: string | null][] = [
  ["data/kv.sqlite", "data/kv.sqlite"],
  [undefined, null],
  [":memory:", null],
  ["https://kv.example", null],
  ["C:\\data\\kv.sqlite", "C:\\data\\kv.sqlite"],
];

for (const [kvPath, file] of paths) {
  Deno.test(`databaseFile(${kvPath}) is ${file}`, () => {
    assertStrictEquals(databaseFile(kvPath), file);
  });
}

async function readDiskSpace(path: string) {
  using reader = new DiskSpaceReader(path);
  return await reader.read();
}

Deno.test("DiskSpaceReader reads what is free on the disk and within the database", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  const empty = await readDiskSpace(path);
  assert(empty.freeBytes > 0 && empty.totalBytes > empty.freeBytes);
  assertEquals([empty.reusableBytes, empty.logBytes], [0, 0]);
  for (const pageBytes of [512, 4_096, 65_536]) {
    const file = `${directory.path}/${pageBytes}.sqlite`;
    const database = new DatabaseSync(file);
    database.exec(`pragma page_size = ${pageBytes}; create table plans (plan blob)`);
    database.exec("insert into plans values (zeroblob(1000000)); delete from plans");
    const { freelist_count } = database.prepare("pragma freelist_count").get()!;
    database.close();
    assert(Number(freelist_count) > 0);
    assertStrictEquals(
      (await readDiskSpace(file)).reusableBytes,
      Number(freelist_count) * pageBytes,
    );
  }
});

/** How many locks this process has on a file, as Linux lists them. */
async function countLocks(path: string): Promise<number> {
  const { ino } = await Deno.stat(path);
  const lines = (await Deno.readTextFile("/proc/locks")).split("\n");
  return lines.filter((line) => line.includes(` ${Deno.pid} `) && line.includes(`:${ino} `)).length;
}

Deno.test({
  name: "DiskSpaceReader leaves SQLite its locks on the database",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using directory = await workDirectory();
    const path = `${directory.path}/kv.sqlite`;
    using kv = await Deno.openKv(path);
    await kv.set(["key"], "value");
    const locks = await countLocks(path);
    assert(locks > 0);
    using reader = new DiskSpaceReader(path);
    await reader.read();
    await reader.read();
    assertStrictEquals(await countLocks(path), locks);
  },
});

Deno.test("DiskSpaceReader rejects for a directory that does not exist", async () => {
  await using directory = await workDirectory();
  await assertRejects(() => readDiskSpace(`${directory.path}/none/kv.sqlite`));
});

Deno.test("the reserve is a file of its size, which any instance may hold or release", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite.reserve`;
  const [a, b] = [reserveFile(path, 100_000), reserveFile(path, 100_000)];
  await b.release();
  await Promise.all([a.hold(), b.hold()]);
  const written = await Deno.readFile(path);
  assert(written.length >= 100_000);
  // File systems that compress would not reserve anything for zeros.
  assert(new Set(written).size > 200);
  await Deno.writeFile(path, written.subarray(0, 10));
  await a.hold();
  assertStrictEquals((await Deno.stat(path)).size, 100_000);
  await a.release();
  await b.release();
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
});

Deno.test("growFiles() reserves space within the files of SQLite, and leaves no key", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  using kv = await Deno.openKv(path);
  await kv.set(["job"], 1);
  assertStrictEquals(await spaceWrites(kv).growFiles(await readDiskSpace(path)), true);
  await spaceWrites(kv).test();
  const found = await Array.fromAsync(kv.list({ prefix: [] }));
  assertEquals(found.map(({ key }) => key), [["job"]]);
  // SQLite begins its log anew after 1,000 pages.
  const log = await Deno.stat(`${path}-wal`);
  assert(log.size > 1_000 * 4_096, `${log.size}`);
  // Without a gap between the pages that the database has, and those of its file.
  const database = new DatabaseSync(path);
  const { page_count } = database.prepare("pragma page_count").get()!;
  database.close();
  assertStrictEquals((await Deno.stat(path)).size, Number(page_count) * 4_096);
  // A second instance, or one after a crash, finds files of this size.
  assertStrictEquals(await spaceWrites(kv).growFiles(await readDiskSpace(path)), false);
  // One that was killed may have left a value.
  await kv.set(["reserve", 0], new Uint8Array(65_000));
  assertStrictEquals(await spaceWrites(kv).growFiles(await readDiskSpace(path)), true);
  assertStrictEquals((await kv.get(["reserve", 0])).value, null);
});

const small: [what: string, space: { reusableBytes: number; logBytes: number }][] = [
  ["SQLite has deleted its log", { reusableBytes: 1e9, logBytes: 0 }],
  ["the database has no free pages", { reusableBytes: 0, logBytes: 1e7 }],
];

for (const [what, space] of small) {
  Deno.test(`growFiles() writes when ${what}`, async () => {
    using kv = await Deno.openKv(":memory:");
    assertStrictEquals(await spaceWrites(kv).growFiles(space), true);
  });
}

Deno.test("growFiles() deletes what it has written although the disk is full before the end", async () => {
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  let commits = 0;
  hooks.commit = (_sets, run) =>
    ++commits === 3 ? Promise.reject(new TypeError("database or disk is full")) : run();
  await assertRejects(() => spaceWrites(kv).growFiles({ reusableBytes: 0, logBytes: 0 }));
  assertEquals(await Array.fromAsync(kv.list({ prefix: [] })), []);
  kv.close();
});

Deno.test("openDatabase() does not open a database on a full disk", async () => {
  await using directory = await workDirectory();
  const path = `${directory.path}/kv.sqlite`;
  const space = {
    freeBytes: 1_000_000,
    totalBytes: 1e12,
    reusableBytes: 1e9,
    fileBytes: 2e9,
    logBytes: 0,
  };
  const storage = new StorageSpace({
    clock: new FakeClock(),
    concurrency: 1,
    reader: { read: () => Promise.resolve(space), [Symbol.dispose]: () => {} },
  });
  await assertRejects(() => openDatabase(path, { storage }), StorageFullError);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  space.freeBytes = 1e9;
  (await openDatabase(path, { storage })).close();
});

Deno.test("storageSpaceOf() knows the space of a file, and of nothing else", async () => {
  await using directory = await workDirectory();
  const options = { clock: new FakeClock(), concurrency: 1 };
  using storage = storageSpaceOf(`${directory.path}/kv.sqlite`, options);
  await storage.measure();
  assert(storage.report.freeBytes! > 0);
  for (const kvPath of [undefined, ":memory:", "https://kv.example"]) {
    const remote = storageSpaceOf(kvPath, options);
    await remote.measure();
    assertStrictEquals(remote.report.freeBytes, null);
  }
});
