/**
 * Requests about jobs of either kind, for a service without API keys.
 * @module
 */
import type { Step } from "./recorder.ts";
import {
  etagOf,
  eventIdOf,
  generation,
  idOf,
  itinerary,
  jsonOf,
  type KindOfJob,
} from "./wishes.ts";

/** The id of no job. */
const UNKNOWN = "8d2a2a56-9d7e-4d3f-9cbd-0d5e2d2c5f86";

/** Returns requests that create jobs, and read them after their end. */
export function lifeOfJob(kind: KindOfJob): Step[] {
  const { path } = kind;
  const job = `${path}/{job}`;
  const asOther = `${otherThan(kind).path}/{job}`;
  return [
    { name: "accepted", ask: `POST ${path}`, body: kind.wish, keep: { job: idOf } },
    { name: "completed", ended: "job", ask: `GET ${job}`, keep: { tag: etagOf } },
    ...versionsOfJob(job),
    { name: "gzip", ask: `GET ${job}`, headers: { "accept-encoding": "gzip" } },
    { name: "brotli", ask: `GET ${job}`, headers: { "accept-encoding": "br" } },
    { name: "slash at the end, unknown parameter", ask: `GET ${job}/?unknown=1` },
    { name: "as a job of the other kind", ask: `GET ${asOther}` },
    ...repeatedJobs(kind),
    { name: "DELETE after the end", ask: `DELETE ${job}` },
    { name: "DELETE as a job of the other kind", ask: `DELETE ${asOther}` },
    ...eventsOfJob(`${path}/{named}`),
    { name: "timeline", ask: `GET ${job}/timeline` },
    { name: "HEAD of a timeline", ask: `HEAD ${job}/timeline` },
    ...unknownJob(path),
  ];
}

function otherThan({ noun }: KindOfJob): KindOfJob {
  return noun === "itinerary" ? generation : itinerary;
}

/** Returns conditional requests for a job, with the kept `tag` or another one. */
function versionsOfJob(job: string): Step[] {
  const ask = `GET ${job}`;
  const known = { "if-none-match": "{tag}" };
  const weakly = { "if-none-match": '"other", W/{tag}' };
  return [
    { name: "HEAD of a job", ask: `HEAD ${job}` },
    { name: "the version is known", ask, headers: known },
    { name: "the version is known, weakly", ask, headers: weakly },
    { name: "any version is known", ask, headers: { "if-none-match": "*" } },
    { name: "another version is known", ask, headers: { "if-none-match": '"x"' } },
    { name: "HEAD of a known version", ask: `HEAD ${job}`, headers: known },
    { name: "long poll after the end", ask, headers: { prefer: "wait=5" } },
    {
      name: "long poll of a known version after the end",
      ask,
      headers: { ...known, prefer: "wait=500" },
    },
  ];
}

/** Returns requests that wait for jobs, and repeated requests. */
function repeatedJobs(kind: KindOfJob): Step[] {
  const { noun, path, wish, other } = kind;
  const others = otherThan(kind);
  const ask = `POST ${path}`;
  const key = { "idempotency-key": `key-of-${noun}` };
  const inQuotes = { "idempotency-key": `"key-of-${noun}"` };
  const waits = ["respond-async, wait=60", 'wait="60"; x=y, wait=1'] as const;
  return [
    { name: "accepted and waited for", ask, body: wish, headers: { prefer: waits[0] } },
    {
      name: "another wish, waited for",
      ask: `${ask}/`,
      body: other,
      headers: { prefer: waits[1] },
    },
    { name: "with an Idempotency-Key", ask, body: wish, headers: key, keep: { named: idOf } },
    { name: "repeated", ended: "named", ask, body: wish, headers: key },
    { name: "repeated, key in quotes", ask, body: wish, headers: inQuotes },
    { name: "repeated and waited for", ask, body: wish, headers: { ...key, prefer: waits[0] } },
    { name: "key used for another body", ask, body: other, headers: key },
    {
      name: "key used for the other kind",
      ask: `POST ${others.path}`,
      body: others.wish,
      headers: key,
    },
  ];
}

/** Returns requests for the event stream of an ended job. */
function eventsOfJob(job: string): Step[] {
  const events = `GET ${job}/events`;
  return [
    { name: "events", ask: events, keep: { first: eventIdOf(0) } },
    { name: "HEAD of events", ask: `HEAD ${job}/events` },
    { name: "events after the first", ask: events, headers: { "last-event-id": "{first}" } },
    { name: "events after the first, by parameter", ask: `${events}?after={first}` },
    {
      name: "Last-Event-ID comes before the parameter",
      ask: `${events}?after=end`,
      headers: { "last-event-id": "{first}" },
    },
    { name: "events after those of another plan", ask: `${events}?after=1-0123456789abcdef` },
    { name: "events after what is no event", ask: `${events}?after=nonsense` },
    { name: "events after the end", ask: events, headers: { "last-event-id": "end" } },
    { name: "events after the end, by parameter", ask: `${events}?after=end` },
    { name: "the parameter of events twice", ask: `${events}?after=end&after=end` },
  ];
}

function unknownJob(path: string): Step[] {
  const asks = [
    `GET ${path}/${UNKNOWN}`,
    `HEAD ${path}/${UNKNOWN}`,
    `DELETE ${path}/${UNKNOWN}`,
    `GET ${path}/${UNKNOWN}/timeline`,
    `GET ${path}/${UNKNOWN}/events`,
    `GET ${path}/no-uuid`,
    `DELETE ${path}/no-uuid`,
    `GET ${path}/no-uuid/timeline`,
    `GET ${path}/no-uuid/events`,
    `GET ${path}/%00`,
    `GET ${path}/%E0%A4%A`,
  ];
  return [
    ...asks.map((ask) => ({ name: `unknown: ${ask}`, ask })),
    {
      name: "an unknown job, in a browser",
      ask: `GET ${path}/${UNKNOWN}`,
      headers: { accept: "text/html" },
    },
  ];
}

/** Returns requests for the job list of a caller. */
export function lists({ path, wish, other }: KindOfJob): Step[] {
  const token = { "client-token": "token-of-a-client-0123456789" };
  const waited = { ...token, prefer: "wait=60" };
  const wrong = ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=x"];
  return [
    { name: "no job so far", ask: `GET ${path}`, headers: token },
    { name: "first job", ask: `POST ${path}`, body: wish, headers: waited },
    { name: "second job", ask: `POST ${path}`, body: other, headers: waited },
    { name: "third job", ask: `POST ${path}`, body: wish, headers: waited },
    { name: "all jobs", ask: `GET ${path}`, headers: token },
    { name: "HEAD of a list", ask: `HEAD ${path}`, headers: token },
    {
      name: "first page",
      ask: `GET ${path}?limit=2`,
      headers: token,
      keep: { cursor: (answer) => jsonOf(answer).nextCursor },
    },
    { name: "last page", ask: `GET ${path}?limit=2&cursor={cursor}`, headers: token },
    { name: "as many as there are", ask: `GET ${path}?limit=3`, headers: token },
    ...wrong.map((query) => ({ name: query, ask: `GET ${path}?${query}`, headers: token })),
    {
      name: "a cursor that is another array",
      ask: `GET ${path}?cursor=WzEsIjIiXQ`,
      headers: token,
    },
    { name: "cursor twice", ask: `GET ${path}?cursor={cursor}&cursor={cursor}`, headers: token },
    { name: "another client", ask: `GET ${path}`, headers: { "client-token": "0123456789abcdef" } },
    { name: "no client", ask: `GET ${path}` },
    { name: "a token that is none", ask: `GET ${path}`, headers: { "client-token": "short" } },
    {
      name: "two tokens",
      ask: `GET ${path}`,
      headers: [
        ["client-token", token["client-token"]],
        ["client-token", token["client-token"]],
      ],
    },
    {
      name: "a token that is none, with a wish",
      ask: `POST ${path}`,
      body: wish,
      headers: { "client-token": "not a token at all" },
    },
  ];
}
