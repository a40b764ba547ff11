/**
 * A service with low limits for requests and jobs. Each client has its own address, which a proxy
 * forwards.
 * @module
 */
import type { Step } from "./recorder.ts";
import type { Service } from "./service.ts";
import { generation, itinerary } from "./wishes.ts";

const UNKNOWN = "8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86";

const REQUESTS = 4;
const JOBS = 2;

/** Returns the same request, once more than the limit allows. */
function tooOften(name: string, step: Omit<Step, "name">, limit: number): Step[] {
  return Array.from({ length: limit + 1 }, (_, n) => ({ ...step, name: `${name}, ${n + 1}` }));
}

const from = (address: string) => ({ "x-forwarded-for": address });

const wish = { ask: `POST ${itinerary.path}`, body: itinerary.other };
const form = { ask: "POST /trips", form: { destination: "Rome", durationDays: "1" } };

const limits: Step[] = [
  ...tooOften("GET", {
    ask: `GET ${itinerary.path}/${UNKNOWN}`,
    headers: from("192.0.2.1"),
  }, REQUESTS),
  { name: "HEAD", ask: `HEAD ${generation.path}/${UNKNOWN}`, headers: from("192.0.2.1") },
  { name: "OPTIONS is not counted", ask: `OPTIONS ${itinerary.path}`, headers: from("192.0.2.1") },
  { name: "the first page is not counted", ask: "GET /", headers: from("192.0.2.1") },
  { name: "another client", ask: `GET ${generation.path}/${UNKNOWN}`, headers: from("192.0.2.2") },
  ...tooOften("POST", { ...wish, headers: from("192.0.2.3") }, JOBS),
  { name: "POST, refused for another reason", ...wish, body: {}, headers: from("192.0.2.3") },
  {
    name: "POST of another kind, before",
    ask: `POST ${generation.path}`,
    body: generation.other,
    headers: { ...from("192.0.2.4"), "idempotency-key": "a" },
  },
  {
    name: "POST, the last one",
    ...wish,
    headers: { ...from("192.0.2.4"), "idempotency-key": "b" },
  },
  {
    name: "a repeated POST makes no job",
    ...wish,
    headers: { ...from("192.0.2.4"), "idempotency-key": "b" },
  },
  ...tooOften("page", { ask: `GET /trips/${UNKNOWN}`, headers: from("192.0.2.5") }, REQUESTS),
  { name: "cancel", ask: `POST /trips/${UNKNOWN}/cancel`, form: {}, headers: from("192.0.2.5") },
  { name: "plan.md", ask: `GET /trips/${UNKNOWN}/plan.md`, headers: from("192.0.2.5") },
  ...tooOften("form", { ...form, headers: from("192.0.2.6") }, JOBS),
  ...tooOften("form that is not accepted", {
    ...form,
    form: {},
    headers: from("192.0.2.7"),
  }, REQUESTS),
  ...tooOften("form that cannot be read", {
    ...form,
    form: { wish: "{" },
    headers: from("192.0.2.8"),
  }, REQUESTS),
];

/** Addresses of the same client, and addresses of others. */
const addresses: Step[] = [
  "198.51.100.1, 192.0.2.20",
  "192.0.2.20:4711",
  "::ffff:192.0.2.20",
  "2001:db8::1",
  "[2001:db8::2]:4711",
  "2001:db8:0:1::1",
  "",
].map((address, n) => ({
  name: `${n + 1}: ${address}`,
  ask: `GET ${itinerary.path}/${UNKNOWN}`,
  headers: from(address),
}));

const proxied: Step[] = [
  {
    name: "its own host, as the proxy says",
    ...form,
    headers: {
      ...from("192.0.2.30"),
      "sec-fetch-site": null,
      "origin": "https://trips.example",
      "x-forwarded-host": "trips.example",
    },
  },
  {
    name: "another host than the proxy says",
    ...form,
    headers: {
      ...from("192.0.2.30"),
      "sec-fetch-site": null,
      "origin": "https://elsewhere.example",
      "x-forwarded-host": "trips.example",
    },
  },
];

export const limitedService: Service = {
  name: "a service with limits",
  open: () => ({
    env: {
      RATE_LIMIT_REQUESTS: String(REQUESTS),
      RATE_LIMIT_JOBS: String(JOBS),
      TRUSTED_PROXIES: "1",
    },
    scenarios: { limits, addresses, "behind a proxy": proxied },
  }),
  windowMs: 60_000,
};
