/**
 * Makes each commit of a job's life fail, one at a time and in each possible way, and checks that
 * the job still ends.
 */
import { assert, assertEquals, fail } from "@std/assert";
import { z } from "zod";
import { JobError } from "../../../lib/job/failure.ts";
import type { JobRecord } from "../../../lib/job/job_record.ts";
import type { Kv } from "../../../lib/platform/kv.ts";
import { keepReceipts } from "../../../lib/store/commit_receipts.ts";
import { bothTest, singleTest, workDirectory } from "../../../testing/databases.ts";
import { openRuntimesOn, submit, untilIdle } from "../../../testing/runtimes.ts";
import { FakeClock } from "../../../testing/fake_clock.ts";
import { hookKv, type KvHooks } from "../../../testing/hooked_kv.ts";
import { queuedJob, testKind } from "../../../testing/jobs.ts";
import { claim } from "../../../testing/stores.ts";

type Env = ReturnType<typeof openRuntimesOn> & { runs: string[] };

/** The pause between two heartbeats. */
const STEP_MS = 2_000;

/** After this time without an end, a job is lost. */
const LONGEST_MS = 120_000;

/** Runs a job up to the point from which it continues without help; resolves with its id. */
type Story = (env: Env) => Promise<string>;

const stories: Record<string, { story: Story; ends: JobRecord["state"][] }> = {
  "accepted, worked on, tried again, completed": {
    story: async ({ a, kind }) => (await submit(a, kind, { text: "hello" })).job.id,
    ends: ["succeeded"],
  },
  "put back at a shutdown and completed elsewhere": {
    story: async ({ a, clock, settled, kind }) => {
      const { job: { id } } = await submit(a, kind, { text: "hold" });
      await settled();
      const stopped = a.instance.stop(0);
      for (let n = 0; n < 20; n++) {
        clock.advance(500);
        await settled();
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
    story: async ({ a, settled, kind }) => {
      const { job: { id } } = await submit(a, kind, { text: "hold" });
      await settled();
      await a.jobs.cancel(kind, id);
      return id;
    },
    ends: ["canceled"],
  },
};

/**
 * How a commit fails. `sent twice`: over a network, its answer is lost, and KV Connect sends it again.
 */
type Fault = "refused" | "answer lost" | "sent twice" | "conflict";

const faults: Fault[] = ["refused", "answer lost", "sent twice", "conflict"];

/** Makes the nth commit fail, counted from 1; returns the count of commits so far. */
function injectFault(hooks: KvHooks, nth: number, fault: Fault) {
  let commits = 0;
  hooks.commit = async (_sets, run) => {
    if (++commits !== nth) return await run();
    if (fault === "conflict") return { ok: false };
    if (fault !== "refused") await run();
    if (fault === "sent twice") return await run();
    throw new Error("database lost");
  };
  return () => commits;
}

interface Ending {
  commits: number;
  /** The final state; `null` if the client got an error when it submitted or canceled the job. */
  state: JobRecord["state"] | null;
  result: unknown;
  /** The names of the steps, in the order in which they ran. */
  runs: string[];
}

async function runStory(
  story: Story,
  { nth, fault, openKv }: { nth: number; fault: Fault; openKv: () => Promise<Kv> },
): Promise<Ending> {
  const runs: string[] = [];
  const released = Promise.withResolvers<void>();
  let failures = 1;
  const kind = testKind(async ({ text }, context) => {
    for (const name of ["one", "two"]) {
      await context.step(name, z.string(), async () => {
        runs.push(name);
        if (text === "hold") await released.promise;
        if (name === "two" && text === "hello" && failures-- > 0) {
          throw new JobError("upstream_error", "OpenAI API error: 500");
        }
        return name;
      });
    }
    return { text: "plan" };
  });
  const { kv: hooked, hooks } = hookKv(await openKv());
  const kv = fault === "sent twice" ? keepReceipts(hooked) : hooked;
  const clock = new FakeClock();
  using env = openRuntimesOn(kv, { kinds: [kind] }, clock);
  const commits = injectFault(hooks, nth, fault);
  async function settle(): Promise<void> {
    for (const engine of [env.a, env.b]) await untilIdle(engine, () => clock.advance(1_000));
  }
  let id: string;
  try {
    id = await story({ ...env, runs });
  } catch {
    released.resolve();
    await settle();
    // The client got an error.
    return { commits: commits(), state: null, result: null, runs };
  }
  released.resolve();
  for (let passed = 0; passed < LONGEST_MS; passed += STEP_MS) {
    const snapshot = await env.store.read(id);
    if (snapshot && "finishedAt" in snapshot.job) {
      hooks.commit = undefined;
      await settle();
      const { job: { state }, result } = snapshot;
      return { commits: commits(), state, result, runs };
    }
    clock.advance(STEP_MS);
    await Promise.all([env.a.instance.beat(), env.b.instance.beat()]);
    if (!env.a.jobs.stopping) await env.a.instance.sweep();
    await env.b.instance.sweep();
    await env.settled();
  }
  fail(`The job did not end: ${JSON.stringify(await env.store.read(id))}`);
}

for (const [name, { story, ends }] of Object.entries(stories)) {
  for (const fault of faults) {
    // One story also runs over denokv. There a test takes seconds.
    const isBoth = ends[0] === "canceled" && fault === "sent twice";
    const faultTest = isBoth ? bothTest : singleTest;
    faultTest(
      `a job that is ${name} ends although any one commit fails: ${fault}`,
      async (sort) => {
        await using directory = await workDirectory(sort);
        const run = (nth: number) =>
          runStory(story, { nth, fault, openKv: directory.database.openEmpty });
        const undisturbed = await run(0);
        assert(ends.includes(undisturbed.state!), String(undisturbed.state));
        let rejected = 0;
        for (let nth = 1; nth <= undisturbed.commits; nth++) {
          const { state, result, runs } = await run(nth);
          if (state === null) {
            rejected++;
            continue;
          }
          assert(ends.includes(state), `commit ${nth}: ${state}`);
          if (state === "succeeded") assertEquals(result, { text: "plan" }, `commit ${nth}`);
          // A conflict says that another worker has the job; only then may a step have to run again.
          const most = undisturbed.runs.length + (fault === "conflict" ? 1 : 0);
          assert(runs.length <= most, `commit ${nth}: ${runs} instead of ${undisturbed.runs}`);
        }
        // Only the commits that a client waits for may be answered with an error, and only if
        // nothing is stored.
        const mostRejected = fault === "refused" || fault === "conflict" ? 2 : 0;
        assert(rejected <= mostRejected, `${rejected} times the client got an error`);
      },
    );
  }
}
