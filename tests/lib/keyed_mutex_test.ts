import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { KeyedMutex } from "../../lib/keyed_mutex.ts";

Deno.test("run() runs work with the same key in sequence, and other work concurrently", async () => {
  const mutex = new KeyedMutex();
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  const work = (name: string) => () => Promise.resolve(void done.push(name));
  const first = mutex.run("a", () => held.promise);
  const second = mutex.run("a", work("second"));
  const third = mutex.run("a", work("third"));
  await mutex.run("b", work("other"));
  assertEquals(done, ["other"]);
  held.resolve();
  await Promise.all([first, second, third]);
  assertEquals(done, ["other", "second", "third"]);
});

Deno.test("run() returns the result of the work, and continues after work that failed", async () => {
  const mutex = new KeyedMutex();
  const failing = mutex.run("a", () => Promise.reject(new Error("no")));
  const next = mutex.run("a", () => Promise.resolve(7));
  await assertRejects(() => failing, Error, "no");
  assertStrictEquals(await next, 7);
});
