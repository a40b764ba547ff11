import assert from "node:assert/strict";
import { Turns } from "../../lib/keyed_mutex.ts";

Deno.test("take() lets work under one key happen one after another, and others beside it", async () => {
  const turns = new Turns();
  const held = Promise.withResolvers<void>();
  const done: string[] = [];
  const work = (name: string) => () => Promise.resolve(void done.push(name));
  const first = turns.take("a", () => held.promise);
  const second = turns.take("a", work("second"));
  const third = turns.take("a", work("third"));
  await turns.take("b", work("other"));
  assert.deepEqual(done, ["other"]);
  held.resolve();
  await Promise.all([first, second, third]);
  assert.deepEqual(done, ["other", "second", "third"]);
});

Deno.test("take() gives what the work gives, and goes on after work that failed", async () => {
  const turns = new Turns();
  const failing = turns.take("a", () => Promise.reject(new Error("no")));
  const next = turns.take("a", () => Promise.resolve(7));
  await assert.rejects(failing, /no/);
  assert.equal(await next, 7);
});
