/**
 * Invalid bodies and headers of requests, and unusual ones that are accepted.
 * @module
 */
import type { Step } from "./recorder.ts";
import { generation, itinerary, type KindOfJob } from "./wishes.ts";

const long = (characters: number) => "x".repeat(characters);

/** Invalid request bodies, by their faults. */
const badItineraries: Record<string, unknown> = {
  "no members": {},
  "null": null,
  "array": [],
  "string": "Tokyo",
  "destination null, durationDays null": { destination: null, durationDays: null },
  "destination number, durationDays string": { destination: 7, durationDays: "2" },
  "destination blank, durationDays 0": { destination: " \t", durationDays: 0 },
  "destination too long, durationDays 31": { destination: long(121), durationDays: 31 },
  "durationDays 1.5": { destination: "Tokyo", durationDays: 1.5 },
  "destination missing": { durationDays: 1 },
  "facts that are none": {
    destination: "Tokyo",
    durationDays: 1,
    startDate: "2026-02-30",
    travellers: { adults: 0, children: -1 },
    budget: { amount: 0, currency: "XXX", per: "day" },
    pace: "fast",
    interests: "food",
    diet: [7],
    accessibility: Array(11).fill("step-free"),
    startPoint: long(201),
    language: "German",
    notes: long(1_001),
  },
  "40 travellers": { destination: "Tokyo", durationDays: 1, travellers: { adults: 40 } },
  "a date in the past": { destination: "Tokyo", durationDays: 1, startDate: "2020-01-01" },
};

const badGenerations: Record<string, unknown> = {
  "no members": {},
  "null": null,
  "array": [],
  "preferences null": { preferences: null },
  "preferences false": { preferences: false },
  "preferences string": { preferences: "music" },
  "interests string": { preferences: { interests: "music" } },
  "21 interests": { preferences: { interests: Array(21).fill("music") } },
  "interests with a number and a long one": {
    preferences: { interests: ["music", 7, long(501)] },
  },
  "texts that are none": {
    preferences: { musicProfile: 1, timeframe: [], otherPreferences: {} },
  },
  "a date in the past": { preferences: { startDate: "2020-01-01" } },
  "an end before the start": {
    preferences: { startDate: "2020-01-02", endDate: "2020-01-01" },
  },
  "texts that are too long": {
    preferences: { musicProfile: long(501), timeframe: long(501), otherPreferences: long(501) },
  },
};

/** Invalid values of `callbackUrl`, added to a valid request body. */
const badCallbacks: Record<string, unknown> = {
  "a number": 7,
  "no URL": "hooks",
  "http": "http://hooks.example/x",
  "another scheme": "ftp://hooks.example/x",
  "a password": "https://user:secret@hooks.example/x",
  "a private address": "https://10.0.0.1/x",
  "an IPv6 address that is private": "https://[::1]/x",
  "a name without a dot": "https://localhost/x",
  "too long": `https://hooks.example/${long(2_048)}`,
  // The URL is valid, but the caller has no key.
  "not allowed": "https://hooks.example/x",
};

/** Texts that are not JSON. */
const malformed = ["", "{", "destination=Tokyo", "{'destination': 'Tokyo'}", "undefined"];

const types = [
  "text/html",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/jsonp",
];

const acceptedTypes = [
  "Application/JSON; charset=utf-8",
  "application/vnd.api+json",
  "text/plain;charset=UTF-8",
];

const badKeys: Record<string, string> = {
  "a space": "two words",
  "a comma": "a,b",
  "empty": "",
  "empty quotes": '""',
  "256 characters": long(256),
};

export function badBodies({ noun, path, wish }: KindOfJob): Step[] {
  const bad = noun === "itinerary" ? badItineraries : badGenerations;
  const ask = `POST ${path}`;
  const tooLarge = { ...wish, unknown: long(70_000) };
  return [
    ...Object.entries(bad).map(([name, body]) => ({
      name: `body: ${name}`,
      ask,
      body: JSON.stringify(body),
    })),
    ...Object.entries(badCallbacks).map(([name, callbackUrl]) => ({
      name: `callbackUrl: ${name}`,
      ask,
      body: { ...wish, callbackUrl },
    })),
    ...malformed.map((body) => ({ name: `malformed: ${JSON.stringify(body)}`, ask, body })),
    { name: "no body, no type", ask },
    ...types.map((type) => ({
      name: `type: ${type}`,
      ask,
      body: wish,
      headers: { "content-type": type },
    })),
    { name: "too large", ask, body: tooLarge },
    { name: "too large, without a length", ask, body: tooLarge, transfer: "chunked" },
    { name: "incomplete", ask, body: wish, transfer: "cut" },
    ...Object.entries(badKeys).map(([name, key]) => ({
      name: `Idempotency-Key: ${name}`,
      ask,
      body: wish,
      headers: { "idempotency-key": key },
    })),
    {
      name: "Idempotency-Key: twice",
      ask,
      body: wish,
      headers: [["idempotency-key", "a"], ["idempotency-key", "b"]],
    },
  ];
}

/** Unusual requests that the service accepts. */
export const oddBodies: Step[] = [
  ...acceptedTypes.map((type) => ({
    name: `type: ${type}`,
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    headers: { "content-type": type },
  })),
  {
    name: "no type",
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    headers: { "content-type": null },
  },
  {
    name: "without a length",
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    transfer: "chunked",
  },
  {
    name: "spaces, half a surrogate pair, unknown members, no callback",
    ask: `POST ${itinerary.path}`,
    body: '{"destination":"  Rome \\ud83c\\t","durationDays":1,"unknown":[],"callbackUrl":null}',
    headers: { prefer: "wait=60" },
  },
  {
    name: "120 characters that are 240 code units",
    ask: `POST ${itinerary.path}`,
    body: { destination: "🗼".repeat(120), durationDays: 1 },
  },
  {
    name: "preferences that are null or empty",
    ask: `POST ${generation.path}`,
    body: {
      preferences: {
        interests: ["", " art "],
        musicProfile: null,
        timeframe: " ",
        otherPreferences: "",
      },
    },
    headers: { prefer: "wait=60" },
  },
  {
    name: "names of its own for the request and its trace",
    ask: `POST ${generation.path}`,
    body: generation.other,
    headers: {
      "x-request-id": "request-7",
      "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "tracestate": "vendor=value",
    },
  },
  {
    name: "an odd name for the request, and preferences that mean nothing",
    ask: `POST ${itinerary.path}`,
    body: itinerary.other,
    headers: { "x-request-id": "<script>", "prefer": "wait=soon, waiting=5" },
  },
];
