/**
 * Requests that are not about jobs: methods, CORS, health, the API description, problems and
 * assets.
 * @module
 */
import type { HttpAnswer } from "./http_exchange.ts";
import type { Step } from "./recorder.ts";
import { etagOf, generation, itinerary } from "./wishes.ts";

const UNKNOWN = "8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86";

/** Every path, with a method that it does not support. */
const wrongMethods: Record<string, string> = {
  "/livez": "POST",
  "/readyz": "DELETE",
  "/openapi.json": "PUT",
  "/docs": "POST",
  "/docs.css": "POST",
  "/docs.js": "PATCH",
  "/llms.txt": "POST",
  "/problems": "POST",
  "/problems/internal": "DELETE",
  "/style.css": "POST",
  "/icon.svg": "POST",
  "/home_en.js": "POST",
  "/trip_en.js": "POST",
  "/client.js": "POST",
  ...Object.fromEntries([itinerary, generation].flatMap(({ path }) => [
    [path, "PATCH"],
    [`${path}/${UNKNOWN}`, "POST"],
    [`${path}/${UNKNOWN}/timeline`, "POST"],
    [`${path}/${UNKNOWN}/events`, "DELETE"],
  ])),
  "/": "POST",
  "/trips": "DELETE",
  [`/trips/${UNKNOWN}`]: "PUT",
  [`/trips/${UNKNOWN}/cancel`]: "DELETE",
  [`/trips/${UNKNOWN}/plan.md`]: "POST",
  [`/trips/${UNKNOWN}/plan.json`]: "POST",
  [`/trips/${UNKNOWN}/plan.ics`]: "POST",
};

const html = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

export const methods: Step[] = [
  ...Object.entries(wrongMethods).flatMap(([path, method]) =>
    ["OPTIONS", method].map((wrong) => ({ name: `${wrong} ${path}`, ask: `${wrong} ${path}` }))
  ),
  { name: "a wrong method, in a browser", ask: "POST /livez", headers: html },
  { name: "an unknown method", ask: `BREW ${itinerary.path}` },
];

const nowhere = [
  "/nonsense",
  "/api",
  "/api/trips",
  `${itinerary.path}/a/b`,
  `/trips/${UNKNOWN}/plan.pdf`,
  "/docs/nonsense.js",
  "/problems/nonsense",
  "/api/webhooks/openai",
];

export const unknownPaths: Step[] = [
  ...nowhere.flatMap((path) => [
    { name: `GET ${path}`, ask: `GET ${path}` },
    { name: `GET ${path}, in a browser`, ask: `GET ${path}`, headers: html },
  ]),
  {
    name: "JSON is preferred",
    ask: "GET /nonsense",
    headers: { accept: "application/json, text/html;q=0.5" },
  },
  { name: "POST", ask: "POST /nonsense", body: {} },
  { name: "OPTIONS", ask: "OPTIONS /nonsense" },
  { name: "HEAD", ask: "HEAD /nonsense" },
  { name: "a webhook without a secret", ask: "POST /api/webhooks/openai", body: {} },
];

const preflight = {
  "origin": "https://trips.example",
  "access-control-request-method": "POST",
  "access-control-request-headers": "content-type, idempotency-key",
};

/** For a service that allows every origin, and for a service that allows only two. */
export const crossOrigin: Step[] = [
  { name: "preflight of a list", ask: `OPTIONS ${itinerary.path}`, headers: preflight },
  { name: "preflight of a job", ask: `OPTIONS ${generation.path}/${UNKNOWN}`, headers: preflight },
  { name: "preflight of nothing", ask: "OPTIONS /nonsense", headers: preflight },
  {
    name: "preflight from elsewhere",
    ask: `OPTIONS ${itinerary.path}`,
    headers: { ...preflight, origin: "https://elsewhere.example" },
  },
  {
    name: "preflight that asks for no headers",
    ask: `OPTIONS ${itinerary.path}`,
    headers: { "origin": "https://trips.example", "access-control-request-method": "DELETE" },
  },
  { name: "a call", ask: "GET /livez", headers: { origin: "https://trips.example" } },
  {
    name: "a call from elsewhere",
    ask: "GET /livez",
    headers: { origin: "https://elsewhere.example" },
  },
  {
    name: "a call that fails",
    ask: `GET ${itinerary.path}/${UNKNOWN}`,
    headers: { origin: "https://trips.example" },
  },
  {
    name: "OPTIONS without a preflight",
    ask: `OPTIONS ${itinerary.path}`,
    headers: { origin: "https://trips.example" },
  },
];

/**
 * Returns the requests for a file that only changes with a deployment. The recording omits the
 * content of files from other packages and from the build.
 */
function asset(path: string, show: Step["show"] = "exact"): Step[] {
  const again = show === "nothing" ? "nothing" : "digest";
  const version = (answer: HttpAnswer) => etagOf(answer).replaceAll('"', "");
  return [
    { name: path, ask: `GET ${path}`, show, keep: { tag: etagOf, version } },
    { name: `${path}, HEAD`, ask: `HEAD ${path}` },
    { name: `${path}, known`, ask: `GET ${path}`, headers: { "if-none-match": "{tag}" } },
    { name: `${path}, this version`, ask: `GET ${path}?v={version}`, show: again },
    { name: `${path}, another version`, ask: `GET ${path}?v=0123456789`, show: again },
    {
      name: `${path}, gzip`,
      ask: `GET ${path}`,
      headers: { "accept-encoding": "gzip, br;q=0.5" },
      show: again,
    },
  ];
}

export const assets: Step[] = [
  ...asset("/style.css"),
  ...asset("/icon.svg"),
  ...asset("/home_en.js", "nothing"),
  ...asset("/trip_en.js", "nothing"),
  ...asset("/client.js", "nothing"),
  ...asset("/openapi.json"),
  ...asset("/docs.css"),
  ...asset("/docs.js", "nothing"),
  ...asset("/client.d.ts", "digest"),
];

const problemCodes = [
  "invalid_request",
  "malformed_json",
  "incomplete_body",
  "invalid_header",
  "missing_client_token",
  "unauthorized",
  "invalid_signature",
  "not_owner",
  "foreign_form",
  "foreign_site",
  "daily_limit_reached",
  "callback_not_allowed",
  "route_not_found",
  "job_not_found",
  "response_unknown",
  "method_not_allowed",
  "job_finished",
  "body_too_large",
  "unsupported_media_type",
  "misdirected_request",
  "idempotency_key_reused",
  "rate_limited",
  "daily_budget_spent",
  "internal",
  "accept_failed",
  "queue_full",
  "stopping",
  "not_ready",
];

export const pagesAboutTheService: Step[] = [
  ...["/livez", "/readyz", "/docs", "/problems"].flatMap((path) => [
    { name: path, ask: `GET ${path}` },
    { name: `${path}, HEAD`, ask: `HEAD ${path}` },
  ]),
  { name: "/livez/, a slash at the end", ask: "GET /livez/" },
  ...problemCodes.map((code) => ({ name: `/problems/${code}`, ask: `GET /problems/${code}` })),
];
