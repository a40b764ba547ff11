import { assert, assertEquals } from "@std/assert";
import { JobError } from "../../../lib/job/failure.ts";
import { jobOf, openRuntimes, submit } from "../../../testing/runtimes.ts";
import { testKind } from "../../../testing/jobs.ts";

Deno.test("replay() creates a new job from a failed job, which is executed at once", async () => {
  let calls = 0;
  const kind = testKind(({ text }) =>
    ++calls === 1 ? Promise.reject(new JobError("refused", "No")) : Promise.resolve({ text })
  );
  using env = await openRuntimes({ kinds: [kind] });
  const { job: { id } } = await submit(env.a, kind, { text: "hello" });
  await env.a.instance.idle();
  const replayed = await env.a.jobs.replay(id);
  assert(replayed?.isNew);
  await env.a.instance.idle();
  const job = await jobOf(env.store, replayed.job.id);
  assertEquals([job.state, job.replayOf], ["succeeded", id]);
  assertEquals(await env.a.jobs.replay(id), { job, isNew: false });
});
