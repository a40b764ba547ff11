/**
 * Builders and a scripted kind of job, for all suites.
 * @module
 */
import { z } from "zod";
import type { JobContext, JobKind } from "../../jobs/kind.ts";
import { JobError } from "../../lib/failure.ts";
import { claimJob, type JobLimits, newJob, type RunningJob } from "../../lib/job_record.ts";
import {
  type ChatTurn,
  type Model,
  type ResponseRequest,
  type ResponseTurn,
} from "../../lib/model.ts";
import { NOON } from "./fake_clock.ts";

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

export const limits: JobLimits = { maxAttempts: 4, timeoutMs: 15 * MINUTE };

/** A job that was just accepted. */
export function queuedJob(overrides: Partial<Parameters<typeof newJob>[0]> = {}) {
  return newJob({
    id: crypto.randomUUID(),
    kind: "test",
    request: { text: "hello" },
    promptVersion: "test-1",
    now: NOON,
    ttlMs: 24 * HOUR,
    ...overrides,
  });
}

/** A job in its first attempt, held by `holder`. */
export function runningJob(overrides: Partial<RunningJob> = {}): RunningJob {
  return { ...claimJob(queuedJob(), { holder: "instance-a", now: NOON }), ...overrides };
}

const TestRequest = z.object({ text: z.string() });
const TestResult = z.object({ text: z.string() });
type TestRequest = z.infer<typeof TestRequest>;
type TestResult = z.infer<typeof TestResult>;

/** A kind of job whose work is given by the test; without any it says the text back. */
export function testKind(
  generate: (request: TestRequest, context: JobContext) => Promise<TestResult> = (request) =>
    Promise.resolve(request),
): JobKind<TestRequest, TestResult> {
  return {
    name: "test",
    http: { path: "/api/tests", idName: "testId", acceptedStatus: 202, notFound: "Test not found" },
    request: TestRequest,
    result: TestResult,
    promptVersion: "test-1",
    generate,
    sample: () => ({ text: "sample" }),
    present: ({ request, result }) => ({ asked: request.text, answered: result?.text ?? null }),
  };
}

/** One answer of a scripted model: a turn, an error to throw, or a function that makes one. */
type Script<Turn, Request> = (Partial<Turn> | Error | ((request: Request) => Partial<Turn>))[];

/** A model that answers with the given turns in order, and keeps the requests that it got. */
export function scriptedModel(script: Script<ChatTurn & ResponseTurn, ResponseRequest>) {
  const requests: unknown[] = [];
  function answer(request: unknown): Promise<ChatTurn & ResponseTurn> {
    // The request is copied: the conversation in it goes on growing.
    requests.push(JSON.parse(JSON.stringify(request)));
    const next = script[requests.length - 1];
    if (next === undefined) throw new Error(`The script has no turn ${requests.length}`);
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve({
      responseId: `resp_${requests.length}`,
      text: null,
      truncated: false,
      output: [],
      calls: [],
      reasoningSummaries: [],
      ...(typeof next === "function" ? next(request as ResponseRequest) : next),
    });
  }
  const model: Model = { source: "openai", chat: answer, respond: answer };
  return { model, requests };
}

/** A context that runs each step, and keeps the names of the steps and what was reported. */
export function testContext(model: Model, now = NOON) {
  const steps: string[] = [];
  const reports: unknown[] = [];
  const context: JobContext = {
    model,
    signal: new AbortController().signal,
    now: () => now,
    step(name, schema, run) {
      steps.push(name);
      return run().then((output) => schema.parse(JSON.parse(JSON.stringify(output))));
    },
    report(progress) {
      reports.push(structuredClone(progress));
      return Promise.resolve();
    },
  };
  return { context, steps, reports };
}

/** A failure that may pass. */
export const upstreamError = () => new JobError("upstream_error", "OpenAI API error: 500");
