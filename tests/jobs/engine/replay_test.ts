import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import { jobOf, openRuntimes, submit } from "../../../testing/runtimes.ts";
import { testKind } from "../../../testing/jobs.ts";

Deno.test("replay() creates a new job from a dead letter, which is executed at once", async () => {
  let calls = 0;
  const kind = testKind(({ text }) =>
    ++calls === 1 ? Promise.reject(new JobError("refused", "No")) : Promise.resolve({ text })
  );
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const letters = await env.a.jobs.deadLetters({ limit: 10 });
  assertEquals(letters.map((letter) => [letter.id, letter.failure.code]), [[id, "refused"]]);

  const replayed = await env.a.jobs.replay(id);
  assert(replayed);
  await env.a.instance.idle();
  const job = await jobOf(env.store, replayed.id);
  assertEquals([job.state, job.replayOf], ["succeeded", id]);
  assertEquals(await env.a.jobs.deadLetters({ limit: 10 }), []);
  assertStrictEquals(await env.a.jobs.replay(id), null);
});
