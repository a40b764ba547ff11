/**
 * Requests that the service must refuse, with the status of each.
 */
import type { Sent } from "./traffic.ts";

const json = { "content-type": "application/json" };
const good = JSON.stringify({ destination: "Porto", durationDays: 2 });

function post(body: string, rest: Partial<Sent> = {}): Omit<Sent, "expected"> {
  return { path: "/api/itineraries", method: "POST", headers: json, body, ...rest };
}

/** The limit of a body is 64 KiB. */
const TOO_LONG = "x".repeat(70_000);

const unknown = "/api/itineraries/01a22036-0dcc-73f7-b013-28e051702cf7";

const table: [status: number, request: Omit<Sent, "expected">][] = [
  [400, post("{")],
  [400, post("")],
  [400, post('{"destination":"","durationDays":2}')],
  [400, post('{"destination":"Porto","durationDays":99}')],
  [400, post(`${"[".repeat(20_000)}`)],
  [400, post(good, { headers: { ...json, "idempotency-key": "two keys, one header" } })],
  [
    400,
    post(JSON.stringify({ destination: "a", durationDays: 1, callbackUrl: "http://10.0.0.1" })),
  ],
  [413, post(TOO_LONG)],
  [415, post("x", { headers: { "content-type": "image/png" } })],
  [400, { path: "/api/generations", method: "POST", headers: json, body: "{}" }],
  [400, { path: "/api/itineraries?limit=0" }],
  [400, { path: "/api/itineraries?cursor=wrong" }],
  [404, { path: unknown }],
  [404, { path: `${unknown}/events` }],
  [404, { path: unknown, method: "DELETE" }],
  [404, { path: "/api/itineraries/wrong" }],
  [404, { path: "/nothing" }],
  [404, { path: "/trips/wrong" }],
  [404, { path: "/%00" }],
  [405, { path: "/api/itineraries", method: "PUT", body: good }],
  [401, post(good, { isStranger: true })],
  [401, { path: "/api/itineraries", isStranger: true }],
  [401, { path: "/api/itineraries", headers: { authorization: "Bearer wrong" } }],
];

/** All such requests. */
export const refusals: readonly Sent[] = table.map(([status, request]) => ({
  ...request,
  expected: [status],
}));
