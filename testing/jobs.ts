/**
 * Builders and a scripted kind, for all suites.
 * @module
 */
import { z } from "zod";
import type {
  JobContext,
  JobRefinement,
  KindRefinement,
  PlanParts,
  PublicKind,
  StepDetails,
} from "../jobs/kind.ts";
import { JobError } from "../lib/job/failure.ts";
import { claimJob, type JobLimits, newJob, type RunningJob } from "../lib/job/job_record.ts";
import {
  type ChatRequest,
  ChatTurn,
  missingModel,
  type Model,
  type ResponseRequest,
  ResponseTurn,
} from "../lib/model/model.ts";
import { FakeClock, NOON } from "./fake_clock.ts";

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

/** A kind whose `generate()` the test supplies; by default it returns the text of the request. */
export function testKind(
  generate: (request: TestRequest, context: JobContext) => Promise<TestResult> = (request) =>
    Promise.resolve(request),
): PublicKind<TestRequest, TestResult> {
  return {
    name: "test",
    http: {
      path: "/api/tests",
      noun: "test",
      description: "A text comes back.",
      idName: "testId",
      acceptedStatus: 202,
      notFound: "Test not found",
      planName: "plan",
    },
    example: { text: "hello" },
    expectedMs: 20_000,
    requestMembers: z.object({ asked: z.string() }),
    resultMembers: z.object({ answered: z.string().nullable() }),
    request: TestRequest,
    result: TestResult,
    promptVersion: "test-1",
    generate,
    sample: () => ({ text: "sample" }),
    presentRequest: ({ text }) => ({ asked: text }),
    presentResult: ({ result }) => ({ answered: result?.text ?? null }),
    itemsOf: ({ text }) => [text],
  };
}

const TestChange = z.object({ add: z.string().min(1) });
type TestChange = z.infer<typeof TestChange>;

/** Adds a word to the request and to the plan, unless the plan has it already. */
const testRefinement: KindRefinement<TestRequest, TestResult, TestChange> = {
  change: TestChange,
  example: { add: "world" },
  merge: ({ request, plan }, { add }) =>
    plan.text.includes(add)
      ? { issues: [{ path: ["add"], message: "the plan has it already" }] }
      : { request: { text: `${request.text} ${add}` }, change: { add } },
};

/**
 * A kind whose plans can be changed. By default, its `generate()` returns the text of the request,
 * or adds the word to the plan.
 */
export function refinableKind(
  generate: (request: TestRequest, context: JobContext) => Promise<TestResult> = (
    request,
    { refinement },
  ) => Promise.resolve(refinement ? changedPlan(refinement) : request),
): PublicKind<TestRequest, TestResult> {
  return {
    ...testKind(generate),
    refinement: testRefinement as KindRefinement<TestRequest, TestResult>,
  };
}

/** Returns the plan of a {@link refinableKind} with its change. */
export function changedPlan({ base, change }: JobRefinement): TestResult {
  return { text: `${TestResult.parse(base).text} +${TestChange.parse(change).add}` };
}

/** The answers of a scripted model: turns, errors to throw, or functions that make turns. */
type Script<Turn, Request> = (Partial<Turn> | Error | ((request: Request) => Partial<Turn>))[];

/** A turn without text and calls. */
export const silentTurn: ResponseTurn = {
  responseId: "resp_1",
  text: null,
  truncated: false,
  usage: null,
  output: [],
  calls: [],
  reasoningSummaries: [],
  stored: false,
};

/** A request for tests that do not check it. */
export const anyRequest: ChatRequest & ResponseRequest = {
  model: "gpt-test",
  messages: [],
  instructions: "",
  input: [],
  previous: null,
  format: { name: "any", schema: z.object({}) },
  tools: [],
  webSearch: null,
  reasoningEffort: "low",
  maxTokens: 1,
};

/** The parts of a plan, for tests that do not check them. */
export const anyParts: PlanParts = {
  member: "parts",
  noun: "part",
  count: 2,
  schemaAt: () => z.string(),
};

/** A model with the given methods; the others throw. */
export function modelOf(calls: Partial<Model>): Model {
  return { ...missingModel(), ...calls };
}

/** A model that answers with the given turns in order, and a list of its requests. */
export function scriptedModel(script: Script<ResponseTurn, ResponseRequest>) {
  const requests: unknown[] = [];
  function answer(request: unknown): Promise<ResponseTurn> {
    // A copy, because the conversation in the request keeps growing.
    requests.push(JSON.parse(JSON.stringify(request)));
    const next = script[requests.length - 1];
    if (next === undefined) throw new Error(`The script has no turn ${requests.length}`);
    if (next instanceof Error) return Promise.reject(next);
    return Promise.resolve({
      ...silentTurn,
      responseId: `resp_${requests.length}`,
      ...(typeof next === "function" ? next(request as ResponseRequest) : next),
    });
  }
  return { model: modelOf({ chat: answer, respond: answer }), requests };
}

/**
 * A context that runs each step, and lists of the steps, their details and the research shown.
 *
 * @param refinement the plan to change; `null`: a new plan is wanted
 */
export function testContext(
  model: Model,
  { now = NOON, refinement = null }: {
    now?: number;
    refinement?: JobRefinement | null;
  } = {},
) {
  const steps: string[] = [];
  const details: StepDetails[] = [];
  const research: string[] = [];
  const kept: unknown[] = [];
  const options = { signal: new AbortController().signal };
  const context: JobContext = {
    ...options,
    id: crypto.randomUUID(),
    attempt: 1,
    startedAt: now,
    refinement,
    clock: new FakeClock(now),
    async step(name, schema, run, describe) {
      steps.push(name);
      const output = schema.parse(JSON.parse(JSON.stringify(await run())));
      if (describe) details.push(describe(output));
      return output;
    },
    chat: (name, request) => context.step(name, ChatTurn, () => model.chat(request, options)),
    respond: (name, request) =>
      context.step(name, ResponseTurn, () => model.respond(request, options)),
    keep: (plan) => void kept.push(plan),
    showResearch: (message) => void research.push(message),
  };
  return { context, steps, details, research, kept };
}

/** A failure that allows a retry. */
export const upstreamError = () => new JobError("upstream_error", "OpenAI API error: 500");
