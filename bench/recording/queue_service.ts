/**
 * A service with one slot and a queue of one job. The scenario controls when its model writes
 * itineraries.
 * @module
 */
import { itineraryPlan } from "./plans.ts";
import type { Recorder, Step } from "./recorder.ts";
import { DONE, errorReply, LiveReply, serveModel, usage } from "./scripted_model.ts";
import type { Service } from "./service.ts";
import { files, retried, views } from "./state_steps.ts";
import { chatChunks, type StreamEvent } from "./support.ts";
import { etagOf, idOf } from "./wishes.ts";

const itineraries = "/api/itineraries";
const generations = "/api/generations";

const itineraryOf = (destination: string) => ({ destination, durationDays: 2 });
const bundlesOf = (interest: string) => ({ preferences: { interests: [interest] } });

/** The headers of a long poll by a client that has the kept version. */
const newsOnly = { "prefer": "wait=60", "if-none-match": "{tag}" };

const form = { kind: "generation", interests: "waiting", formId: "form-1" };

/** The ways to create a job that must wait. */
const waitingJobs: { noun: string; path: string; make: Step }[] = [
  {
    noun: "itinerary",
    path: itineraries,
    // The wait ends before the job does.
    make: {
      name: "itinerary: waited for",
      ask: `POST ${itineraries}`,
      body: itineraryOf("waiting"),
      headers: { prefer: "wait=1" },
    },
  },
  {
    noun: "generation",
    path: generations,
    make: { name: "generation: a form", ask: "POST /trips", form },
  },
];

/** The requests while one job runs and another one waits. */
const whenFull: Step[] = [
  { name: "a form, sent again", ask: "POST /trips", form },
  { name: "full", ask: `POST ${itineraries}`, body: itineraryOf("full") },
  { name: "full, of the other kind", ask: `POST ${generations}`, body: bundlesOf("full") },
  { name: "full, a form", ask: "POST /trips", form: { ...form, interests: "full" } },
];

/** Records jobs that wait for the slot, and requests that are refused because the queue is full. */
async function queue(recorder: Recorder, held: LiveReply): Promise<void> {
  await recorder.send({
    name: "running",
    ask: `POST ${itineraries}`,
    body: itineraryOf("held"),
    keep: { running: idOf },
  });
  await held.asked;
  for (const waiting of waitingJobs) await waitAndCancel(recorder, waiting);
  await recorder.sendWhenThereIsRoom({
    name: "the form of a canceled trip, sent again",
    ask: "POST /trips",
    form,
    keep: { job: idOf },
  });
  await recorder.run([
    ...whenFull,
    { name: "canceled by form", ask: "POST /trips/{job}/cancel", form: {} },
    { name: "GET of cancel", ask: "GET /trips/{job}/cancel" },
    { name: "canceled by form: page", ask: "GET /trips/{job}" },
    { name: "canceled while it runs", ask: `DELETE ${itineraries}/{running}` },
    { name: "canceled while it runs: timeline", ask: `GET ${itineraries}/{running}/timeline` },
    { name: "canceled while it runs: page", ask: "GET /trips/{running}" },
  ]);
}

async function waitAndCancel(
  recorder: Recorder,
  { noun, path, make }: typeof waitingJobs[number],
): Promise<void> {
  const job = `${path}/{job}`;
  await recorder.sendWhenThereIsRoom({ ...make, keep: { job: idOf } });
  const stream = { name: `${noun}: events until it is canceled`, ask: `GET ${job}/events` };
  using events = await recorder.begin(stream);
  await events.until("event: progress");
  await recorder.run([
    ...views(`${noun}: queued`, path),
    {
      name: `${noun}: long poll without news`,
      ask: `GET ${job}`,
      headers: { "prefer": "wait=1", "if-none-match": "{tag}" },
    },
    ...files(`${noun}: queued`),
    { name: `${noun}: canceled`, ask: `DELETE ${job}` },
    { name: `${noun}: canceled again`, ask: `DELETE ${job}` },
  ]);
  await recorder.finish(stream, events);
  await recorder.run([
    ...views(`${noun}: after that`, path),
    ...files(`${noun}: after that`),
    { name: `${noun}: canceled by form, after that`, ask: "POST /trips/{job}/cancel", form: {} },
  ]);
}

/** Records an itinerary while the model writes it, for an event stream and for polls. */
async function itineraryStates(recorder: Recorder, live: LiveReply): Promise<void> {
  const chunks = chunksOf(itineraryPlan(2).days);
  await recorder.sendWhenThereIsRoom({
    name: "accepted",
    ask: `POST ${itineraries}`,
    body: itineraryOf("live"),
    keep: { job: idOf },
  });
  await live.asked;
  const job = `${itineraries}/{job}`;
  await recorder.untilShows(job, ({ progress }) => progress.phase === "thinking");
  // Omits the event between the last step and the end, which depends on timing.
  const whole = {
    name: "events",
    ask: `GET ${job}/events`,
    without: /event: progress\nid: \S+\ndata: [^\n]*"usage":\{[^\n]*\n\n/,
  };
  using events = await recorder.begin(whole);
  await events.until("event: progress");
  await recorder.run([...views("thinking", itineraries), ...files("thinking")]);
  live.send(chunks.start);
  await events.until("event: progress", 2);
  await recorder.run([
    { name: "long poll: there is news", ask: `GET ${job}`, headers: newsOnly },
    { name: "thinking still", ask: `GET ${job}`, keep: { tag: etagOf } },
  ]);
  const poll = { name: "long poll: news come", ask: `GET ${job}`, headers: newsOnly };
  using news = await recorder.begin(poll);
  live.send(chunks.parts[0]!);
  await events.until("event: progress", 3);
  await recorder.finish(poll, news);
  await recorder.run([...views("writing", itineraries), ...files("writing")]);
  live.send(chunks.parts[1]!);
  await events.until("event: progress", 4);
  await recorder.run(views("finishing", itineraries));
  live.send(chunks.end);
  live.end(DONE);
  await recorder.finish(whole, events);
  await recorder.run([...views("completed", itineraries), ...files("completed")]);
}

/** Returns the chunks of an itinerary. Each of the `parts` ends with a day. */
function chunksOf(days: object[]) {
  const [start, ...rest] = chatChunks(
    [
      ...days.map((day, index) => `${index === 0 ? '{"days":[' : ","}${JSON.stringify(day)}`),
      "]}",
    ],
    { usage },
  );
  const parts = rest.slice(0, days.length).map((chunk): StreamEvent[] => [chunk]);
  return { start: [start!], parts, end: rest.slice(days.length) };
}

/** Records answers during a shutdown. A running job delays its end by some seconds. */
async function shutdown(recorder: Recorder, held: LiveReply): Promise<void> {
  const key = { "idempotency-key": "k" };
  const job = { ask: `POST ${itineraries}`, body: itineraryOf("held to the end"), headers: key };
  await recorder.sendWhenThereIsRoom({ name: "accepted", ...job, keep: { job: idOf } });
  await held.asked;
  recorder.program.signal("SIGTERM");
  await recorder.program.untilLogged("stopping");
  await recorder.run([
    { name: "readyz", ask: "GET /readyz" },
    { name: "livez", ask: "GET /livez" },
    { name: "POST", ask: `POST ${itineraries}`, body: itineraryOf("too late") },
    { name: "POST of the other kind", ask: `POST ${generations}`, body: bundlesOf("too late") },
    { name: "a repeated POST", ...job },
    { name: "a form", ask: "POST /trips", form: { destination: "Rome", durationDays: "1" } },
    { name: "GET", ask: `GET ${itineraries}/{job}/timeline` },
    { name: "page", ask: "GET /" },
  ]);
}

export const queueService: Service = {
  name: "a service with a queue",
  open() {
    const [held, live, last] = [new LiveReply(), new LiveReply(), new LiveReply()];
    const later = errorReply(500, "server_error", { "retry-after": "30" });
    const model = serveModel({
      chat: { held: [held], live: [live], later: [later], "held to the end": [last] },
    });
    return {
      env: {
        ...model.env,
        WORKER_CONCURRENCY: "1",
        MAX_QUEUED_JOBS: "1",
        MODEL_PRICES: '{"gpt-6-luna":{"input":1,"cachedInput":0.1,"output":10}}',
      },
      scenarios: {
        "queue": (recorder) => queue(recorder, held),
        "an itinerary in its states": (recorder) => itineraryStates(recorder, live),
        "an itinerary that is tried again": (recorder) =>
          retried(recorder, itineraries, itineraryOf("later")),
        "shutdown": (recorder) => shutdown(recorder, last),
      },
      close: () => model[Symbol.asyncDispose](),
    };
  },
};
