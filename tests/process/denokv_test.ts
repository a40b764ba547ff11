/** A server of the database that is killed while the program works. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { overDenokv } from "../../testing/databases.ts";
import type { Kv } from "../../lib/platform/kv.ts";
import { openDatabase } from "../../lib/store/database.ts";
import { startCountingProxy, WRITE } from "../../testing/kv_connect/counting_proxy.ts";
import { Denokv, isDenokvSkipped } from "../../testing/kv_connect/denokv.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const ignore = isDenokvSkipped();
const tokyo = { destination: "Tokyo, Japan", durationDays: 2 };

Deno.test({
  name: "a job goes on when the server of the database was killed and is back, in the same attempt",
  ignore,
  async fn() {
    await using directory = await workDirectory(overDenokv);
    const server = directory.database.server!;
    await using program = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "1500" } });
    const path = (await program.post("/api/itineraries", tokyo)).headers.get("location")!;
    await program.untilLogged("claimed");
    await server.kill();
    await server.restart();
    await program.untilLogged("completed");
    const { body } = await program.get(path);
    assertStrictEquals(body.status, "completed");
    assertStrictEquals(body.attempt, 1);
  },
});

Deno.test({
  name: "the file of the server has each accepted job, also after the server was killed",
  ignore,
  async fn() {
    await using directory = await workDirectory(overDenokv);
    const server = directory.database.server!;
    await using program = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "600000" } });
    const accepted = await Promise.all(
      Array.from({ length: 20 }, () => program.post("/api/itineraries", tokyo)),
    );
    await server.kill();
    await program.end("SIGKILL");
    await server.restart();
    await using next = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "600000" } });
    for (const { status, headers } of accepted) {
      assertStrictEquals(status, 202);
      assertStrictEquals((await next.get(headers.get("location")!)).status, 200);
    }
  },
});

Deno.test({
  name: "a file that Deno has written becomes the file of the server, and back",
  ignore,
  async fn() {
    await using directory = await workDirectory();
    const path = join(directory.path, "moved.sqlite");
    const file = await Deno.openKv(path);
    await file.set(["key"], { from: "Deno" });
    file.close();
    {
      await using server = await Denokv.start(path);
      using kv = await Deno.openKv(server.url);
      assertEquals((await kv.get(["key"])).value, { from: "Deno" });
      await kv.set(["key"], { from: "denokv" });
    }
    using again = await Deno.openKv(path);
    assertEquals((await again.get(["key"])).value, { from: "denokv" });
  },
});

/** Adds one to a sum whose commit's answer is lost. Returns the sum, and how often it was sent. */
async function addOnce(openKv: (url: string) => Promise<Kv>) {
  await using directory = await workDirectory(overDenokv);
  await using proxy = startCountingProxy(directory.database.server!, { lostWrites: 1 });
  const kv = await openKv(proxy.env.KV_PATH);
  const { ok } = await kv.atomic().sum(["sum"], 1n).commit();
  const { value } = await kv.get<{ value: bigint }>(["sum"]);
  kv.close();
  return { ok, sum: value?.value, sent: proxy.counts[WRITE] };
}

Deno.test({
  name:
    "a sum counts once although the client sends its commit again, which adds twice without a receipt",
  ignore,
  async fn() {
    assertEquals(await addOnce(openDatabase), { ok: true, sum: 1n, sent: 2 });
    assertEquals(await addOnce((url) => Deno.openKv(url)), { ok: true, sum: 2n, sent: 2 });
  },
});
