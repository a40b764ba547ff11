/**
 * Jobs for tests of operators: each succeeds, fails or runs on, as its request says.
 * @module
 */
import type { PublicKind } from "../jobs/kind.ts";
import { JobError } from "../lib/job/failure.ts";
import { testKind } from "./jobs.ts";
import { openAdminApp } from "./operators.ts";
import { submit } from "./runtimes.ts";

/** A URL whose query is a secret. Nothing is delivered to it before the test calls the worker. */
export const CALLBACK = "https://hooks.example.com/?token=secret";

/** A message with what must be escaped in a page. */
export const HOSTILE = `<img src=x onerror="alert(1)">&`;

/** A kind whose jobs have one step. A text with `fail` fails, and one with `hold` never ends. */
function operatedKind() {
  const state = { steps: 0, isFixed: false };
  const kind: PublicKind = testKind(async ({ text }, context) => {
    await context.step("draft", testKind().result, () => {
      state.steps++;
      return Promise.resolve({ text });
    });
    if (text.includes("fail") && !state.isFixed) throw new JobError("refused", HOSTILE);
    if (text.includes("hold")) await new Promise((resolve) => context.signal.onabort = resolve);
    return { text };
  });
  return { kind, state };
}

/** Opens the application with such a kind. */
export async function openOperatedJobs() {
  const { kind, state } = operatedKind();
  const noticeOf = () => ({ type: "test.failed", data: {} });
  const env = await openAdminApp({ kinds: [kind] }, { kinds: [kind], noticeOf });
  return {
    ...env,
    kind,
    state,
    /** Creates a job with this text, and waits until it has ended or holds. */
    async create(text: string, callbackUrl: string | null = null): Promise<string> {
      const { job } = await submit(env.a, kind, { text }, { callbackUrl });
      if (text.includes("hold")) await env.settled();
      else await env.a.instance.idle();
      return job.id;
    },
  };
}
