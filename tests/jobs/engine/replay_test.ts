import assert from "node:assert/strict";
import { JobError } from "../../../lib/job/failure.ts";
import { jobOf, openRuntimes, submit } from "../../../testing/runtimes.ts";
import { testKind } from "../../../testing/jobs.ts";

Deno.test("a dead letter that is replayed becomes a new job, which is worked on at once", async () => {
  let calls = 0;
  const kind = testKind(({ text }) =>
    ++calls === 1 ? Promise.reject(new JobError("refused", "No")) : Promise.resolve({ text })
  );
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const letters = await env.a.jobs.deadLetters({ limit: 10 });
  assert.deepEqual(letters.map((letter) => [letter.id, letter.failure.code]), [[id, "refused"]]);

  const replayed = await env.a.jobs.replay(id);
  assert.ok(replayed);
  await env.a.instance.idle();
  const job = await jobOf(env.store, replayed.id);
  assert.deepEqual([job.state, job.replayOf], ["succeeded", id]);
  assert.deepEqual(await env.a.jobs.deadLetters({ limit: 10 }), []);
  assert.equal(await env.a.jobs.replay(id), null);
});
