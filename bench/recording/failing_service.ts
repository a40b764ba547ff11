/**
 * A service whose model always fails. Its jobs belong to API keys, are readable without a key, and
 * have callbacks.
 * @module
 */
import { receiveCallbacks } from "./callbacks.ts";
import { itineraryPlan } from "./plans.ts";
import type { Recorder, Step } from "./recorder.ts";
import {
  answerEvents,
  chatReply,
  chunksReply,
  errorReply,
  LiveReply,
  type Reply,
  responseReply,
  type Scripts,
  serveModel,
  toolCall,
} from "./scripted_model.ts";
import type { Service } from "./service.ts";
import { chatChunks, frame } from "./support.ts";
import { idOf, keyOf, withKey } from "./wishes.ts";

const owner = withKey("owner");
const other = withKey("other");

/** An answer that stops before its end. */
const cutOff: Reply = () => stream(chatChunks(['{"days":['], { finish: null }).map(frame).join(""));

const unreadable: Reply = () => stream('data: {"hello":"world"}\n\n');

function stream(text: string): Response {
  return new Response(text, { headers: { "content-type": "text/event-stream" } });
}

const refusal = { type: "message", content: [{ type: "refusal", refusal: "No." }] };

/** The faults by name. The last one opens the breaker. */
const failedItineraries: Scripts = {
  "a wrong key": [errorReply(401, "invalid_api_key")],
  "not permitted": [errorReply(403, "permission_denied")],
  "a bad request": [errorReply(400, "invalid_request_error")],
  "no such model": [errorReply(404, "model_not_found")],
  "a conflict": [errorReply(409, "conflict")],
  "a fault": [errorReply(408, "request_timeout")],
  "a refusal": [chunksReply([
    { id: "chatcmpl_1", choices: [{ index: 0, delta: { refusal: "No." }, finish_reason: null }] },
    { id: "chatcmpl_1", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
  ])],
  "a filter": [chatReply("", { finish: "content_filter" })],
  "too long": [chatReply('{"days":[', { finish: "length" })],
  "too many days": [chatReply(itineraryPlan(3))],
  "no JSON": [chatReply("Here is your plan")],
  "cut off": [cutOff],
  "unreadable": [unreadable],
  "no quota": [errorReply(429, "insufficient_quota")],
};

/** Returns an answer that ends with this status. */
function ending(id: string, status: string, more: object): Reply {
  const events = answerEvents({ id, end: { status, ...more } });
  const type = `response.${status}`;
  const ended = events.map((event) =>
    event.type === "response.completed" ? { ...event, type } : event
  );
  return () => stream(ended.map(frame).join(""));
}

const failedBundles: Scripts = {
  "a wrong key": [errorReply(401, "invalid_api_key")],
  "a bad request": [errorReply(400, "invalid_request_error")],
  "a fault": [errorReply(408, "request_timeout")],
  "a fault within": [ending("resp_fault", "failed", { error: { code: "server_error" } })],
  "a bad prompt": [ending("resp_prompt", "failed", { error: { code: "invalid_prompt" } })],
  "a refusal": [responseReply({ id: "resp_refusal", end: { output: [refusal] } })],
  "a filter": [
    ending("resp_filter", "incomplete", { incomplete_details: { reason: "content_filter" } }),
  ],
  "too long": [
    ending("resp_long", "incomplete", { incomplete_details: { reason: "max_output_tokens" } }),
  ],
  "no bundles": [
    responseReply({ id: "resp_none", thoughts: ["**Trying**\nhard"], pieces: ['{"bundles":[]}'] }),
  ],
  "no end of tools": Array.from({ length: 10 }, (_, n) =>
    responseReply({
      id: `resp_tool_${n}`,
      end: { output: [toolCall("no_such_tool", {})] },
    })) as Scripts[string],
  // Its pause ends after the deadline.
  "overloaded": [errorReply(503, "overloaded", { "retry-after": "3600" })],
};

/** Returns requests that create each job, wait for it, and read its page and timeline. */
function failures(
  path: string,
  { names, wishOf }: { names: Scripts; wishOf: (name: string) => object },
): Step[] {
  return Object.keys(names).flatMap((name) => [
    {
      name,
      ask: `POST ${path}`,
      body: wishOf(name),
      headers: { ...owner, prefer: "wait=60" },
      keep: { job: idOf },
    },
    { name: `${name}: page`, ask: "GET /trips/{job}" },
    { name: `${name}: timeline`, ask: `GET ${path}/{job}/timeline` },
  ]);
}

/** Returns requests of other callers for a job that is readable without a key. */
function access(path: string, wish: unknown): Step[] {
  const trip = "/trips/{job}";
  const foreign = { "sec-fetch-site": "cross-site", "origin": "https://elsewhere.example" };
  return [
    {
      name: "made",
      ask: `POST ${path}`,
      body: wish,
      keep: { job: idOf },
      headers: { ...owner, prefer: "wait=60" },
    },
    { name: "without a key", ask: `GET ${path}/{job}` },
    { name: "with another key", ask: `GET ${path}/{job}`, headers: other },
    {
      name: "with a wrong key",
      ask: `GET ${path}/{job}`,
      headers: { authorization: "Bearer wrong-key-0123456789" },
    },
    { name: "events", ask: `GET ${path}/{job}/events` },
    { name: "events after another plan", ask: `GET ${path}/{job}/events?after=1-0123456789abcdef` },
    { name: "list without a key", ask: `GET ${path}` },
    { name: "list of another key", ask: `GET ${path}`, headers: other },
    { name: "POST without a key", ask: `POST ${path}`, body: wish },
    { name: "DELETE without a key", ask: `DELETE ${path}/{job}` },
    { name: "DELETE with another key", ask: `DELETE ${path}/{job}`, headers: other },
    { name: "DELETE with its key, too late", ask: `DELETE ${path}/{job}`, headers: owner },
    { name: "cancel without a key", ask: `POST ${trip}/cancel`, form: {} },
    { name: "cancel with another key", ask: `POST ${trip}/cancel`, form: {}, headers: other },
    { name: "cancel with its key", ask: `POST ${trip}/cancel`, form: {}, headers: owner },
    { name: "cancel from elsewhere", ask: `POST ${trip}/cancel`, form: {}, headers: foreign },
    ...["plan.md", "plan.json", "plan.ics"].map((file) => ({
      name: file,
      ask: `GET ${trip}/${file}`,
    })),
    { name: "an unknown page", ask: "GET /trips/8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86" },
    { name: "the first page", ask: "GET /" },
  ];
}

/** Records the callbacks of jobs without a plan. */
async function callbacks(
  recorder: Recorder,
  { path, wishOf, receiver, held }: {
    path: string;
    wishOf: (name: string) => object;
    receiver: ReturnType<typeof receiveCallbacks>;
    held: LiveReply;
  },
): Promise<void> {
  recorder.keep("receiver", receiver.url);
  const wish = (name: string) => ({
    ask: `POST ${path}`,
    body: { ...wishOf(name), callbackUrl: `{receiver}${path}/${name.replaceAll(" ", "-")}` },
  });
  await recorder.send({
    name: "a bad request",
    ...wish("a bad request"),
    headers: { ...owner, prefer: "wait=60" },
  });
  await receiver.record(recorder, { name: "of its failure", path: `${path}/a-bad-request` });
  await recorder.send({
    name: "held",
    ...wish("held"),
    headers: owner,
    keep: { job: idOf },
  });
  await held.asked;
  await recorder.send({ name: "canceled", ask: `DELETE ${path}/{job}`, headers: owner });
  await receiver.record(recorder, { name: "of its cancellation", path: `${path}/held` });
}

const itineraryOf = (destination: string) => ({ destination, durationDays: 2 });
const bundlesOf = (interest: string) => ({ preferences: { interests: [interest] } });

export const failingService: Service = {
  name: "a service whose model fails",
  open() {
    const receiver = receiveCallbacks();
    const held = { chat: new LiveReply(), responses: new LiveReply() };
    const model = serveModel({
      chat: { ...failedItineraries, held: [held.chat] },
      responses: { ...failedBundles, held: [held.responses] },
    });
    const [itineraries, generations] = ["/api/itineraries", "/api/generations"] as const;
    const told = [
      { path: itineraries, wishOf: itineraryOf, receiver, held: held.chat },
      { path: generations, wishOf: bundlesOf, receiver, held: held.responses },
    ] as const;
    return {
      env: {
        ...model.env,
        API_KEYS: ["owner", "other"].map(keyOf).join(),
        PUBLIC_READS: "1",
        MAX_ATTEMPTS: "1",
        CALLBACK_PRIVATE_HOSTS: receiver.host,
      },
      scenarios: {
        "callbacks of itineraries": (recorder) => callbacks(recorder, told[0]),
        "callbacks of bundles": (recorder) => callbacks(recorder, told[1]),
        "access to an itinerary": access(itineraries, itineraryOf("a bad request")),
        "access to bundles": access(generations, bundlesOf("a bad request")),
        "itineraries": failures(itineraries, { names: failedItineraries, wishOf: itineraryOf }),
        "bundles": failures(generations, { names: failedBundles, wishOf: bundlesOf }),
      },
      async close() {
        await model[Symbol.asyncDispose]();
        await receiver[Symbol.asyncDispose]();
      },
    };
  },
};
