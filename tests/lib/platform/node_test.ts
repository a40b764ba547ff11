/** The platform on Node.js, as far as Deno can run it: `deno task test:node` has the rest. */
import { assertEquals } from "@std/assert";
import { platform } from "../../../lib/platform/node.ts";
import type { Kv } from "../../../lib/platform/kv.ts";
import { withWaitLimit } from "../../../testing/wait_limit.ts";

/** Values of each sort that the program stores, and binary data inside of others. */
const values = [
  "text",
  "日本",
  null,
  -1.5,
  2 ** 40,
  10n,
  new Uint8Array([1, 2, 3]),
  { list: [1, { a: "b" }, null], undefined: undefined },
  { bytes: new Uint8Array([1, 2, 3]) },
];

/** Opens a new file by both: by the package for Node.js and by Deno. */
async function openBoth() {
  const path = await Deno.makeTempFile();
  const node = await platform.openKv(path);
  const deno = await Deno.openKv(path);
  return {
    node,
    deno,
    async [Symbol.asyncDispose]() {
      for (const kv of [node, deno]) kv.close();
      for (const suffix of ["", "-shm", "-wal"]) {
        await Deno.remove(path + suffix).catch(() => {});
      }
    },
  };
}

/** Writes all values with one database, and reads them with another. */
async function pass(from: Kv, to: Kv): Promise<unknown[]> {
  for (const [n, value] of values.entries()) await from.set(["value", n], value);
  const entries = await Array.fromAsync(to.list({ prefix: ["value"] }));
  return entries.map(({ value }) => value);
}

/** Sends a message with one database, and returns what arrives at another one that listens later. */
async function send(message: unknown, { from, to }: { from: Kv; to: Kv }): Promise<unknown> {
  await from.atomic().enqueue(message).commit();
  const arrived = Promise.withResolvers<unknown>();
  to.listenQueue(arrived.resolve).catch(arrived.reject);
  return await withWaitLimit(arrived.promise, () => "the message arrives");
}

/** Returns plain bytes in place of a `Buffer`. */
const plain = (value: unknown) => value instanceof Uint8Array ? new Uint8Array(value) : value;

Deno.test("Deno reads values and messages that the platform on Node.js has written", async () => {
  await using both = await openBoth();
  const { node, deno } = both;
  assertEquals(await pass(node, deno), values);
  assertEquals(await send(values, { from: node, to: deno }), values);
});

Deno.test("the platform on Node.js reads values and messages that Deno has written", async () => {
  await using both = await openBoth();
  const { node, deno } = both;
  assertEquals((await pass(deno, node)).map(plain), values);
  assertEquals(await send(values, { from: deno, to: node }), values);
});
