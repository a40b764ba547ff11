/**
 * A service whose model writes bundles with tools, or in the background. The scenario controls
 * when. Identical jobs share one plan, and placeholders replace plans when the quota is spent.
 * @module
 */
import { bundlesOfDates, datedBundles, foundEvent, undatedBundles } from "./plans.ts";
import type { Recorder, Step } from "./recorder.ts";
import {
  answerEvents,
  errorReply,
  finishedResponse,
  LiveReply,
  responseReply,
  serveModel,
  toolCall,
} from "./scripted_model.ts";
import type { Service } from "./service.ts";
import { files, retried, views } from "./state_steps.ts";
import { answerWeather, reasoning, serveLocally, type StreamEvent, weatherEnv } from "./support.ts";
import { deliver, news, WEBHOOK_SECRET } from "./webhook.ts";
import { idOf } from "./wishes.ts";

const generations = "/api/generations";

const bundlesOf = (interest: string) => ({
  preferences: { interests: [interest], timeframe: "In 2099" },
});

/** A reasoning summary whose first line is a headline. */
const thoughtOfWeather = "**Weather**\nLooking at it";

/** Records bundles that the model writes in three turns, with tools between the turns. */
async function bundlesStates(
  recorder: Recorder,
  { turns: [first, second], tools }: { turns: [LiveReply, LiveReply]; tools: HeldTools },
): Promise<void> {
  const [begun, going, thought, calls] = answerEvents({
    id: "resp_first",
    thoughts: [thoughtOfWeather],
    end: { output: [reasoning(thoughtOfWeather), toolCall("get_weather", { city: "Lisbon" })] },
  }) as [StreamEvent, StreamEvent, StreamEvent, StreamEvent];
  await recorder.send({
    name: "accepted",
    ask: `POST ${generations}`,
    body: bundlesOf("live"),
    keep: { job: idOf },
  });
  await first.asked;
  const job = `${generations}/{job}`;
  first.send([begun, going]);
  await recorder.untilShows(job, ({ openaiResponseId }) => openaiResponseId === "resp_first");
  first.send([thought]);
  await recorder.untilShows(job, ({ reasoningSummaries }) => reasoningSummaries.length === 2);
  await recorder.run(views("thinking", generations));
  first.send([calls]);
  first.end();
  await recorder.untilShows(job, ({ progress }) => progress.phase === "researching");
  await recorder.run([...views("researching", generations), ...files("researching")]);
  tools.releaseWeather();
  await second.asked;
  const { start, firstPart, rest } = eventsOf(datedBundles.bundles);
  second.send(start);
  await recorder.untilShows(job, ({ openaiResponseId }) => openaiResponseId === "resp_second");
  await recorder.run(views("thinking again", generations));
  second.send(firstPart);
  await recorder.untilShows(job, ({ partial }) => partial.length === 1);
  await recorder.run([...views("writing", generations), ...followed]);
  second.send(rest);
  second.end();
  await recorder.untilEnded("job");
  await recorder.run([
    { name: "follower: completed", ended: "follower", ask: `GET ${generations}/{follower}` },
    { name: "follower: timeline of its end", ask: `GET ${generations}/{follower}/timeline` },
    ...views("completed", generations),
    { name: "completed: events", ask: `GET ${job}/events` },
    ...files("completed"),
  ]);
}

/** The first turn, which searches for events. */
const search = responseReply({
  id: "resp_search",
  thoughts: ["What is on?"],
  end: {
    output: [
      reasoning("What is on?"),
      toolCall("search_events", {
        keyword: "fado",
        city: "Lisbon",
        countryCode: "PT",
        startDate: "2099-11-28",
        endDate: "2099-11-29",
      }),
    ],
  },
});

/** Requests about a follower. It shows the progress of its leader, and takes over the plan. */
const followed: Step[] = [
  {
    name: "follower: accepted",
    ask: `POST ${generations}`,
    body: bundlesOf("live"),
    keep: { follower: idOf },
  },
  { name: "follower: writing", ask: `GET ${generations}/{follower}` },
  { name: "follower: page", ask: "GET /trips/{follower}" },
  { name: "follower: timeline", ask: `GET ${generations}/{follower}/timeline` },
];

/** Returns the events of an answer with bundles: the start, the first bundle, and the rest. */
function eventsOf(bundles: object[]) {
  const texts = bundles.map((bundle) => JSON.stringify(bundle));
  const pieces = [`{"bundles":[${texts[0]}`, `,${texts.slice(1).join()}]}`];
  const events = answerEvents({ id: "resp_second", pieces });
  return { start: events.slice(0, 2), firstPart: events.slice(2, 3), rest: events.slice(3) };
}

/** Returns requests about bundles that the model writes without delay. */
function written(interest: string): Step[] {
  return [
    {
      name: "made",
      ask: `POST ${generations}`,
      body: bundlesOf(interest),
      headers: { prefer: "wait=60" },
      keep: { job: idOf },
    },
    { name: "page", ask: "GET /trips/{job}" },
    ...files("completed"),
  ];
}

/** Returns requests about a placeholder. */
function placeholder(path: string, wish: object): Step[] {
  return [
    {
      name: "no quota",
      ask: `POST ${path}`,
      body: wish,
      headers: { prefer: "wait=60" },
      keep: { job: idOf },
    },
    { name: "timeline", ask: `GET ${path}/{job}/timeline` },
    { name: "page", ask: "GET /trips/{job}" },
    ...files("placeholder"),
  ];
}

/** Records webhooks for a background response. The last one ends the job. */
async function webhooks(recorder: Recorder, hooked: LiveReply): Promise<void> {
  const job = `${generations}/{job}`;
  const ask = "POST /api/webhooks/openai";
  await recorder.send({
    name: "accepted",
    ask: `POST ${generations}`,
    body: bundlesOf("hooked"),
    keep: { job: idOf },
  });
  await hooked.asked;
  hooked.send(answerEvents({ ...hookedAnswer, background: true }).slice(0, 2));
  await recorder.untilShows(job, ({ openaiResponseId }) => openaiResponseId === hookedAnswer.id);
  const body = news(hookedAnswer.id);
  const tooOld = 6 * 60_000;
  await deliver(recorder, { name: "no signature", body, without: "webhook-signature" });
  await deliver(recorder, { name: "no id", body, without: "webhook-id" });
  await deliver(recorder, { name: "another key", body, key: "another key" });
  await deliver(recorder, { name: "too old", body, ageMs: tooOld });
  await deliver(recorder, { name: "from the future", body, ageMs: -tooOld });
  await deliver(recorder, { name: "no JSON", body: "{" });
  await deliver(recorder, { name: "an id that is too long", body, id: "x".repeat(257) });
  await deliver(recorder, { name: "unknown response", body: news("resp_unknown") });
  await deliver(recorder, { name: "other news", body: news(hookedAnswer.id, "batch.completed") });
  await recorder.run([
    { name: "nothing signed", ask, body: {} },
    { name: "too large", ask, body: { text: "x".repeat(70_000) } },
    { name: "incomplete", ask, body: {}, transfer: "cut" },
    { name: "GET", ask: "GET /api/webhooks/openai" },
    { name: "OPTIONS", ask: "OPTIONS /api/webhooks/openai" },
  ]);
  await deliver(recorder, { name: "news", body, id: "wh_2" });
  await deliver(recorder, { name: "the same news", body, id: "wh_2" });
  await recorder.untilEnded("job");
  await recorder.run(views("completed", generations));
}

const hookedAnswer = {
  id: "resp_hooked",
  thoughts: ["Undecided"],
  pieces: [JSON.stringify(undatedBundles)],
};

type HeldTools = ReturnType<typeof serveTools>;

/** Starts the servers behind the tools. The weather server waits until it is released. */
function serveTools() {
  const released = Promise.withResolvers<void>();
  const server = serveLocally(async (_request, url) => {
    if (url.pathname === "/discovery/v2/events.json") {
      return Response.json({ _embedded: { events: [foundEvent] } });
    }
    await released.promise;
    return answerWeather(url) ?? new Response(null, { status: 404 });
  });
  return {
    env: {
      ...weatherEnv(server),
      TICKETMASTER_API_KEY: "tm-key",
      TICKETMASTER_BASE_URL: server.url,
    },
    releaseWeather: () => released.resolve(),
    async [Symbol.asyncDispose]() {
      released.resolve();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const researchService: Service = {
  name: "a service with research",
  open() {
    const turns: [LiveReply, LiveReply] = [new LiveReply(), new LiveReply()];
    const hooked = new LiveReply();
    const tools = serveTools();
    const noQuota = errorReply(429, "insufficient_quota");
    const model = serveModel({
      chat: { "no quota": [noQuota] },
      responses: {
        "no quota": [noQuota],
        live: [search, ...turns],
        undated: [responseReply({ id: "resp_1", pieces: [JSON.stringify(undatedBundles)] })],
        dates: [responseReply({ id: "resp_2", pieces: [JSON.stringify(bundlesOfDates)] })],
        later: [errorReply(500, "server_error", { "retry-after": "30" })],
        hooked: [hooked],
      },
      kept: { [hookedAnswer.id]: finishedResponse(hookedAnswer) },
    });
    return {
      env: {
        ...model.env,
        ...tools.env,
        USE_MOCK_IF_QUOTA: "1",
        DEDUPE_IN_FLIGHT: "1",
        OPENAI_BACKGROUND: "on",
        OPENAI_WEBHOOK_SECRET: WEBHOOK_SECRET,
        MODEL_PRICES: '{"gpt-6.1-terra":{"input":2,"output":20}}',
      },
      scenarios: {
        "bundles in their states": (recorder) => bundlesStates(recorder, { turns, tools }),
        "bundles without dates": written("undated"),
        "bundles with dates of every form": written("dates"),
        "bundles that are tried again": (recorder) =>
          retried(recorder, generations, bundlesOf("later")),
        "a placeholder of an itinerary": placeholder("/api/itineraries", {
          destination: "no quota",
          durationDays: 1,
        }),
        "a placeholder of bundles": placeholder(generations, bundlesOf("no quota")),
        "webhooks": (recorder) => webhooks(recorder, hooked),
      },
      async close() {
        await tools[Symbol.asyncDispose]();
        await model[Symbol.asyncDispose]();
      },
    };
  },
};
