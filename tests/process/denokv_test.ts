/** A server of the database that is killed while the program works. */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { overDenokv } from "../../testing/databases.ts";
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
