/**
 * Lets each commit of a job's whole life go wrong, one after the other and in each way in which a
 * commit can go wrong, and looks whether the job still comes to its end.
 */
import { assert, assertEquals, fail } from "@std/assert";
import { z } from "zod";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import { openRuntimesOn, submit, untilIdle } from "../../../testing/runtimes.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv, type KvHooks } from "../../../testing/hooked_kv.ts";
import { queuedJob, testKind } from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

type Env = ReturnType<typeof openRuntimesOn> & { runs: string[] };

/** What happens to a job; resolves with its id when the rest goes by itself. */
type Story = (env: Env) => Promise<string>;

const stories: Record<string, { story: Story; ends: JobRecord["state"][] }> = {
  "accepted, worked on, tried again, completed": {
    story: async ({ a, kind }) => (await submit(a, kind, { text: "hello" })).job.id,
    ends: ["succeeded"],
  },
  "put back at a shutdown and completed elsewhere": {
    story: async ({ a, clock, runs, kind }) => {
      const { job: { id } } = await submit(a, kind, { text: "hold" });
      for (let n = 0; n < 50 && runs.length === 0; n++) await a.jobs.ping();
      const stopped = a.instance.stop(0);
      for (let n = 0; n < 20; n++) {
        clock.advance(500);
        await a.jobs.ping();
      }
      await stopped;
      return id;
    },
    ends: ["succeeded"],
  },
  "abandoned by a dead instance and completed elsewhere": {
    story: async ({ store }) => {
      const job = queuedJob();
      await store.accept(job);
      await claim(store, job.id, { holder: "dead" });
      return job.id;
    },
    ends: ["succeeded"],
  },
  "canceled": {
    story: async ({ a, runs, kind }) => {
      const { job: { id } } = await submit(a, kind, { text: "hold" });
      for (let n = 0; n < 50 && runs.length === 0; n++) await a.jobs.ping();
      await a.jobs.cancel(kind, id);
      return id;
    },
    ends: ["canceled"],
  },
};

/** How a commit goes wrong. */
type Fault = "refused" | "answer lost" | "conflict";

/** Lets the nth commit go wrong, counted from 1; returns how many commits there were. */
function injectFault(hooks: KvHooks, nth: number, fault: Fault) {
  let commits = 0;
  hooks.commit = async (_sets, run) => {
    if (++commits !== nth) return await run();
    if (fault === "conflict") return { ok: false };
    if (fault === "answer lost") await run();
    throw new Error("database lost");
  };
  return () => commits;
}

interface Ending {
  commits: number;
  /** What became of the job; `null` if the client was told that it was not taken, or not canceled. */
  state: JobRecord["state"] | null;
  result: unknown;
  /** How often each step ran. */
  runs: string[];
}

async function tell(story: Story, nth: number, fault: Fault): Promise<Ending> {
  const runs: string[] = [];
  const told = Promise.withResolvers<void>();
  let failures = 1;
  const kind = testKind(async ({ text }, context) => {
    for (const name of ["one", "two"]) {
      await context.step(name, z.string(), async () => {
        runs.push(name);
        if (text === "hold") await told.promise;
        if (name === "two" && text === "hello" && failures-- > 0) {
          throw new JobError("upstream_error", "OpenAI API error: 500");
        }
        return name;
      });
    }
    return { text: "plan" };
  });
  const { kv, hooks } = hookKv(await Deno.openKv(":memory:"));
  const clock = new FakeClock();
  using env = openRuntimesOn(kv, { kinds: [kind] }, clock);
  const commits = injectFault(hooks, nth, fault);
  async function calmDown(): Promise<void> {
    for (const engine of [env.a, env.b]) await untilIdle(engine, () => clock.advance(1_000));
  }
  let id: string;
  try {
    id = await story({ ...env, runs });
  } catch {
    told.resolve();
    await calmDown();
    // Whoever asked was told that it did not work.
    return { commits: commits(), state: null, result: null, runs };
  }
  told.resolve();
  for (let second = 0; second < 120; second++) {
    const snapshot = await env.store.read(id);
    if (snapshot && "finishedAt" in snapshot.job) {
      hooks.commit = undefined;
      await calmDown();
      const { job: { state }, result } = snapshot;
      return { commits: commits(), state, result, runs };
    }
    clock.advance(1_000);
    await Promise.all([env.a.instance.beat(), env.b.instance.beat()]);
    if (!env.a.jobs.stopping) await env.a.instance.sweep();
    await env.b.instance.sweep();
    for (let n = 0; n < 10; n++) await env.a.jobs.ping();
  }
  fail(`The job did not end: ${JSON.stringify(await env.store.read(id))}`);
}

for (const [name, { story, ends }] of Object.entries(stories)) {
  for (const fault of ["refused", "answer lost", "conflict"] as const) {
    Deno.test(`a job that is ${name}: any one commit ${fault}`, async () => {
      const calm = await tell(story, 0, fault);
      assert(ends.includes(calm.state!), String(calm.state));
      let told = 0;
      for (let nth = 1; nth <= calm.commits; nth++) {
        const { state, result, runs } = await tell(story, nth, fault);
        if (state === null) {
          told++;
          continue;
        }
        assert(ends.includes(state), `commit ${nth}: ${state}`);
        if (state === "succeeded") assertEquals(result, { text: "plan" }, `commit ${nth}`);
        // A conflict says that the job is another's; only then a step may have to run again.
        const most = calm.runs.length + (fault === "conflict" ? 1 : 0);
        assert(runs.length <= most, `commit ${nth}: ${runs} instead of ${calm.runs}`);
      }
      // Only the commits that a client waits for may be answered with an error.
      assert(told <= 2, `${told} times the client was told`);
    });
  }
}
