import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { StoredResponses } from "../../../lib/store/stored_responses.ts";
import { failJob } from "../../../lib/job/job_record.ts";
import { HOUR, MINUTE } from "../../../testing/jobs.ts";
import { acceptAndClaim, fault, openStore, step } from "../../../testing/stores.ts";

type Env = Awaited<ReturnType<typeof openStore>>;

const open = ({ kv, clock }: Env) => new StoredResponses(kv, clock);

async function startResponses(env: Env, ...ids: string[]): Promise<string> {
  const lease = await acceptAndClaim(env.store);
  for (const id of ids) await env.store.checkpoints.saveResponse(lease, step, id);
  return lease.job.id;
}

async function end(env: Env, id: string): Promise<void> {
  const job = (await env.store.read(id))!.job;
  if (job.state !== "running") throw new Error(job.state);
  await env.kv.set(
    ["job", id],
    failJob(job, { failure: fault, now: env.clock.now(), usage: null }),
  );
}

Deno.test("ofEndedJobs() yields the responses of ended and expired jobs that are not forgotten", async () => {
  using env = await openStore();
  const long = `resp_${"x".repeat(2_000)}`;
  const ended = await startResponses(env, "resp_1", long, "resp_2");
  const expired = await startResponses(env, "resp_3");
  const unreadable = await startResponses(env, "resp_4");
  await startResponses(env, "resp_5");
  await end(env, ended);
  await env.kv.delete(["job", expired]);
  await env.kv.set(["job", unreadable], { schema: 99 });
  const responses = open(env);
  await responses.forget({ jobId: ended, responseId: "resp_1" });
  const listed = async () =>
    (await Array.fromAsync(responses.ofEndedJobs({ last: null }))).map(({ responseId }) =>
      responseId
    ).toSorted();
  assertEquals(await listed(), ["resp_2", "resp_3", long].toSorted());
  await responses.forget({ jobId: ended, responseId: long });
  assertEquals(await listed(), ["resp_2", "resp_3"]);
});

Deno.test("claimSweep() succeeds for one instance, once an hour", async () => {
  using env = await openStore();
  const instances = [open(env), open(env)];
  const claimed = async () =>
    (await Promise.all(instances.map((each) => each.claimSweep()))).filter(Boolean).length;
  assertStrictEquals(await claimed(), 1);
  let total = 0;
  for (let minute = 1; minute <= 180; minute++) {
    env.clock.advance(MINUTE);
    total += await claimed();
  }
  assertStrictEquals(total, 3);
  // An instance that starts later knows of the last sweep.
  assertStrictEquals(await open(env).claimSweep(), null);
  env.clock.advance(HOUR);
  assert(await open(env).claimSweep());
});

Deno.test("claimSweep() succeeds after the clock was set back", async () => {
  using env = await openStore();
  env.clock.advance(10 * HOUR);
  assert(await open(env).claimSweep());
  env.clock.advance(-10 * HOUR);
  assert(await open(env).claimSweep());
});

Deno.test("a sweep begins behind the end of the last one, and continues at the first response", async () => {
  using env = await openStore();
  const ids = ["resp_1", "resp_2", "resp_3"];
  for (const id of ids) await env.kv.set(["stored_response", "job", id], id);
  const responses = open(env);
  const next = async () => {
    const sweep = (await open(env).claimSweep())!;
    env.clock.advance(HOUR);
    const listed = await Array.fromAsync(responses.ofEndedJobs(sweep));
    return { sweep, listed: listed.map(({ responseId }) => responseId) };
  };
  const first = await next();
  assertEquals(first.listed, ids);
  await responses.endSweep(first.sweep, { jobId: "job", responseId: "resp_2" });
  const second = await next();
  assertEquals(second.listed, ["resp_3", "resp_1", "resp_2"]);
  // An earlier sweep that ends late changes nothing.
  await responses.endSweep(first.sweep, { jobId: "job", responseId: "resp_1" });
  await responses.forget({ jobId: "job", responseId: "resp_2" });
  assertEquals((await next()).listed, ["resp_3", "resp_1"]);
});
