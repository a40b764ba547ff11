/**
 * Single answers of model servers, byte by byte, and what a turn must make of them.
 * @module
 */
import { assertEquals, assertStrictEquals } from "@std/assert";
import { z } from "zod";
import { JobError } from "../lib/job/failure.ts";
import type {
  CallOptions,
  ChatRequest,
  ResponseRequest,
  ResponseTurn,
} from "../lib/model/model.ts";
import { anyRequest } from "./jobs.ts";
import { type Answer, ask, openModel, textOf } from "./openai_model.ts";

/** An itinerary of one day that the schema accepts. */
export const DAY_PLAN =
  '{"days":[{"day":1,"theme":"Old town","activities":[{"time":"09:00","title":"Castle","description":"Walk up early.","place":"Castle, old town","estimatedCost":null},{"time":"12:30","title":"Market","description":"Eat there.","place":"Market hall, centre","estimatedCost":{"amount":15,"currency":"EUR"}},{"time":"16:00","title":"River walk","description":"Along the quay.","place":"Quay, centre","estimatedCost":{"amount":0,"currency":"EUR"}}]}]}';

/** An event of a stream: an object becomes a `data:` line, a text is sent as it is. */
export type Wire = object | string;

/** Encodes events. */
export function wire(events: readonly Wire[]): string {
  return events.map((event) =>
    typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`
  ).join("");
}

/** Answers with a stream of events. */
export function stream(...events: readonly Wire[]): Answer {
  return () => new Response(wire(events), { headers: { "content-type": "text/event-stream" } });
}

/** Answers with a JSON document. */
export function json(body: unknown, status = 200): Answer {
  return () => Response.json(body, { status });
}

/** A chunk of Chat Completions. */
export function chunk(delta: object | null, finish: string | null = null, more: object = {}) {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { id: "c1", object: "chat.completion.chunk", created: 1, model: "m", choices, ...more };
}

export const DONE = "data: [DONE]\n\n";

/** The events of a healthy answer. */
export function healthyChunks(text = DAY_PLAN): Wire[] {
  const usage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };
  return [
    chunk({ role: "assistant", content: "" }),
    chunk({ content: text }),
    chunk({}, "stop"),
    { ...chunk({}), choices: [], usage },
    DONE,
  ];
}

/** A healthy answer of Chat Completions. */
export const healthyChat = (text?: string): Answer => stream(...healthyChunks(text));

/** A message of the Responses API. */
export function messageItem(text: string, id = "m1") {
  const content = [{ type: "output_text", text, annotations: [] }];
  return { type: "message", id, role: "assistant", content };
}

/** The events of a healthy answer of the Responses API. */
export function healthyEvents(text = DAY_PLAN, id = "r1"): Wire[] {
  const usage = { input_tokens: 1, output_tokens: 1 };
  const response = { id, status: "completed", output: [messageItem(text)], usage };
  return [
    {
      type: "response.created",
      sequence_number: 0,
      response: { id, status: "in_progress", output: [] },
    },
    { type: "response.output_text.delta", sequence_number: 1, output_index: 0, delta: text },
    { type: "response.completed", sequence_number: 2, response },
  ];
}

/** A healthy answer of the Responses API. */
export const healthyResponse = (text?: string): Answer => stream(...healthyEvents(text));

/** A healthy answer of the API behind a call. */
export const healthy = { chat: healthyChat, respond: healthyResponse };

/** What a turn is, as far as the tables name it. */
interface Outcome {
  /** The failure code, or `none`. */
  code?: string;
  /** The text of the turn; by default the plan, without a failure code. */
  text?: string | null;
  truncated?: boolean;
  /** The text that was reported while it arrived; by default any. */
  shown?: string;
  calls?: ResponseTurn["calls"];
}

export interface ModelCase extends Outcome {
  name: string;
  /** The answers to the first requests. The table that runs the case may add a healthy one. */
  answers: Answer[];
  /** Changes the request. */
  request?: Partial<ChatRequest & ResponseRequest>;
}

export const planFormat = {
  name: "plan",
  schema: z.object({
    days: z.array(z.object({ day: z.int(), theme: z.string().regex(/\S/) })).min(1).max(30),
  }),
};

/** A function for requests. */
export const cityTool = {
  name: "get_weather",
  description: "Looks up the weather",
  parameters: z.object({ city: z.string().min(1) }),
};

export const caseRequest: ChatRequest & ResponseRequest = {
  ...anyRequest,
  messages: [{ role: "system", content: "Plan trips." }, { role: "user", content: "One day." }],
  instructions: "Plan trips.",
  input: [{ role: "user", content: "One day." }],
  format: planFormat,
  maxTokens: 7_000,
};

export type How = "chat" | "respond";

/** Runs a case, checks its outcome, and returns the requests that were sent. */
export async function runCase(
  how: How,
  { answers, request, code = "none", text, truncated, shown, calls }: ModelCase,
  options: Parameters<typeof openModel>[1] & Partial<CallOptions> = {},
) {
  await using env = openModel(answers, options);
  const whole = { ...caseRequest, ...request };
  const { turn, received } = ask(env.model, how, {}, whole);
  const outcome = await turn.catch((error) => {
    if (error instanceof JobError) return error;
    throw error;
  });
  const bodies = env.asked.map(({ body }) => body ?? {});
  if (outcome instanceof JobError) {
    assertStrictEquals(outcome.failure.code, code, outcome.message);
    return { bodies, lines: env.asked.map(({ line }) => line) };
  }
  assertStrictEquals(code, "none", `text: ${outcome.text}`);
  assertStrictEquals(outcome.text, text === undefined ? DAY_PLAN : text);
  if (truncated !== undefined) assertStrictEquals(outcome.truncated, truncated);
  if (shown !== undefined) assertStrictEquals(textOf(received), shown);
  if (calls !== undefined) assertEquals((outcome as ResponseTurn).calls, calls);
  return { bodies, lines: env.asked.map(({ line }) => line), turn: outcome as ResponseTurn };
}
