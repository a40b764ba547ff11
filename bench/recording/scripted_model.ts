/**
 * A model with OpenAI's protocol. It chooses its answer by the name in the request: the destination
 * of an itinerary, or an interest of bundles.
 * @module
 */
import {
  chatChunks,
  frame,
  message,
  reasoning,
  responseBody,
  responseEvents,
  serveLocally,
  type StreamEvent,
} from "./support.ts";

/** Creates the answer to one call. */
export type Reply = () => Response;

/** The replies to the calls of one job, in order. The last reply is for all further calls. */
export type Script = [Reply | LiveReply, ...(Reply | LiveReply)[]];

export const usage = {
  prompt_tokens: 1_200,
  prompt_tokens_details: { cached_tokens: 200 },
  completion_tokens: 900,
  completion_tokens_details: { reasoning_tokens: 100 },
};

const responseUsage = {
  input_tokens: 4_000,
  input_tokens_details: { cached_tokens: 1_000 },
  output_tokens: 2_500,
  output_tokens_details: { reasoning_tokens: 700 },
};

/** A streamed answer that the scenario writes piece by piece. */
export class LiveReply {
  /** Resolves when the model is called. */
  readonly asked: Promise<void>;
  readonly #asked = Promise.withResolvers<void>();
  #stream: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | null = null;

  constructor() {
    this.asked = this.#asked.promise;
  }

  answer(): Response {
    const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#stream = controller;
      },
      cancel: () => {
        this.#stream = null;
      },
    });
    this.#asked.resolve();
    return eventStream(stream);
  }

  /** Sends some events. */
  send(events: StreamEvent[]): void {
    this.#stream!.enqueue(new TextEncoder().encode(events.map(frame).join("")));
  }

  /** Ends the answer, if the client is still connected. */
  end(text = ""): void {
    const stream = this.#stream;
    this.#stream = null;
    stream?.enqueue(new TextEncoder().encode(text));
    stream?.close();
  }
}

/** The scripts by the names in requests. */
export type Scripts = Record<string, Script>;

export interface ModelOptions {
  /** Scripts for itineraries: Chat Completions. */
  chat?: Scripts;
  /** Scripts for bundles: the Responses API. */
  responses?: Scripts;
  /** Stored responses by id. */
  kept?: Record<string, object>;
}

/** Starts the model. */
export function serveModel({ chat = {}, responses = {}, kept = {} }: ModelOptions) {
  const unknown = errorReply(404, "not_found");
  const calls = new Map<Script, number>();

  function choose(scripts: Scripts, wish: string): Response {
    const name = Object.keys(scripts).find((name) => wish.includes(JSON.stringify(name)));
    if (name === undefined) return unknown();
    const script = scripts[name]!;
    const call = calls.get(script) ?? 0;
    calls.set(script, call + 1);
    const reply = script[Math.min(call, script.length - 1)]!;
    return reply instanceof LiveReply ? reply.answer() : reply();
  }

  const server = serveLocally(async (request, { pathname }) => {
    const [, , api, id] = pathname.split("/");
    if (request.method === "GET") return kept[id!] ? Response.json(kept[id!]) : unknown();
    // The cancellation of a response.
    if (id !== undefined && api === "responses") return unknown();
    return choose(api === "chat" ? chat : responses, wishIn(await request.json()));
  });
  return {
    /** The environment of a program that uses the model. */
    env: { OPENAI_API_KEY: "sk-test-0123456789", OPENAI_BASE_URL: `${server.url}/v1` },
    async [Symbol.asyncDispose]() {
      for (const reply of [chat, responses].flatMap((scripts) => Object.values(scripts)).flat()) {
        if (reply instanceof LiveReply) reply.end();
      }
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Returns the user message of a call of either API. */
function wishIn({ messages, input }: Record<string, { content?: string }[] | undefined>): string {
  return messages?.[1]?.content ?? input?.[0]?.content ?? "";
}

function eventStream(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** The last event of Chat Completions. */
export const DONE = "data: [DONE]\n\n";

/** Returns a complete answer of Chat Completions. */
export function chatReply(plan: unknown, { finish = "stop" }: { finish?: string } = {}): Reply {
  const text = typeof plan === "string" ? plan : JSON.stringify(plan);
  return () => eventStream(chatChunks([text], { finish, usage }).map(frame).join("") + DONE);
}

/** Returns an answer of Chat Completions with exactly these chunks. */
export function chunksReply(chunks: StreamEvent[]): Reply {
  return () => eventStream(chunks.map(frame).join("") + DONE);
}

export interface Answer {
  id: string;
  thoughts?: string[];
  /** The text, in pieces. */
  pieces?: string[];
  background?: boolean;
  /** Members of the final response. */
  end?: object;
}

/** Returns the events of an answer of the Responses API. */
export function answerEvents({ id, end, ...answer }: Answer): StreamEvent[] {
  const events = responseEvents({ ...answer, end: { usage: responseUsage, ...end } });
  return JSON.parse(JSON.stringify(events).replaceAll('"resp_1"', JSON.stringify(id)));
}

/** Returns a complete answer of the Responses API. */
export function responseReply(answer: Answer): Reply {
  return () => eventStream(answerEvents(answer).map(frame).join(""));
}

/** Returns a finished response of the Responses API. */
export function finishedResponse({ id, thoughts = [], pieces = [] }: Answer): object {
  const output = [reasoning(...thoughts), message(pieces.join(""))];
  return responseBody(output, { id, background: true, usage: responseUsage });
}

/** Returns the output item of a tool call in the Responses API. */
export function toolCall(name: string, args: object): object {
  return {
    type: "function_call",
    id: "fc_1",
    call_id: "call_1",
    name,
    arguments: JSON.stringify(args),
  };
}

/** Returns an error. The service must not show its text. */
export function errorReply(status: number, code: string, headers = {}): Reply {
  const error = { message: "text of the other side", type: code, code };
  return () => Response.json({ error }, { status, headers });
}
