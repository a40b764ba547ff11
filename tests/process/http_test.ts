/**
 * The API of the real program, over a real connection.
 */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EventSource, type ReceivedEvent } from "../../testing/event_source.ts";
import { serveLocally } from "../../testing/local_server.ts";
import { Program, workDirectory } from "../../testing/program.ts";

const tokyo = { destination: "Tokyo, Japan", durationDays: 5 };

/** A delay of the model that is longer than any test. */
const NEVER = "600000";

Deno.test("50 copies of a POST with one Idempotency-Key create one job, also after a restart", async () => {
  await using directory = await workDirectory();
  const key = { "idempotency-key": crypto.randomUUID() };
  const env = { SAMPLE_DELAY_MS: NEVER };
  const postMany = async (program: Program) =>
    await Promise.all(
      Array.from({ length: 50 }, () => program.post("/api/itineraries", tokyo, key)),
    );
  const program = new Program(directory.path, { env });
  const before = await postMany(program);
  await program.untilLogged("accepted");
  await program.end("SIGKILL");
  await using next = new Program(directory.path, { env });
  const after = await postMany(next);
  const answers = [...before, ...after];
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([202]));
  assertStrictEquals(new Set(answers.map(({ body }) => JSON.stringify(body))).size, 1);
  const made = answers.filter(({ headers }) => headers.get("idempotency-replayed") === null);
  assertStrictEquals(made.length, 1);
  const accepted = [...program.log, ...next.log].filter(({ message }) => message === "accepted");
  assertStrictEquals(accepted.length, 1);
});

/** Reads the events of a job, and disconnects after each part, `cuts` times. */
async function readWithCuts(url: string, cuts: number): Promise<ReceivedEvent[]> {
  const events: ReceivedEvent[] = [];
  for (let connection = 0;; connection++) {
    const id = events.at(-1)?.id;
    const source = await EventSource.connect(url, id === undefined ? {} : { "last-event-id": id });
    assertStrictEquals(source.response.status, 200);
    for (let event; (event = await source.next());) {
      events.push(event);
      if (event.event === "end") {
        assertStrictEquals(await source.next(), undefined);
        assertStrictEquals(connection, cuts);
        return events;
      }
      if (event.event === "item" && connection < cuts) break;
    }
    await source.close();
  }
}

/** Asserts that every part arrived once and in order. */
function assertComplete(events: ReceivedEvent[], days: number): void {
  const items = events.filter(({ event }) => event === "item");
  assertEquals(items.map(({ data }) => data.index), [...Array(days).keys()]);
  const { data: job } = events.at(-1)!;
  assertStrictEquals(job.status, "completed");
  assertEquals(items.map(({ data }) => data.item), job.itinerary);
  assert(!events.some(({ event }) => event === "reset"));
}

Deno.test("a stream that is cut 20 times delivers every part once, in order", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "2000" } });
  const wish = { ...tokyo, durationDays: 30 };
  const { headers } = await program.post("/api/itineraries", wish);
  const url = await program.url();
  const events = await readWithCuts(`${url}${headers.get("location")}/events`, 20);
  assertComplete(events, 30);
  // The job was not interrupted.
  assertStrictEquals(program.log.filter(({ message }) => message === "claimed").length, 1);
});

Deno.test("a stream shows a job of another process, and continues at a third one", async () => {
  await using directory = await workDirectory();
  const env = { SAMPLE_DELAY_MS: "3000" };
  await using writer = new Program(directory.path, { env });
  const { headers } = await writer.post("/api/itineraries", tokyo);
  await writer.untilLogged("claimed");
  await using other = new Program(directory.path, { env });
  const path = `${headers.get("location")}/events`;
  const early: ReceivedEvent[] = [];
  const source = await EventSource.connect(await other.url() + path);
  for (let event; (event = await source.next());) {
    early.push(event);
    if (event.event === "item") break;
  }
  await source.close();
  await using third = new Program(directory.path, { env });
  const back = { "last-event-id": early.at(-1)!.id! };
  const rest = await (await EventSource.connect(await third.url() + path, back)).rest();
  assertComplete([...early, ...rest], 5);
});

Deno.test("a client continues its stream at another process when the first one ends", async () => {
  await using directory = await workDirectory();
  const program = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "2000" } });
  const { headers } = await program.post("/api/itineraries", { ...tokyo, durationDays: 9 });
  const path = `${headers.get("location")}/events`;
  const events: ReceivedEvent[] = [];
  const source = await EventSource.connect(await program.url() + path);
  for (let event; (event = await source.next());) {
    events.push(event);
    if (events.filter(({ event }) => event === "item").length === 2) break;
  }
  await program.end("SIGKILL");
  await source.close().catch(() => {});
  await using next = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "100" } });
  const back = { "last-event-id": events.at(-1)!.id! };
  const rest = await (await EventSource.connect(await next.url() + path, back)).rest();
  assertComplete([...events, ...rest], 9);
});

Deno.test("a program that shuts down ends its streams and long polls, and then itself", async () => {
  await using directory = await workDirectory();
  const env = { SAMPLE_DELAY_MS: NEVER, LOG_LEVEL: "debug" };
  await using program = new Program(directory.path, { env });
  const [streamed, polled] = [
    (await program.post("/api/itineraries", tokyo)).headers.get("location")!,
    (await program.post("/api/itineraries", tokyo)).headers.get("location")!,
  ];
  const source = await EventSource.connect(`${await program.url()}${streamed}/events`);
  await source.next();
  const watched = program.untilLogged("watched", 2);
  let poll;
  do {
    // A change in the meantime is returned at once; the next poll waits.
    const { headers } = await program.get(polled);
    const known = { "if-none-match": headers.get("etag")! };
    poll = program.get(polled, { prefer: "wait=60", ...known });
  } while (await Promise.race([watched.then(() => false), poll.then(() => true)]));
  program.signal("SIGTERM");
  // Another signal, so that the system does not merge the two: the second skips the wait for the
  // job.
  program.signal("SIGINT");
  await source.rest();
  assert([200, 304].includes((await poll).status));
  assertStrictEquals((await program.ended()).code, 0);
});

Deno.test("an entity tag is valid with any compression of the answer", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const { headers } = await program.post("/api/itineraries", tokyo, { prefer: "wait=30" });
  const location = headers.get("location")!;
  for (const encoding of ["identity", "gzip", "br"]) {
    const { status, headers: first } = await program.get(location, { "accept-encoding": encoding });
    assertStrictEquals(status, 200);
    const etag = first.get("etag")!;
    const again = await program.get(location, { "if-none-match": etag });
    assertStrictEquals(again.status, 304, `${encoding}: ${etag}`);
    assertStrictEquals(again.body, null);
  }
});

Deno.test("HEAD has the Content-Length of GET or none", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  const { headers } = await program.post("/api/itineraries", tokyo, { prefer: "wait=30" });
  const url = await program.url();
  for (const path of [headers.get("location")!, "/openapi.json", "/problems", "/livez"]) {
    // Compression would make the tag a weak one.
    const headers = { "accept-encoding": "identity" };
    const head = await fetch(url + path, { method: "HEAD", headers });
    const get = await fetch(url + path, { headers });
    assertStrictEquals(head.status, 200);
    assert(
      [null, get.headers.get("content-length")].includes(head.headers.get("content-length")),
    );
    assertStrictEquals(head.headers.get("etag"), get.headers.get("etag"));
    await head.body?.cancel();
    await get.body?.cancel();
  }
});

Deno.test("Prefer: wait on POST returns the completed plan in one request", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path, { env: { SAMPLE_DELAY_MS: "300" } });
  const { status, body } = await program.post("/api/itineraries", tokyo, { prefer: "wait=30" });
  assertStrictEquals(status, 200);
  assertStrictEquals(body.status, "completed");
  assertStrictEquals(body.itinerary.length, 5);
});

Deno.test("callbacks of the real program are signed and reach their receiver, also after a crash", async () => {
  const key = "our-own-key-0123456789";
  const received = Promise.withResolvers<{ headers: Headers; body: string }>();
  let calls = 0;
  await using receiver = serveLocally(async (request) => {
    const { headers } = request;
    const body = await request.text();
    if (++calls === 1) return new Response(null, { status: 503 });
    received.resolve({ headers, body });
    return new Response(null, { status: 204 });
  });
  await using directory = await workDirectory();
  const env = { API_KEYS: key, CALLBACK_PRIVATE_HOSTS: new URL(receiver.url).host };
  const authorization = `Bearer ${key}`;
  const program = new Program(directory.path, { env });
  const wish = { ...tokyo, callbackUrl: `${receiver.url}/hook` };
  const { body: job } = await program.post("/api/itineraries", wish, { authorization });
  await program.until(({ log }) =>
    log.some(({ message, kind }) => message === "retry" && kind === "callback")
  );
  await program.end("SIGKILL");
  await using next = new Program(directory.path, { env });
  await next.url();
  const { headers, body } = await received.promise;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`callback:${key}`));
  const secret = await crypto.subtle.importKey(
    "raw",
    digest,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const content = `${headers.get("webhook-id")}.${headers.get("webhook-timestamp")}.${body}`;
  const signature = await crypto.subtle.sign("HMAC", secret, new TextEncoder().encode(content));
  const expected = `v1,${btoa(String.fromCharCode(...new Uint8Array(signature)))}`;
  assertStrictEquals(headers.get("webhook-signature"), expected);
  const { type, data } = JSON.parse(body);
  assertStrictEquals(type, "itinerary.completed");
  assertStrictEquals(data.jobId, job.jobId);
});

Deno.test("a proxy without TRUSTED_PROXIES is reported once", async () => {
  await using directory = await workDirectory();
  await using program = new Program(directory.path);
  for (let n = 0; n < 3; n++) {
    await program.get(`/api/itineraries/${crypto.randomUUID()}`, {
      "x-forwarded-for": "192.0.2.1",
    });
  }
  await program.untilLogged("X-Forwarded-For is not trusted: behind a proxy, set TRUSTED_PROXIES");
  const warnings = program.log.filter(({ message }) => message.startsWith("X-Forwarded-For"));
  assertStrictEquals(warnings.length, 1);
});

Deno.test("a rate limit applies to real connections, and is shared between processes", async () => {
  await using directory = await workDirectory();
  const env = { RATE_LIMIT_REQUESTS: "20", TRUSTED_PROXIES: "1" };
  await using a = new Program(directory.path, { env });
  await using b = new Program(directory.path, { env });
  const path = `/api/itineraries/${crypto.randomUUID()}`;
  const client = { "x-forwarded-for": "192.0.2.1" };
  const refusals = async (program: Program, count: number) => {
    let refused = 0;
    for (let n = 0; n < count; n++) {
      if ((await program.get(path, client)).status === 429) refused++;
    }
    return refused;
  };
  await Promise.all([a.url(), b.url()]);
  for (;;) {
    const minute = Math.floor(Date.now() / 60_000);
    const counts = [await refusals(a, 25), await refusals(b, 20)];
    // The next minute has a new limit: try again.
    if (minute !== Math.floor(Date.now() / 60_000)) continue;
    assertStrictEquals(counts[0], 5);
    // The other process learns the count with its first sync, a tenth of the limit later.
    assert(counts[1]! >= 10, `${counts[1]}`);
    break;
  }
  assertStrictEquals((await b.get(path, { "x-forwarded-for": "192.0.2.2" })).status, 404);
});

Deno.test("a caller may have only so many streams open at the real program", async () => {
  await using directory = await workDirectory();
  const env = { MAX_STREAMS_PER_CALLER: "3", SAMPLE_DELAY_MS: NEVER };
  await using program = new Program(directory.path, { env });
  const { headers } = await program.post("/api/itineraries", tokyo);
  const events = `${await program.url()}${headers.get("location")}/events`;
  const open = await Promise.all([1, 2, 3].map(() => EventSource.connect(events)));
  assertEquals(open.map(({ response }) => response.status), [200, 200, 200]);
  const refused = await program.get(`${headers.get("location")}/events`);
  assertEquals([refused.status, refused.body.code], [429, "too_many_streams"]);
  await open.pop()!.close();
  // The program sees a little later that the client has gone.
  for (let isOpen = false; !isOpen;) {
    const next = await EventSource.connect(events);
    isOpen = next.response.status === 200;
    await next.close();
  }
  await Promise.all(open.map((source) => source.close()));
});
