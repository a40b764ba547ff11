import { assertEquals, assertStrictEquals } from "@std/assert";
import type { DiskSpace } from "../../../lib/store/free_space.ts";
import type { SpaceReserve } from "../../../lib/store/reserve_file.ts";
import type { SpaceWrites } from "../../../lib/store/space_writes.ts";
import {
  isStorageFull,
  isUnwritable,
  spaceMarks,
  StorageSpace,
  type StorageState,
} from "../../../lib/store/storage_space.ts";
import { FakeClock, nextTurn } from "../../../testing/fake_clock.ts";
import { captureLogs } from "../../../testing/log_records.ts";

const MIB = 1_048_576;
const GIB = 1_024 * MIB;

/** With 64 slots, jobs are refused below 32 MiB, wait below 16 MiB; the reserve is for 8 MiB. */
const concurrency = 64;

function readerOf(read: () => Promise<DiskSpace>) {
  return { read, [Symbol.dispose]: () => {} };
}

/** A disk of 10 GiB whose free space a test sets, and what was done with it. */
function openSpace({ totalBytes = 10 * GIB } = {}) {
  const disk: DiskSpace = {
    freeBytes: totalBytes,
    totalBytes,
    reusableBytes: 0,
    fileBytes: 0,
    logBytes: 0,
  };
  const calls: string[] = [];
  const call = (name: string) => {
    calls.push(name);
    return Promise.resolve();
  };
  const writes: SpaceWrites = {
    test: () => call("test"),
    growFiles: () => call("grow").then(() => true),
  };
  const reserve: SpaceReserve = { hold: () => call("hold"), release: () => call("release") };
  const space = new StorageSpace({
    clock: new FakeClock(),
    concurrency,
    reader: readerOf(() => Promise.resolve({ ...disk })),
    reserveOf: (bytes) => {
      assertStrictEquals(bytes, Math.min(8 * MIB, totalBytes / 32));
      return reserve;
    },
  });
  return {
    disk,
    space,
    calls,
    writes,
    async checkWith(changes: Partial<DiskSpace>): Promise<StorageState> {
      Object.assign(disk, changes);
      await space.check(writes);
      return space.report.state;
    },
  };
}

const sizes: [what: string, totalBytes: number, low: number, full: number, empty: number][] = [
  ["a large volume", 1_000 * GIB, 32 * MIB, 16 * MIB, 8 * MIB],
  ["10 GiB", 10 * GIB, 32 * MIB, 16 * MIB, 8 * MIB],
  ["64 MiB", 64 * MIB, 8 * MIB, 4 * MIB, 2 * MIB],
  ["6 MiB", 6 * MIB, 0.75 * MIB, 0.375 * MIB, 0.1875 * MIB],
];

for (const [what, totalBytes, low, full, empty] of sizes) {
  Deno.test(`spaceMarks() of ${what}`, () => {
    assertEquals(spaceMarks({ totalBytes, concurrency }), { low, full, empty });
  });
}

Deno.test("spaceMarks() grow with the number of running jobs", () => {
  const { full } = spaceMarks({ totalBytes: GIB, concurrency: 128 });
  assertStrictEquals(full, 24 * MIB);
});

/** One step after the other. */
const steps: [why: string, changes: Partial<DiskSpace>, state: StorageState][] = [
  ["9 of 10 GiB are used", { freeBytes: GIB }, "ok"],
  ["just enough", { freeBytes: 32 * MIB }, "ok"],
  ["less than for new jobs", { freeBytes: 32 * MIB - 1 }, "low"],
  ["not enough to recover", { freeBytes: 39 * MIB }, "low"],
  ["enough to recover", { freeBytes: 40 * MIB }, "ok"],
  ["less than for waiting jobs", { freeBytes: 16 * MIB - 1 }, "full"],
  ["not enough to recover from full", { freeBytes: 19 * MIB }, "full"],
  ["enough for waiting jobs", { freeBytes: 20 * MIB }, "low"],
  ["the file has room for new jobs", { freeBytes: 20 * MIB, reusableBytes: 20 * MIB }, "ok"],
  ["only the file has room", { freeBytes: 8 * MIB - 1, reusableBytes: GIB }, "full"],
  ["the log has little more room", { freeBytes: 9 * MIB }, "full"],
  ["the log has room again", { freeBytes: 10 * MIB }, "ok"],
];

Deno.test("the state follows the space, and improves only with some more", async () => {
  const { checkWith } = openSpace();
  for (const [why, changes, state] of steps) {
    assertStrictEquals(await checkWith(changes), state, why);
  }
});

Deno.test("each state allows what its table says", async () => {
  const { space, checkWith } = openSpace();
  const allowed = async (freeBytes: number) => {
    await checkWith({ freeBytes });
    return [space.acceptsJobs, space.startsJobs, space.isEmpty];
  };
  assertEquals(await allowed(GIB), [true, true, false]);
  assertEquals(await allowed(30 * MIB), [false, true, false]);
  assertEquals(await allowed(10 * MIB), [false, false, false]);
  assertEquals(await allowed(MIB), [false, false, true]);
});

Deno.test("the reserves are made once, and the file is released when the disk is empty", async () => {
  const { calls, checkWith } = openSpace();
  await checkWith({});
  await checkWith({});
  assertEquals(calls.splice(0), ["hold", "grow"]);
  await checkWith({ freeBytes: 9 * MIB });
  assertEquals(calls.splice(0), []);
  await checkWith({ freeBytes: 7 * MIB });
  assertEquals(calls.splice(0), ["release"]);
  // The reserves would make the state `low` again.
  assertStrictEquals(await checkWith({ freeBytes: 40 * MIB - 1 }), "low");
  assertEquals(calls.splice(0), []);
  await checkWith({ freeBytes: 40 * MIB });
  assertEquals(calls.splice(0), ["hold"]);
});

Deno.test("each reserve is made as soon as the state stays ok with it", async () => {
  const { calls, checkWith } = openSpace();
  const steps: [freeBytes: number, calls: string[]][] = [
    [40 * MIB - 1, []],
    [40 * MIB, ["hold"]],
    [48 * MIB - 1, []],
    [48 * MIB, ["grow"]],
  ];
  for (const [freeBytes, expected] of steps) {
    assertStrictEquals(await checkWith({ freeBytes }), "ok");
    assertEquals(calls.splice(0), expected);
  }
});

Deno.test("on a small volume the files of SQLite do not grow in advance", async () => {
  for (const [mebibytes, expected] of [[64, ["hold", "grow"]], [63, ["hold"]]] as const) {
    const { calls, checkWith } = openSpace({ totalBytes: mebibytes * MIB });
    await checkWith({});
    assertEquals(calls, [...expected]);
  }
});

Deno.test("a failed write makes the state full at once, until a later write succeeds", async () => {
  const { space, calls, writes, checkWith } = openSpace();
  await checkWith({});
  calls.splice(0);
  space.reportUnwritable(new TypeError("disk I/O error"));
  assertEquals([space.report.state, space.report.isWritable], ["full", false]);
  writes.test = () => Promise.reject(new TypeError("database or disk is full"));
  // A quota may be used up although the disk has space.
  assertStrictEquals(await checkWith({ freeBytes: GIB }), "full");
  assertEquals(calls.splice(0), ["release"]);
  writes.test = () => Promise.resolve();
  assertStrictEquals(await checkWith({}), "ok");
  assertStrictEquals(space.report.isWritable, true);
});

Deno.test("untilOk() resolves when the state is ok again, or when the signal aborts", async () => {
  const { space, checkWith } = openSpace();
  await space.untilOk(new AbortController().signal);
  await checkWith({ freeBytes: 10 * MIB });
  const ended: string[] = [];
  const stop = new AbortController();
  space.untilOk(stop.signal).then(() => ended.push("aborted"));
  space.untilOk(new AbortController().signal).then(() => ended.push("ok"));
  await checkWith({ freeBytes: 30 * MIB });
  await nextTurn();
  assertEquals(ended, []);
  stop.abort();
  await nextTurn();
  assertEquals(ended, ["aborted"]);
  await checkWith({ freeBytes: GIB });
  await nextTurn();
  assertEquals(ended, ["aborted", "ok"]);
});

Deno.test("without a known space, only failed writes show that the disk is full", async () => {
  const { writes } = openSpace();
  const space = new StorageSpace({ clock: new FakeClock(), concurrency });
  await space.check(writes);
  assertEquals(space.report, {
    state: "ok",
    isWritable: true,
    freeBytes: null,
    totalBytes: null,
    sizeBytes: null,
    reusableBytes: null,
    lowBelowBytes: null,
  });
  assertStrictEquals(space.isEmpty, false);
  space.reportUnwritable(new TypeError("disk I/O error"));
  assertStrictEquals(space.acceptsJobs, false);
  await space.check(writes);
  assertStrictEquals(space.acceptsJobs, true);
});

Deno.test("without permission the space is read once, with one warning", async () => {
  using logs = captureLogs();
  const { writes } = openSpace();
  let reads = 0;
  const reader = readerOf(() => {
    reads++;
    return Promise.reject(new Deno.errors.NotCapable('Requires read access to "data"'));
  });
  const space = new StorageSpace({ clock: new FakeClock(), concurrency, reader });
  await space.check(writes);
  await space.check(writes);
  assertStrictEquals(reads, 1);
  assertStrictEquals(space.acceptsJobs, true);
  const error = 'NotCapable: Requires read access to "data"';
  assertEquals(
    logs.records.map(({ level, rawMessage, properties }) => [level, rawMessage, properties]),
    [["warning", "free space not known", { error }]],
  );
});

Deno.test("each change of the state is one line of the log, with its level", async () => {
  using logs = captureLogs();
  const { checkWith } = openSpace();
  for (const freeBytes of [GIB, 30 * MIB, 29 * MIB, MIB, GIB]) await checkWith({ freeBytes });
  const changes = logs.records.filter(({ level }) => level !== "debug");
  assertEquals(changes.map(({ level, properties }) => [level, properties.state]), [
    ["warning", "low"],
    ["error", "full"],
    ["info", "ok"],
  ]);
});

/** The errors of a commit. */
const errors: [error: unknown, isFull: boolean, isUnwritable: boolean][] = [
  [new TypeError("database or disk is full"), true, true],
  [new TypeError("disk I/O error"), false, true],
  [new TypeError("attempt to write a readonly database"), false, true],
  [new TypeError("database is locked"), false, false],
  ["database or disk is full", false, false],
  [null, false, false],
];

for (const [error, isFull, unwritable] of errors) {
  Deno.test(`isStorageFull() and isUnwritable() of ${error}: ${isFull}, ${unwritable}`, () => {
    assertEquals([isStorageFull(error), isUnwritable(error)], [isFull, unwritable]);
  });
}
