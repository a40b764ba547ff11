/**
 * A model that fails at random in all ways that are known of models, and records its calls. The
 * good answers come from an independent server of OpenAI's protocol.
 */
import type { FixtureResponse } from "@copilotkit/aimock";
import { sampleBundles } from "../jobs/kinds/bundles/sample.ts";
import { sampleItinerary } from "../jobs/kinds/itinerary/sample.ts";
import { answerWeather } from "../testing/weather_server.ts";
import { serveLocally } from "../testing/local_server.ts";
import {
  type Call,
  eventStream,
  noReply,
  type Reply,
  serveOpenAIBy,
  sseText,
} from "../testing/openai_server.ts";

/** Returns a number from 0 up to, but not including, 1. */
export type Random = () => number;

/** A call of the model or the tool, with the name of its step in the service. */
export interface Request {
  trip: string;
  step: string;
  at: number;
}

/** All calls of the model and the tool, and the faults of the model. */
export interface Journal {
  modelCalls: Request[];
  toolCalls: Request[];
  faults: Map<string, number>;
}

/** Returns the name of job number `n`. It is part of the text of the request. */
export function tripName(n: number): string {
  return `Trip ${n}`;
}

/** Returns the name of change number `n`. It is part of its instruction. */
export function changeName(n: number): string {
  return `Change ${n}`;
}

/** Returns the name of the job that a text is about. A change also names the trip that it changes. */
export function tripOf(text: string): string {
  return text.match(/Change \d+/)?.[0] ?? text.match(/Trip \d+/)?.[0] ?? "none";
}

const DAYS = 2;
export const requestBodies = {
  "/api/itineraries": (trip: string) => ({ destination: trip, durationDays: DAYS }),
  "/api/generations": (trip: string) => ({ preferences: { otherPreferences: trip } }),
};

/** The plans of good answers, by the path of the kind. */
export const plans = {
  "/api/itineraries": (trip: string) => sampleItinerary(requestBodies["/api/itineraries"](trip)),
  "/api/generations": (trip: string) => sampleBundles(requestBodies["/api/generations"](trip)),
};

/** The number of the day or bundle that a change writes anew. */
export const CHANGED_PART = 2;

/** What good answers write for a change, by the path of the kind. Each change gets another part. */
const changedParts = {
  "/api/itineraries": (change: string) => {
    const { days } = sampleItinerary({ destination: wordsFor(change), durationDays: 5 });
    return { days: [{ ...days.at(-1)!, day: CHANGED_PART }] };
  },
  "/api/generations": (change: string) => {
    const { bundles } = sampleBundles({ preferences: { interests: [wordsFor(change)] } });
    return { bundles: [{ bundle: CHANGED_PART, ...bundles.at(-1)! }] };
  },
};

/** Returns words for a plan, in which {@link tripOf} must not find the change again. */
function wordsFor(change: string): string {
  return change.replace("Change", "Variant");
}

function errorAnswer(status: number, code: string, headers: HeadersInit = {}): () => Reply {
  const body = { error: { message: "By chance", type: code, code } };
  return () => () => Response.json(body, { status, headers });
}

/** The first events of an answer, by API. */
const beginning = {
  "chat/completions": [{ id: "chatcmpl-1", choices: [{ delta: { content: "{" } }] }],
  responses: [
    { type: "response.created", response: { id: "resp_1", status: "in_progress" } },
    { type: "response.output_text.delta", delta: "{" },
  ],
};

/** Sends the first events of an answer, then breaks the connection. */
function cutAnswer({ path }: Call): Reply {
  const events = beginning[path.endsWith("/responses") ? "responses" : "chat/completions"];
  return () =>
    eventStream(
      new ReadableStream({
        start: (controller) =>
          controller.enqueue(new TextEncoder().encode(`${sseText(events)}data: {"id":`)),
        pull: (controller) => controller.error("a connection was cut, by chance"),
      }),
    );
}

/** The faults, each with its probability in percent of the calls. */
const faults: [name: string, percent: number, reply: (call: Call) => Reply][] = [
  ["429", 4, errorAnswer(429, "rate_limit_exceeded", { "retry-after-ms": "200" })],
  ["500", 4, errorAnswer(500, "server_error")],
  ["stalled", 2, () => noReply],
  ["cut", 3, cutAnswer],
  ["malformed", 3, () => ({ content: '{"days": "every day"}' })],
];

const ONE_IN_A_HUNDRED = 1 / 100;

/** The longest time for a good answer. */
const SLOWEST_MS = 500;

/** How the model answers. */
export interface ModelOptions {
  /** Whether it fails at times; by default it does. */
  isFaulty?: boolean;
  /** Returns how long a call takes, in milliseconds; by default up to half a second. */
  pauseMsOf?: (call: Call) => number;
}

/** Starts the model and the weather service. They end with the process. */
export function serveFaultyModel(random: Random, options: ModelOptions = {}) {
  const { isFaulty = true, pauseMsOf = () => random() * SLOWEST_MS } = options;
  const journal: Journal = { modelCalls: [], toolCalls: [], faults: new Map() };

  function chooseFault(call: Call): Reply | undefined {
    let rest = random();
    for (const [name, percent, reply] of faults) {
      rest -= percent * ONE_IN_A_HUNDRED;
      if (rest >= 0) continue;
      journal.faults.set(name, (journal.faults.get(name) ?? 0) + 1);
      return reply(call);
    }
  }

  const openai = serveOpenAIBy(async (call) => {
    const trip = tripOf(JSON.stringify(call.body));
    journal.modelCalls.push({ trip, step: `turn-${turnOf(call)}`, at: Date.now() });
    const [fault, pauseMs] = [isFaulty ? chooseFault(call) : undefined, pauseMsOf(call)];
    if (fault) return fault;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    return goodAnswer(call, trip);
  });
  const weather = serveLocally((_request, url) => {
    const trip = url.searchParams.get("name");
    if (trip) journal.toolCalls.push({ trip, step: "turn-1/tool-1", at: Date.now() });
    return answerWeather(url) ?? new Response(null, { status: 404 });
  });
  return { journal, openai, weather };
}

/** Returns the number of this turn in its conversation, counted from 1. */
function turnOf({ body }: Call): number {
  const items: { role?: string; type?: string }[] = body.messages ?? body.input;
  const inputs = items.filter(({ role, type }) =>
    role === "user" || type === "function_call_output"
  );
  return inputs.length;
}

/** Returns a good answer to a call about a trip or a change. */
export function goodAnswer({ body }: Pick<Call, "body">, trip: string): FixtureResponse {
  const { messages, input } = body;
  const written = trip.startsWith("Change") ? changedParts : plans;
  if (messages) {
    return { content: JSON.stringify(written["/api/itineraries"](trip)) };
  }
  if (input.some(({ type }: { type?: string }) => type === "function_call_output")) {
    const content = JSON.stringify(written["/api/generations"](trip));
    return { content, reasoning: "Writing it down" };
  }
  const call_1 = { id: "call_1", name: "get_weather", arguments: JSON.stringify({ city: trip }) };
  return { reasoning: "Looking at the weather", toolCalls: [call_1] };
}
