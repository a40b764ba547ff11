/**
 * An independent server that speaks OpenAI's protocol (aimock), answering by a script, behind a
 * small front that keeps what it was asked.
 * @module
 */
import { type FixtureResponse, LLMock } from "@copilotkit/aimock";
import { serveLocally } from "./local_server.ts";
import { patiently } from "./patience.ts";

/** An answer in the terms of aimock, or a function for what aimock does not know. */
export type Reply = FixtureResponse | RawReply;
export type RawReply = () => Response | Promise<Response>;

/** One call as it arrived. */
export interface Call {
  path: string;
  authorization: string | null;
  /** `null` if there was none. */
  // deno-lint-ignore no-explicit-any -- tests look at single members
  body: any;
}

/** The replies that aimock has to give, by the name under which it knows the call. */
const replies = new Map<string, FixtureResponse>();

// One server for all tests of a file: Node's HTTP server keeps a timer that closing it leaves behind.
const mock = new LLMock({ port: 0, logLevel: "silent" });
mock.on({}, ({ model }) => replies.get(model)!, { chunkSize: 20 });
await mock.start();

/** What aimock answers to a call with this reply. */
export async function askMock(
  reply: FixtureResponse,
  path: string,
  { headers, body }: { headers: Headers; body: object },
): Promise<Response> {
  // The model's name tells aimock which of the calls at the moment this is.
  const model = crypto.randomUUID();
  replies.set(model, reply);
  const answer = await fetch(mock.url + path, {
    method: "POST",
    headers,
    body: JSON.stringify({ ...body, model }),
  });
  replies.delete(model);
  return answer;
}

/** Gives the replies in order, one to each call; the last one to all that follow. */
export function serveOpenAI(...script: [Reply, ...Reply[]]) {
  return serveOpenAIBy((_call, index) => script[Math.min(index, script.length - 1)]!);
}

/** Gives the reply that `choose` chooses for a call, and its number, counted from 0. */
export function serveOpenAIBy(choose: (call: Call, index: number) => Reply | Promise<Reply>) {
  const calls: Call[] = [];
  let arrived = Promise.withResolvers<void>();
  const server = serveLocally(async (request, { pathname }) => {
    const { headers } = request;
    const text = await request.text();
    const authorization = headers.get("authorization");
    const call = { path: pathname, authorization, body: text === "" ? null : JSON.parse(text) };
    calls.push(call);
    arrived.resolve();
    arrived = Promise.withResolvers();
    const chosen = await choose(call, calls.length - 1);
    if (typeof chosen === "function") return await chosen();
    return await askMock(chosen, pathname, { headers, body: call.body });
  });
  return {
    url: `${server.url}/v1`,
    calls,
    /** Resolves when so many calls have arrived. */
    async untilCalled(count: number) {
      while (calls.length < count) {
        await patiently(arrived.promise, () => `call ${count}, after ${calls.length}`);
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The reply of a server that has gone to sleep: none, until the test is over. */
export const noReply: RawReply = () => new Promise(() => {});

/** A body as a server streams events. */
export function eventStream(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/**
 * A reply that streams these events: those of the Responses API have a type, the others are chunks
 * of Chat Completions.
 */
export function sse(events: object[]): RawReply {
  return () => eventStream(sseText(events) + (events.some(isTyped) ? "" : "data: [DONE]\n\n"));
}

/** Events as they are sent, without what ends the stream. */
export function sseText(events: object[]): string {
  return events.map((event) =>
    `${isTyped(event) ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`
  ).join("");
}

function isTyped(event: object): event is { type: string } {
  return "type" in event;
}
