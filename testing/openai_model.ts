/**
 * OpenAI's model client with a scripted server and a fake clock.
 * @module
 */
import { assert } from "@std/assert";
import { z } from "zod";
import { JobError } from "../lib/job/failure.ts";
import type { CallOptions, Model, TurnEvent } from "../lib/model/model.ts";
import { openaiModel, type OpenAIModelOptions } from "../lib/openai/model.ts";
import {
  frame,
  message,
  responseBody,
  responseEvents,
  type StreamEvent,
  streamOf,
} from "./event_stream.ts";
import { FakeClock, nextTurn } from "./fake_clock.ts";
import { anyRequest } from "./jobs.ts";
import { requestLine, serveLocally } from "./local_server.ts";

export const TIMEOUT_MS = 300_000;
export const IDLE_MS = 120_000;

/** Answers a request with this body. */
export type Answer = (body: Body) => Response | Promise<Response>;

// deno-lint-ignore no-explicit-any -- tests look at single members
export type Body = Record<string, any>;

/** Creates a model whose server gives these answers in order, and a list of the requests. */
export function openModel(
  answers: Answer[],
  {
    background = false,
    isOpenAI = false,
    chatApi = "auto",
    responsesApi = "auto",
    serviceTier,
  }: Partial<
    Pick<
      OpenAIModelOptions,
      "background" | "isOpenAI" | "chatApi" | "responsesApi" | "serviceTier"
    >
  > = {},
) {
  const asked: { line: string; url: URL; body: Record<string, unknown> | null }[] = [];
  const clock = new FakeClock();
  const fetches = countFetches();
  let held = 0;
  const server = serveLocally(async (request, url) => {
    const body = request.method === "POST" ? await request.json().catch(() => null) : null;
    asked.push({ line: requestLine(request), url, body });
    held++;
    try {
      return await answers[asked.length - 1]!(body ?? {});
    } finally {
      held--;
    }
  });
  const model = openaiModel({
    apiKey: "sk-test",
    baseUrl: `${server.url}/v1`,
    timeoutMs: TIMEOUT_MS,
    idleMs: IDLE_MS,
    background,
    isOpenAI,
    chatApi,
    responsesApi,
    serviceTier,
    clock,
  });
  return {
    model,
    clock,
    asked,
    /** Resolves when the model waits for the clock, or for an answer that the test holds back. */
    async settled() {
      await nextTurn();
      while (fetches.pending > held) {
        await nextTurn();
        // The model reads an answer that has begun.
        if (fetches.pending <= held) { for (let n = 0; n < READ_TURNS; n++) await nextTurn(); }
      }
    },
    async [Symbol.asyncDispose]() {
      fetches[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** In so many turns of the event loop, the model reads an answer that has begun. */
const READ_TURNS = 3;

/** Counts the requests of this process whose answers have not begun. */
function countFetches() {
  const original = globalThis.fetch;
  const count = {
    pending: 0,
    [Symbol.dispose]: () => void (globalThis.fetch = original),
  };
  globalThis.fetch = async (...request: Parameters<typeof fetch>) => {
    count.pending++;
    try {
      return await original(...request);
    } finally {
      count.pending--;
    }
  };
  return count;
}

/** Calls the model, and records the events. */
export function ask<How extends "chat" | "respond">(
  model: Model,
  how: How,
  more: Partial<CallOptions> = {},
  request = anyRequest,
) {
  const received: TurnEvent[] = [];
  const options = {
    signal: new AbortController().signal,
    onEvent: (event: TurnEvent) => void received.push(event),
    ...more,
  };
  const turn = model[how](request, options) as ReturnType<Model[How]>;
  return { received, turn };
}

export const textOf = (received: TurnEvent[]) =>
  received.map((event) => event.type === "text" ? event.delta : "").join("");

export const send = (events: StreamEvent[], options?: Parameters<typeof streamOf>[1]) => () =>
  streamOf(events.map(frame), options);

/** Returns the failure code with which the turn ends. */
export async function codeOf(turn: Promise<unknown>): Promise<string> {
  try {
    await turn;
    return "none";
  } catch (error) {
    assert(error instanceof JobError, String(error));
    return error.failure.code;
  }
}

export const PLAN = '{"days":[{"day":1,"theme":"Größe 東京 😀"},{"day":2,"theme":"Sea"}]}';
export const pieces = PLAN.match(/.{1,7}/gsu)!;

export const bytesOf = (text: string) => new TextEncoder().encode(text);

// Background responses

export const background = responseEvents({ thoughts: ["Reading"], pieces, background: true });
export const inProgress: Answer = () =>
  Response.json(responseBody([], { status: "in_progress", background: true }));
export const completed: Answer = () =>
  Response.json(responseBody([message(PLAN)], { background: true }));
export const gone: Answer = () => Response.json({ error: { code: null } }, { status: 404 });
export const noStream: Answer = () =>
  Response.json({ error: { code: "invalid_request_error" } }, { status: 400 });
export const broken: Answer = () => new Response(null, { status: 500 });

/** Joins a response that was started before, and records the events. */
export function join(model: Model, more: Partial<CallOptions> = {}) {
  const received: TurnEvent[] = [];
  const onEvent = (event: TurnEvent) => void received.push(event);
  const signal = new AbortController().signal;
  return { received, turn: model.join("resp_1", { signal, onEvent, ...more }) };
}

/** Advances the clock until the work has ended, at most by the time limit of an answer. */
export async function pass<T>(
  work: Promise<T>,
  { clock, settled }: Pick<ReturnType<typeof openModel>, "clock" | "settled">,
): Promise<T> {
  let hasEnded = false;
  const end = () => hasEnded = true;
  work.then(end, end);
  for (let ms = 0; !hasEnded && ms <= TIMEOUT_MS + 10_000; ms += 500) {
    clock.advance(500);
    await settled();
  }
  return await work;
}

/** A request with a schema for the answer. */
export const planRequest = {
  ...anyRequest,
  format: { name: "plan", schema: z.object({ days: z.int() }) },
  maxTokens: 9_000,
};
export const planSchema = {
  type: "object",
  properties: { days: { type: "integer" } },
  required: ["days"],
  additionalProperties: false,
};

/** The members of a JSON schema that the tests compare. */
export function shapeOf(
  { type, required, additionalProperties, properties }: Record<string, unknown>,
) {
  const { days } = properties as { days: { type: string } };
  const members = { days: { type: days.type } };
  return { type, properties: members, required, additionalProperties };
}
