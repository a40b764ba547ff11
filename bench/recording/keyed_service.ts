/**
 * A service with API keys, a daily budget for each key, and two allowed origins.
 * @module
 */
import { receiveCallbacks } from "./callbacks.ts";
import type { Recorder, Step } from "./recorder.ts";
import type { Service } from "./service.ts";
import { crossOrigin } from "./site_steps.ts";
import { generation, idOf, itinerary, keyOf, type KindOfJob, withKey } from "./wishes.ts";

const UNKNOWN = "8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86";

const DAILY_JOBS = 3;

const owner = withKey("owner");
const other = withKey("other");
const third = withKey("third");

const strangers: Record<string, Step["headers"]> = {
  "no key": {},
  "a wrong key": { authorization: "Bearer wrong-key-0123456789" },
  "another scheme": { authorization: "Basic dXNlcjpwYXNzd29yZA==" },
  "no scheme": { authorization: keyOf("owner") },
  "two keys": [["authorization", owner.authorization], ["authorization", other.authorization]],
};

/** Returns requests with each key, and without one, for a job. */
function access({ path, wish }: KindOfJob): Step[] {
  const asks = [
    `GET ${path}/{job}`,
    `GET ${path}/{job}/timeline`,
    `GET ${path}/{job}/events`,
    `DELETE ${path}/{job}`,
    `GET ${path}`,
  ];
  return [
    {
      name: "POST",
      ask: `POST ${path}`,
      body: wish,
      keep: { job: idOf },
      headers: { ...owner, prefer: "wait=60" },
    },
    ...asks.flatMap((ask) => [
      { name: `the owner: ${ask}`, ask, headers: owner },
      { name: `another one: ${ask}`, ask, headers: other },
      { name: `no key: ${ask}`, ask },
    ]),
    ...Object.entries(strangers).map(([name, headers = {}]) => ({
      name: `POST, ${name}`,
      ask: `POST ${path}`,
      body: wish,
      headers,
    })),
    { name: "no key: OPTIONS", ask: `OPTIONS ${path}` },
    { name: "no key: HEAD", ask: `HEAD ${path}/{job}` },
    { name: "no key: nothing there", ask: `GET ${path}/a/b/c` },
    {
      name: "a scheme in lower case",
      ask: `GET ${path}/{job}`,
      headers: { authorization: owner.authorization.replace("Bearer", "bearer") },
    },
  ];
}

/** One key uses up its daily budget. */
const budget: Step[] = [
  ...Array.from({ length: DAILY_JOBS }, (_, n): Step => ({
    name: `job ${n + 1}`,
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    headers: { ...third, "idempotency-key": String(n), "prefer": "wait=60" },
  })),
  { name: "one too many", ask: `POST ${itinerary.path}`, body: itinerary.other, headers: third },
  {
    name: "one too many of the other kind",
    ask: `POST ${generation.path}`,
    headers: third,
    body: generation.other,
  },
  {
    name: "a repeated one",
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    headers: { ...third, "idempotency-key": "0" },
  },
];

const wrongCallbacks: Record<string, string> = {
  "a private host that is not listed": "http://127.0.0.2/hook",
  "a listed host at another port": "http://127.0.0.1:1/hook",
};

const refusedCallbacks: Step[] = Object.entries(wrongCallbacks).map(([name, callbackUrl]) => ({
  name,
  ask: `POST ${itinerary.path}`,
  body: { ...itinerary.wish, callbackUrl },
  headers: owner,
}));

const pages: Step[] = [
  { name: "the first page", ask: "GET /" },
  { name: "a form", ask: "POST /trips", form: { destination: "Rome", durationDays: "1" } },
  { name: "a form that is not accepted", ask: "POST /trips", form: {} },
  {
    name: "made",
    ask: `POST ${itinerary.path}`,
    body: itinerary.wish,
    keep: { trip: idOf },
    headers: { ...other, prefer: "wait=60" },
  },
  ...["", "/plan.md", "/plan.json", "/plan.ics?start=2099-01-01", "/cancel"].flatMap((path) => [
    { name: `locked: GET …${path}`, ask: `GET /trips/{trip}${path}` },
    { name: `with its key: GET …${path}`, ask: `GET /trips/{trip}${path}`, headers: other },
    { name: `with another key: GET …${path}`, ask: `GET /trips/{trip}${path}`, headers: owner },
  ]),
  { name: "locked: cancel", ask: "POST /trips/{trip}/cancel", form: {} },
  { name: "with its key: cancel", ask: "POST /trips/{trip}/cancel", form: {}, headers: other },
  { name: "unknown", ask: `GET /trips/${UNKNOWN}` },
  { name: "no id", ask: "GET /trips/no-uuid" },
];

export const keyedService: Service = {
  name: "a service with keys",
  open() {
    const receiver = receiveCallbacks();
    return {
      env: {
        API_KEYS: ["owner", "other", "third"].map(keyOf).join(),
        DAILY_JOBS_PER_KEY: String(DAILY_JOBS),
        CALLBACK_PRIVATE_HOSTS: receiver.host,
        CORS_ORIGINS: "https://trips.example,https://app.example",
      },
      scenarios: {
        "access to an itinerary": access(itinerary),
        "access to bundles": access(generation),
        "budget": budget,
        "callbacks that are refused": refusedCallbacks,
        "callbacks": (recorder) => callbacks(recorder, receiver),
        "pages": pages,
        "other origins": crossOrigin,
      },
      close: () => receiver[Symbol.asyncDispose](),
    };
  },
  windowMs: 24 * 3_600_000,
};

async function callbacks(recorder: Recorder, receiver: ReturnType<typeof receiveCallbacks>) {
  recorder.keep("receiver", receiver.url);
  for (const { noun, path, wish } of [itinerary, generation]) {
    await recorder.send({
      name: noun,
      ask: `POST ${path}`,
      body: { ...wish, callbackUrl: `{receiver}/${noun}?secret=1` },
      headers: { ...(noun === "itinerary" ? owner : other), prefer: "wait=60" },
    });
    await receiver.record(recorder, { name: `callback of ${noun}`, path: `/${noun}` });
  }
}
