/**
 * The parts of the load of a soak. Each part is what one client does from its first request to its
 * last one.
 */
import { EventSource } from "../../testing/event_source.ts";
import type { CallbackReceiver } from "./callbacks.ts";
import { sendGarbage } from "./garbage.ts";
import { refusals } from "./refusals.ts";
import type { Traffic, Trip } from "./traffic.ts";

type Part = (traffic: Traffic) => Promise<void>;

/** The average pause between two polls: shorter than `Retry-After`, for more load. */
const POLL_PAUSE_MS = 150;

/** No job of a healthy service needs as many polls, long polls or streams. */
const MAX_READS = 400;

/** How soon an impatient client leaves. */
const LEAVES_AFTER_MS = 20;

/** Reads a job until it has ended, or is left to {@link Traffic.settle}. */
async function follow(
  traffic: Traffic,
  { trip, read }: { trip: Trip; read: () => Promise<boolean | null> },
): Promise<boolean> {
  for (let n = 0; n < MAX_READS && traffic.isReadable(trip); n++) {
    if (await read()) return true;
    await traffic.chance.pause(POLL_PAUSE_MS);
  }
  return trip.final !== undefined;
}

async function poll(traffic: Traffic): Promise<void> {
  const trip = await traffic.create();
  if (!trip) return;
  if (!await follow(traffic, { trip, read: () => traffic.read(trip) })) return;
  await traffic.send({ path: `${trip.path}/timeline`, expected: [200] });
  await traffic.send({ path: trip.path, method: "HEAD", expected: [200] });
}

async function pollWithEtags(traffic: Traffic): Promise<void> {
  const trip = await traffic.create();
  if (!trip) return;
  let etag = "";
  await follow(traffic, {
    trip,
    async read() {
      const headers: Record<string, string> = etag ? { "if-none-match": etag } : {};
      const answer = await traffic.send({ path: trip.path, headers, expected: [200, 304] });
      if (!answer || answer.status === 304) return null;
      etag = answer.headers.get("etag")!;
      return traffic.hear(trip, answer);
    },
  });
  await checkUnchanged(traffic);
}

/** A job that has ended is the same for ever, in each process. */
async function checkUnchanged(traffic: Traffic): Promise<void> {
  const other = traffic.anyFinished();
  if (!other) return;
  await traffic.read(other);
  const headers = { "if-none-match": other.final!.etag! };
  await traffic.send({ path: other.path, headers, expected: [304] });
}

async function pollLong(traffic: Traffic): Promise<void> {
  const trip = await traffic.create({ headers: { prefer: "wait=1" } });
  if (!trip) return;
  await follow(traffic, { trip, read: () => traffic.read(trip, { prefer: "wait=2" }) });
}

/** Reads events, and loses the connection at random. Every item must arrive once, in order. */
async function stream(traffic: Traffic): Promise<void> {
  const trip = await traffic.create();
  if (!trip) return;
  let position = "";
  let items = 0;
  let hasEnded = false;
  await follow(traffic, {
    trip,
    async read() {
      // The service has no more events after the end.
      if (hasEnded) return await traffic.read(trip);
      const headers: Record<string, string> = position ? { "last-event-id": position } : {};
      const path = `${trip.path}/events`;
      return await traffic.send({ path, headers, expected: [200] }, async (response) => {
        const events = new EventSource(response);
        while (!traffic.chance.oneIn(8)) {
          const next = await events.next();
          if (!next) return null;
          position = next.id ?? position;
          if (next.event === "reset") items = 0;
          if (next.event === "item" && next.data.index !== items++) {
            traffic.findings.add("wrong item", `${trip.path}: ${next.data.index}`);
          }
          hasEnded = next.event === "end";
          if (!hasEnded) continue;
          await events.close();
          return await traffic.read(trip);
        }
        await events.close();
        return null;
      });
    },
  });
}

async function cancel(traffic: Traffic): Promise<void> {
  const trip = await traffic.create();
  if (!trip) return;
  await traffic.chance.pause(POLL_PAUSE_MS);
  trip.cancellation = "asked";
  const method = "DELETE";
  const answer = await traffic.send({ path: trip.path, method, expected: [202, 409] });
  if (answer?.status === 202) trip.cancellation = "accepted";
  // A job that has ended before is not canceled.
  if (answer?.status === 409) delete trip.cancellation;
  await follow(traffic, { trip, read: () => traffic.read(trip) });
}

/** The same request with the same key is one job, also in two processes at the same time. */
async function repeat(traffic: Traffic): Promise<void> {
  const options = {
    name: traffic.newName(),
    kind: "/api/itineraries" as const,
    headers: { "idempotency-key": traffic.newText() },
  };
  const create = () => traffic.create(options);
  const trips = [...await Promise.all([create(), create(), create()]), await create()];
  const ids = new Set(trips.flatMap((trip) => trip ? [trip.id] : []));
  if (ids.size > 1) traffic.findings.add("created twice", [...ids].join(" "));
  if (ids.size > 0) {
    await traffic.send({
      method: "POST",
      path: options.kind,
      headers: { "content-type": "application/json", ...options.headers },
      body: JSON.stringify({ destination: "another body", durationDays: 1 }),
      expected: [422],
    });
  }
}

const pages = ["/", "/docs", "/openapi.json", "/problems", "/readyz", "/livez", "/client.js"];

/** Opens pages, with the files that they load, as a visitor without a key. */
async function openPages(traffic: Traffic): Promise<void> {
  const trip = traffic.anyFinished();
  const path = traffic.chance.pick([...pages, ...(trip ? [`/trips/${trip.id}`] : [])]);
  const sent = { isStranger: true, expected: [200], headers: { accept: "text/html" } };
  const answer = await traffic.send({ ...sent, path });
  const files = [...answer?.text.matchAll(/(?:src|href)="(\/[^"#]+)"/g) ?? []];
  for (const [, file] of files.slice(0, 4)) {
    await traffic.send({
      ...sent,
      path: file!.replaceAll("&amp;", "&"),
      expected: [200, 302, 400],
    });
  }
}

async function download(traffic: Traffic): Promise<void> {
  const trip = traffic.anyFinished();
  if (!trip || JSON.parse(trip.final!.body).status !== "completed") return;
  const extension = traffic.chance.pick(["md", "json", "ics"]);
  // Sample bundles have no dates, so they have no calendar.
  const expected = extension === "ics" ? [200, 400] : [200];
  await traffic.send({ path: `/trips/${trip.id}/plan.${extension}`, expected });
}

/** Reads pages of the caller's list. No job may be listed twice. */
async function list(traffic: Traffic): Promise<void> {
  const seen = new Set<string>();
  let cursor = "";
  for (let page = 0; page < 3; page++) {
    const path = `/api/itineraries?limit=20&cursor=${cursor}`;
    const answer = await traffic.send({
      path: cursor ? path : path.split("&")[0]!,
      expected: [200],
    });
    if (!answer) return;
    const { items, nextCursor } = JSON.parse(answer.text);
    for (const { jobId } of items) {
      if (seen.has(jobId)) traffic.findings.add("listed twice", jobId);
      seen.add(jobId);
    }
    if (!nextCursor) return;
    cursor = encodeURIComponent(nextCursor);
  }
}

async function refuse(traffic: Traffic): Promise<void> {
  await traffic.send(traffic.chance.pick(refusals));
}

/** A client that leaves in the middle of a request or an answer. */
async function leave(traffic: Traffic): Promise<void> {
  const { chance } = traffic;
  const trip = traffic.anyFinished() ?? await traffic.create();
  if (!trip) return;
  const url = await traffic.urlOf(traffic.anyPlace());
  const signal = AbortSignal.timeout(chance.below(LEAVES_AFTER_MS));
  const [path, init] = chance.pick<[string, RequestInit]>([
    [trip.path, {}],
    [`${trip.path}/events`, {}],
    [trip.kind, { method: "POST", body: slowBody(signal) }],
    [trip.path, { headers: { prefer: "wait=60" } }],
    ["/docs", {}],
  ]);
  // A client of its own, because a pool would keep the connection of a request that was aborted.
  using client = Deno.createHttpClient({});
  await fetch(url + path, { ...init, client, signal }).then((response) => response.body?.cancel())
    .catch(() => {});
}

/** A body that breaks off when its client leaves. */
function slowBody(left: AbortSignal): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"destination":'));
      left.addEventListener("abort", () => controller.error(new Error("The client has left")));
    },
  });
}

async function disturb(traffic: Traffic): Promise<void> {
  await sendGarbage(await traffic.urlOf(traffic.anyPlace()), traffic);
}

/** Creates the parts, by name. */
export function createParts(callbacks: CallbackReceiver) {
  async function callBack(traffic: Traffic): Promise<void> {
    const name = traffic.newName();
    const trip = await traffic.create({ name, members: { callbackUrl: callbacks.urlFor(name) } });
    if (!trip) return;
    callbacks.expect(name);
    await follow(traffic, { trip, read: () => traffic.read(trip) });
  }
  return {
    polls: poll,
    etags: pollWithEtags,
    longpolls: pollLong,
    streams: stream,
    cancels: cancel,
    keys: repeat,
    pages: openPages,
    downloads: download,
    lists: list,
    callbacks: callBack,
    refusals: refuse,
    disconnects: leave,
    garbage: disturb,
  } satisfies Record<string, Part>;
}

/** The name of a part of the load. */
export type PartName = keyof ReturnType<typeof createParts>;
