/**
 * Requests for the web app, for a service without API keys and with an idle model.
 * @module
 */
import type { Step } from "./recorder.ts";
import { generation, idOf, itinerary } from "./wishes.ts";

const UNKNOWN = "8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86";

const query = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

/** The form fields for bundles. */
const weekend = {
  kind: "generation",
  city: "Lisbon",
  interests: "music, nightlife，art",
  musicProfile: "Electronic",
  timeframe: "This weekend",
  otherPreferences: "No early mornings",
};

const tokyo = { kind: "itinerary", destination: "Tokyo, Japan", durationDays: "2" };

const firstPages: Record<string, string> = {
  "plain": "/",
  "filled in, an itinerary": `/?${query(tokyo)}`,
  "filled in, bundles": `/?${query(weekend)}`,
  "filled in with HTML": `/?${query({ destination: '"><script>alert(1)</script>' })}`,
  "filled in oddly": "/?kind=nonsense&destination=Rome&destination=Oslo&formId=%20&wish=zz",
};

export const firstPage: Step[] = [
  ...Object.entries(firstPages).map(([name, path]) => ({ name, ask: `GET ${path}` })),
  { name: "HEAD", ask: "HEAD /" },
  { name: "gzip", ask: "GET /", headers: { "accept-encoding": "gzip" } },
  { name: "a token that is none", ask: "GET /trips", headers: { "client-token": "short" } },
  { name: "/trips", ask: "GET /trips" },
  { name: "/trips, HEAD", ask: "HEAD /trips" },
];

const wishOf = (kind: string, body: unknown) => ({ wish: JSON.stringify({ kind, body }) });

/** Invalid forms. The answer is the form with errors, or an error page. */
const refusedForms: Record<string, Record<string, string>> = {
  "nothing": {},
  "no destination, no days": { kind: "itinerary", destination: " ", durationDays: "0" },
  "days that are no number": { ...tokyo, durationDays: "1e1" },
  "bundles of nothing": { kind: "generation" },
  "a destination that is too long": { ...tokyo, destination: "x".repeat(121) },
  "too many interests": { ...weekend, interests: "a,".repeat(21) },
  "texts that are too long": {
    kind: "generation",
    interests: "x".repeat(501),
    musicProfile: "x".repeat(501),
    timeframe: "x".repeat(501),
    otherPreferences: "x".repeat(501),
  },
  "a whole wish that is no JSON": { wish: "{" },
  "a whole wish of no kind": wishOf("nonsense", itinerary.wish),
  "a whole wish that is not accepted": wishOf("itinerary", { destination: "" }),
  "a name that is none": { ...tokyo, formId: "with a space" },
};

/** Headers with the origin of a form. */
const origins: Record<string, Record<string, string | null>> = {
  "another site": { "sec-fetch-site": "cross-site", "origin": "https://elsewhere.example" },
  "another site, by its origin alone": {
    "sec-fetch-site": null,
    "origin": "https://elsewhere.example",
  },
  "no site": { "sec-fetch-site": null },
  "its own host, by its origin alone": {
    "sec-fetch-site": null,
    "host": "trips.example",
    "origin": "https://trips.example",
  },
  "its own host, as a proxy says that is not trusted": {
    "sec-fetch-site": null,
    "origin": "https://trips.example",
    "x-forwarded-host": "trips.example",
  },
};

const ask = "POST /trips";

export const forms: Step[] = [
  { name: "an itinerary", ask, form: { ...tokyo, formId: "form-1" }, keep: { trip: idOf } },
  { name: "sent again", ended: "trip", ask, form: { ...tokyo, formId: "form-1" } },
  {
    name: "sent again with other days",
    ask,
    form: {
      ...tokyo,
      formId: "form-1",
      durationDays: "3",
    },
  },
  { name: "bundles", ask, form: weekend },
  { name: "no kind", ask, form: { destination: "Rome", durationDays: "1" } },
  { name: "a whole itinerary", ask, form: wishOf("itinerary", itinerary.wish) },
  { name: "whole bundles", ask, form: wishOf("generation", generation.wish) },
  ...Object.entries(refusedForms).map(([name, form]) => ({ name, ask, form })),
  ...Object.entries(origins).map(([name, headers]) => ({
    name: `from ${name}`,
    ask,
    form: tokyo,
    headers,
  })),
  { name: "too large", ask, form: { ...tokyo, destination: "x".repeat(200_000) } },
  { name: "JSON", ask, body: itinerary.wish },
  { name: "a token that is none", ask, form: tokyo, headers: { "client-token": "short" } },
];

const files = ["plan.md", "plan.json", "plan.ics"];

/** Values of `start`, the first day of the calendar. */
const starts = ["2099-12-31", "2099-02-30", "1999-01-01", "31.12.2099", ""];

/** Returns requests for the pages and files of a finished trip. */
function finishedTrip(noun: string, trip: string): Step[] {
  return [
    { name: `${noun}: page`, ask: `GET ${trip}` },
    { name: `${noun}: page, HEAD`, ask: `HEAD ${trip}` },
    { name: `${noun}: page, slash at the end`, ask: `GET ${trip}/` },
    ...files.flatMap((file) => [
      { name: `${noun}: ${file}`, ask: `GET ${trip}/${file}` },
      { name: `${noun}: ${file}, HEAD`, ask: `HEAD ${trip}/${file}` },
    ]),
    ...starts.map((start) => ({
      name: `${noun}: plan.ics, start=${start}`,
      ask: `GET ${trip}/plan.ics?start=${start}`,
    })),
    { name: `${noun}: canceled too late`, ask: `POST ${trip}/cancel`, form: {} },
    {
      name: `${noun}: canceled by another site`,
      ask: `POST ${trip}/cancel`,
      form: {},
      headers: { "sec-fetch-site": "cross-site", "origin": "https://elsewhere.example" },
    },
    { name: `${noun}: GET of cancel`, ask: `GET ${trip}/cancel` },
  ];
}

const waited = { prefer: "wait=60" };

/** Destinations that are difficult to turn into a file name. */
const oddTitles: Record<string, string> = {
  "no letters": "?!",
  "line breaks": "Rome\r\nx-injected: 1",
  "a path": "../../Crème Brûlée/..",
  "many characters of three bytes": "東京".repeat(50),
};

export const finishedTrips: Step[] = [
  ...[itinerary, generation].flatMap(({ noun, path, wish, other }) => [
    {
      name: `${noun}: made`,
      ask: `POST ${path}`,
      body: wish,
      headers: waited,
      keep: { [noun]: idOf },
    },
    ...finishedTrip(noun, `/trips/{${noun}}`),
    {
      name: `${noun}: another one`,
      ask: `POST ${path}`,
      body: other,
      headers: waited,
      keep: { [`${noun}2`]: idOf },
    },
    { name: `${noun}: another page`, ask: `GET /trips/{${noun}2}` },
    { name: `${noun}: another plan.md`, ask: `GET /trips/{${noun}2}/plan.md` },
  ]),
  ...Object.entries(oddTitles).flatMap(([name, destination]) => [
    {
      name: `${name}: made`,
      ask: `POST ${itinerary.path}`,
      body: { destination, durationDays: 1 },
      headers: waited,
      keep: { odd: idOf },
    },
    { name: `${name}: plan.md`, ask: "GET /trips/{odd}/plan.md" },
    { name: `${name}: plan.ics`, ask: "GET /trips/{odd}/plan.ics?start=2099-01-01" },
  ]),
  ...[UNKNOWN, "no-uuid", "%00", "%E0%A4%A"].flatMap((id) => [
    { name: `page of ${id}`, ask: `GET /trips/${id}` },
    { name: `GET of cancel of ${id}`, ask: `GET /trips/${id}/cancel` },
  ]),
  ...files.map((file) => ({ name: `${file} of none`, ask: `GET /trips/${UNKNOWN}/${file}` })),
  { name: "cancel of none", ask: `POST /trips/${UNKNOWN}/cancel`, form: {} },
];
