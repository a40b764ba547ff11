import { assertEquals } from "@std/assert";
import { setImmediate } from "node:timers";
import { Turns } from "../../lib/turns.ts";

Deno.test("each caller of next() gets its own turn of the event loop, in order", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = ["a", "b", "c"].map(async (name) => {
    await turns.next();
    seen.push(name);
  });
  const others = Promise.withResolvers<void>();
  function tick(n: number): void {
    seen.push(`turn ${n}`);
    if (n === 3) others.resolve();
    else setImmediate(() => tick(n + 1));
  }
  setImmediate(() => tick(1));
  await Promise.all([...work, others.promise]);
  assertEquals(seen, ["a", "turn 1", "b", "turn 2", "c", "turn 3"]);
  await turns.next();
});

Deno.test("whenFree() waits for a turn when jobs have used up their time in this one", async () => {
  let now = 0;
  const turns = new Turns(() => now);
  const seen: string[] = [];
  setImmediate(() => seen.push("next turn"));
  for (const name of ["a", "b", "c"]) {
    await turns.whenFree();
    seen.push(name);
    now += 3;
  }
  assertEquals(seen, ["a", "b", "next turn", "c"]);
});
