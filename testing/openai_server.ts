/**
 * An independent server that speaks OpenAI's protocol (aimock), with scripted answers, behind a
 * small front that records the requests.
 * @module
 */
import { type FixtureResponse, LLMock } from "@copilotkit/aimock";
import { serveLocally } from "./local_server.ts";
import { withWaitLimit } from "./wait_limit.ts";

/** An answer in the terms of aimock, or a function for answers that aimock cannot give. */
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

/** The pending replies of aimock, by the model name of the call. */
const replies = new Map<string, FixtureResponse>();

// One server for all tests of a file: closing Node's HTTP server leaves a timer.
const mock = new LLMock({ port: 0, logLevel: "silent" });
mock.on({}, ({ model }) => replies.get(model)!, { chunkSize: 20 });
await mock.start();

/** Returns aimock's answer to a call with this reply. */
export async function askMock(
  reply: FixtureResponse,
  path: string,
  { headers, body }: { headers: Headers; body: object },
): Promise<Response> {
  // The name of the model identifies the call for aimock.
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

/** Gives the replies in order, one to each call; the last one to all further calls. */
export function serveOpenAI(...script: [Reply, ...Reply[]]) {
  return serveOpenAIBy((_call, index) => script[Math.min(index, script.length - 1)]!);
}

/** Gives the reply that `choose` returns for a call and its number, counted from 0. */
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
    /** Resolves when `count` calls have arrived. */
    async untilCalled(count: number) {
      while (calls.length < count) {
        await withWaitLimit(arrived.promise, () => `call ${count}, after ${calls.length}`);
      }
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** The reply of a server that hangs: none, until the test ends. */
export const noReply: RawReply = () => new Promise(() => {});

/** Returns a response with the content type of event streams. */
export function eventStream(body: BodyInit): Response {
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/**
 * A reply that streams these events: events of the Responses API have a type, the others are chunks
 * of Chat Completions.
 */
export function sse(events: object[]): RawReply {
  return () => eventStream(sseText(events) + (events.some(isTyped) ? "" : "data: [DONE]\n\n"));
}

/** Encodes events, without the end mark of the stream. */
export function sseText(events: object[]): string {
  return events.map((event) =>
    `${isTyped(event) ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`
  ).join("");
}

function isTyped(event: object): event is { type: string } {
  return "type" in event;
}
