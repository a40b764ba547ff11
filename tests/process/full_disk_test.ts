/**
 * The real program on a small disk that another program fills. The tests need the right to mount a
 * file system, and are skipped without it.
 * @module
 */
import { assert, assertEquals, assertMatch, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { type LogLine, Program, workDirectory } from "../../testing/program.ts";
import { isSkipped } from "../../testing/skipped.ts";
import { canMount, SmallDisk } from "../../testing/small_disk.ts";
import { withWaitLimit } from "../../testing/wait_limit.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 5 };
const RESERVE = "kv.sqlite.reserve";
const ignore = isSkipped(
  "the program on a full disk",
  await canMount() ? null : "the user may not mount a file system",
);

/** The directory of a program, with its database on a small disk. */
async function openDisk() {
  const directory = await workDirectory();
  const disk = await SmallDisk.mount(join(directory.path, "data"), { mebibytes: 64 });
  return {
    path: directory.path,
    disk,
    async [Symbol.asyncDispose]() {
      await disk[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
}

/** Resolves when the files on a disk satisfy a condition. */
async function untilFiles(
  { path }: SmallDisk,
  isMet: (sizeOf: (name: string) => number) => boolean,
): Promise<void> {
  const sizes = () => new Map([...Deno.readDirSync(path)].map(({ name }) => [name, sizeOf(name)]));
  const sizeOf = (name: string) => {
    try {
      return Deno.statSync(join(path, name)).size;
    } catch {
      return 0;
    }
  };
  using changes = Deno.watchFs(path);
  const met = async () => {
    while (!isMet(sizeOf)) await changes[Symbol.asyncIterator]().next();
  };
  await withWaitLimit(met(), () => JSON.stringify([...sizes()]));
}

function countOf({ log }: Program, message: string): number {
  return log.filter((line) => line.message === message).length;
}

async function untilState(program: Program, message: string): Promise<LogLine> {
  return await program.until(({ log }) => log.find((line) => line.message.startsWith(message)));
}

for (const doorbell of ["queue", "sweep"]) {
  Deno.test({
    name: `${doorbell}: on a full disk, running jobs end, new jobs are refused, and none is lost`,
    ignore,
    async fn() {
      await using env = await openDisk();
      await using program = new Program(env.path, {
        env: {
          LOG_LEVEL: "debug",
          DOORBELL: doorbell,
          WORKER_CONCURRENCY: "2",
          SAMPLE_DELAY_MS: "1500",
        },
      });
      const posts = await Promise.all(
        Array.from({ length: 8 }, () => program.post("/api/itineraries", tokyo)),
      );
      assertEquals(posts.map(({ status }) => status), Array(8).fill(202));
      const paths = posts.map(({ headers }) => headers.get("location")!);
      await program.untilLogged("claimed", 2);
      await program.untilLogged("files grown");
      await env.disk.fill();
      await untilState(program, "storage full");
      await untilFiles(env.disk, (sizeOf) => sizeOf(RESERVE) === 0);

      const refused = await program.post("/api/itineraries", tokyo);
      assertEquals([refused.status, refused.body.code], [503, "storage_full"]);
      assertStrictEquals(refused.headers.get("retry-after"), "60");
      assertStrictEquals((await program.get("/readyz")).status, 503);
      assertStrictEquals((await program.get("/livez")).status, 200);
      const started = countOf(program, "claimed");
      assert(started < 8, "no job waits");
      await program.untilLogged("completed", started);
      const statuses = await Promise.all(
        paths.map(async (path) => (await program.get(path)).body.status),
      );
      const counts = Map.groupBy(statuses, String);
      assertEquals(counts.get("completed")?.length, started);
      assertEquals(counts.get("processing")?.length, 8 - started);
      assertStrictEquals(countOf(program, "claimed"), started);

      await env.disk.clear();
      await untilState(program, "storage recovered");
      await untilFiles(env.disk, (sizeOf) => sizeOf(RESERVE) > 0);
      assertStrictEquals((await program.get("/readyz")).status, 200);
      assertStrictEquals((await program.post("/api/itineraries", tokyo)).status, 202);
      await program.untilLogged("completed", 9);
      for (const path of paths) {
        assertStrictEquals((await program.get(path)).body.status, "completed");
      }
      assertStrictEquals((await program.end("SIGTERM")).code, 0);
    },
  });
}

Deno.test({
  name: "a start on a full disk ends with one line and its own exit code, and a later one works",
  ignore,
  async fn() {
    await using env = await openDisk();
    {
      await using program = new Program(env.path);
      await program.post("/api/itineraries", tokyo);
      await program.untilLogged("completed");
      await program.end("SIGTERM");
    }
    await env.disk.fill({ leaving: 8_192 });
    await using refused = new Program(env.path);
    assertStrictEquals((await refused.ended()).code, 75);
    assertMatch(
      refused.output,
      /^Cannot start: the disk of KV_PATH is full \(\d+ bytes free\): [^\n]+\n$/,
    );
    await env.disk.clear();
    await using program = new Program(env.path);
    await program.untilLogged("listening");
    assertStrictEquals((await program.get("/readyz")).status, 200);
  },
});
